"""The one door from a program to the world: every call of every run goes through these steps, in this order."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from keyhole.gateway.compare import Compare, Promises
from keyhole.gateway.credentials import Send
from keyhole.gateway.limits import Spending, Turns
from keyhole.gateway.pager import Pager
from keyhole.gateway.validate import Validate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from keyhole.catalog.catalog import Catalog
    from keyhole.gateway.audit import Audit
    from keyhole.gateway.credentials import CredentialsOf
    from keyhole.gateway.decision import Budget, Next, Step
    from keyhole.gateway.mending import Notes
    from keyhole.gateway.policy import Policy
    from keyhole.sources.source import Source


class Gateway:
    """Holds what all runs share: the catalog, the sources, the policy, the way to the credentials."""

    def __init__(
        self,
        catalog: Catalog,
        sources: Mapping[str, Source],
        policy: Policy,
        credentials_of: CredentialsOf,
        at_once: Mapping[str, int] | None = None,
    ) -> None:
        self.catalog = catalog
        self.sources = sources
        self.policy = policy
        self.pager = Pager(catalog, lambda operation, url: sources[operation.api].local(url, operation))
        self._promises = Promises(sources)
        self._turns = Turns(at_once or {})
        self._send = Send(sources, credentials_of)

    def way(
        self,
        audit: Audit,
        budget: Budget,
        notes: Notes | None = None,
        holds: Callable[[str], Awaitable[bool]] | None = None,
    ) -> Next:
        """Give the way of one run's calls to the API: the whole order, outermost first.

        `holds` says whether the run can open a file of a name.
        """
        steps: tuple[Step, ...] = (
            audit,
            Spending(budget),
            Compare(self._promises),
            Validate(notes, holds),
            self.policy,
            # approve and retry come here
            self._turns,
        )
        return reduce(_around, reversed(steps), self._send)


def _around(inner: Next, step: Step) -> Next:
    return lambda call: step(call, inner)
