"""How a search looks to whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyhole.catalog.declare import declaration
from keyhole.catalog.overview import declarations
from keyhole.catalog.wording import comment
from keyhole.tokens import estimate

if TYPE_CHECKING:
    from keyhole.catalog.operation import Operation
    from keyhole.catalog.ranking import Found

NEAR = 12
"""How many operations beside the hits are worth a name."""
MAX_FOUND = 100
_TOKENS_A_LINE, _MOST_LINES = 80, 5
_NAMES = 40
_WEAK = 0.8


@dataclass(frozen=True, slots=True)
class Search:
    """The operations that answer a query, best first, and how many answer about as well (`total`).

    `best` are the places of the best hit of each line of the query; `unanswered` the lines that nothing matches;
    `near` the operations that come after the hits where the first one is no better than others.
    """

    query: str
    total: int
    hits: tuple[Operation, ...]
    budget: int = 600
    best: tuple[int, ...] = (0,)
    unanswered: tuple[str, ...] = ()
    near: tuple[Operation, ...] = ()

    @classmethod
    def of(cls, query: str, found: Found, *, limit: int, budget: int = 600) -> Search:
        """Make an answer of at most `limit` hits, but one for every line, of what was found (with some to spare)."""
        shown = max(limit, len(found.best))
        weak = len(found.best) == 1 and len(found.scores) > 1 and found.scores[1] >= _WEAK * found.scores[0]
        near = found.operations[shown : found.total] if weak else ()
        hits = found.operations[:shown]
        return cls(query, max(found.total, len(hits)), hits, budget, found.best, found.unanswered, near)

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
        near, names = self._near()
        more = self.total - len(self.hits) - names
        rest = ""
        if more > 0:
            limit = min(MAX_FOUND, len(self.hits) + names + more)
            rest = f"{more} more match: await find(query, {{limit: {limit}}})"
        spent = sum(estimate(note) for note in notes) + estimate(rest) + 16
        # On top of the budget: a hit's arguments are worth more than names.
        notes += [f"// near: {near}"] if near else []
        budget = self.budget + _TOKENS_A_LINE * (min(len(self.best), _MOST_LINES) - 1)
        declared = declarations(self.hits, budget=budget - spent, best=self.best)
        cut = "/* … */ is cut: await describe(name)" if "/* " in declared else ""
        if cut or rest:
            notes.append(f"// in code: {'; '.join(part for part in (cut, rest) if part)}")
        return "\n".join([declared, *notes])

    def _near(self) -> tuple[str, int]:
        """Name what is near, as many as a line of `_NAMES` tokens takes."""
        several = len({one.api for one in (*self.hits, *self.near)}) > 1
        text = ""
        for place, one in enumerate(self.near):
            longer = f"{text}{', ' if text else ''}{one.qualified if several else one.name}"
            if estimate(longer) > _NAMES:
                return text, place
            text = longer
        return text, len(self.near)
