"""The demo API's data: one SQLite database in memory, gone with the process."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from threading import RLock
from typing import TYPE_CHECKING, Any

from keyhole.demo.endpoint import Page

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

Row = dict[str, Any]


def now() -> str:
    """Give the time as the API writes it: ISO 8601, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Store:
    """One connection behind one lock: safe to use from any thread; a request is a transaction."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.executescript(files("keyhole.demo").joinpath("schema.sql").read_text("utf-8"))

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Hold the store for one request: everything in it happens, or nothing."""
        with self._lock:
            self._db.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """Give every row of a query."""
        with self._lock:
            return [dict(row) for row in self._db.execute(sql, values).fetchall()]

    def row(self, sql: str, *values: Any) -> Row | None:
        """Give the first row of a query, if any."""
        return next(iter(self.rows(sql, *values)), None)

    def value(self, sql: str, *values: Any) -> Any:
        """Give the first column of the first row; there must be one."""
        with self._lock:
            return self._db.execute(sql, values).fetchone()[0]

    def run(self, sql: str, *values: Any) -> int:
        """Change something; give the number of rows changed."""
        with self._lock:
            return self._db.execute(sql, values).rowcount

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        """Add one row; give its rowid."""
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        with self._lock:
            cursor = self._db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))  # noqa: S608  (names are the code's own)
            return cursor.lastrowid or 0

    def update(self, table: str, changes: Mapping[str, Any], where: Mapping[str, Any]) -> None:
        """Set the columns of `changes` where all of `where` holds."""
        sets, tests = ", ".join(f"{name} = ?" for name in changes), " AND ".join(f"{name} = ?" for name in where)
        self.run(f"UPDATE {table} SET {sets} WHERE {tests}", *changes.values(), *where.values())  # noqa: S608  (names are the code's own)

    def page(self, sql: str, values: Sequence[Any], query: Mapping[str, Any]) -> tuple[list[Row], Page]:
        """Give the page of `sql` that `query` (page, per_page) asks for."""
        size, number = query["per_page"], query["page"]
        total = self.value(f"SELECT count(*) FROM ({sql})", *values)  # noqa: S608  (sql is the code's own)
        rows = self.rows(f"{sql} LIMIT ? OFFSET ?", *values, size, (number - 1) * size)
        return rows, Page(number, size, total)

    def record(self, project: str, number: int | None, kind: str, actor: str, detail: str = "") -> None:
        """Add a line to a project's activity."""
        row = {"project": project, "number": number, "kind": kind, "actor": actor, "detail": detail}
        self.insert("events", {**row, "created_at": now()})

    def close(self) -> None:
        """Free the database."""
        with self._lock:
            self._db.close()
