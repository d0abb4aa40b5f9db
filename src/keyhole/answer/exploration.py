"""How a program over the catalog looks to whoever asked for it: `search` with code."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Self

from keyhole.answer.execution import Execution
from keyhole.answer.prune import prune
from keyhole.answer.shorten import MIN_TOKENS
from keyhole.answer.text import MAX_TOKENS, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyhole.catalog.schema import Schemas


@dataclass(frozen=True, slots=True)
class Exploration(Execution):
    """A run that read the catalog. What it returns of a document is cut by what it is (`prune`)."""

    documents: tuple[Schemas, ...] = ()
    """What references in the value may point into."""

    @classmethod
    def of(cls, run: Execution, documents: Mapping[str, Schemas]) -> Self:
        """Make it of a run. Where the program names one API only, references are that one's."""
        named = [one for api, one in documents.items() if re.search(rf"\b{re.escape(api)}\b", run.source)]
        known = tuple(named if len(named) == 1 else documents.values())
        return cls(**{each.name: getattr(run, each.name) for each in fields(run)}, documents=known)

    def text(self, max_tokens: int = MAX_TOKENS) -> str:
        """Give what the model reads of this run, the value within `max_tokens`."""
        budget = max(max_tokens, MIN_TOKENS)
        pruned = prune(self.value, self.documents, budget) if self.outcome == "finished" else None
        shown = self if pruned is None else replace(self, value=pruned, shelf=None)  # spec is there to be read again
        return render(shown, source=self.source, max_tokens=budget, larger="")  # `search` takes no max_tokens
