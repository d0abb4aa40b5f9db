"""How a search looks to whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyhole.catalog.declare import declaration, declarations

if TYPE_CHECKING:
    from keyhole.catalog.operation import Operation


@dataclass(frozen=True, slots=True)
class Search:
    """The operations that answer a query, best first, and how many matched in all."""

    query: str
    total: int
    hits: tuple[Operation, ...]
    budget: int = 600

    @property
    def operations(self) -> list[dict[str, Any]]:
        """The hits as `keyhole search --json` prints them."""
        keys = ("id", "api", "name", "method", "path", "effect", "summary")
        return [
            {**{key: record[key] for key in keys}, "declaration": declaration(operation)}
            for operation in self.hits
            for record in (operation.record(),)
        ]

    def json(self) -> dict[str, Any]:
        """Give the JSON shape of `keyhole search --json`."""
        return {"query": self.query, "total": self.total, "operations": self.operations}

    def text(self) -> str:
        """Give what the model reads: declarations to paste, and how to see more."""
        if not self.hits:
            return (
                f"Nothing matches {self.query!r}. Try the API's own words (resources and fields in its paths), "
                "or look yourself: search({code: \"ops.filter(o => o.path.includes('…')).map(o => o.name)\"})."
            )
        more = self.total - len(self.hits)
        tail = (
            f"\n// {more} more match; narrow the query, or `await find(query, {{limit: 50}})` in code"
            if more > 0
            else ""
        )
        return declarations(self.hits, budget=self.budget) + tail
