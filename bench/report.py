"""Markdown tables of medians, with the command, the versions and the machine they come from."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from keyhole.serve.version import version as keyhole

SHARED = Path(__file__).parents[2] / "shared"
GITHUB = SHARED / "specs" / "github.json"


@dataclass
class Table:
    """One table: a title, the names of the columns, rows of text, and notes to read it by."""

    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        """Add a row."""
        self.rows.append([str(cell) for cell in cells])

    def markdown(self) -> str:
        """Give the table as Markdown."""
        lines = [f"### {self.title}", "", *(f"{note}\n" for note in self.notes)]
        lines += [f"| {' | '.join(self.columns)} |", "|" + "---|" * len(self.columns)]
        lines += [f"| {' | '.join(row)} |" for row in self.rows]
        return "\n".join(lines) + "\n"


def ms(value: float) -> str:
    """Give milliseconds with the digits that mean something."""
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 10 else f"{value:.2f} ms"


def ratio(value: float, peer: float) -> str:
    """Say how many times `value` goes into `peer`: above 1 is better than the peer."""
    if not value:
        return "-"
    times = peer / value
    return f"{times:,.0f} times" if times >= 10 else f"{times:.2g} times"


def machine() -> str:
    """Say what it ran on and with."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            line.partition(":")[2].strip() for line in info.read_text("utf-8").splitlines() if "model name" in line
        ]
        cpu = names[0] if names else cpu
    parts = ", ".join([f"keyhole {keyhole()}", *(f"{name} {version(name)}" for name in ("wasmtime", "mcp", "httpx2"))])
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    load = f"load {os.getloadavg()[0]:.1f} at the start"
    return f"{os.cpu_count()} cores of {cpu}, {system}; {parts}; {load}"
