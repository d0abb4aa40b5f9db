"""How a search looks to whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyhole.catalog.declare import declaration
from keyhole.catalog.overview import declarations
from keyhole.catalog.wording import comment

if TYPE_CHECKING:
    from keyhole.catalog.operation import Operation

_NOTES = 40


@dataclass(frozen=True, slots=True)
class Search:
    """The operations that answer a query, best first, and how many answer about as well (`total`).

    `best` are the places of the best hit of each line of the query; `unanswered` the lines that nothing matches.
    """

    query: str
    total: int
    hits: tuple[Operation, ...]
    budget: int = 600
    best: tuple[int, ...] = (0,)
    unanswered: tuple[str, ...] = ()

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
        notes = [f'// nothing for "{comment(line, 80)}"' for line in self.unanswered]
        declared = declarations(self.hits, budget=self.budget - _NOTES, best=self.best)
        if "/* " in declared:
            notes.append("// /* … */ is cut: `await describe(name)` in code shows more")
        if len(self.best) == 1 and (more := self.total - len(self.hits)) > 0:
            notes.append(
                f"// {more} more match about as well: add a word, or `await find(query, {{limit: 20}})` in code"
            )
        return "\n".join([declared, *notes])
