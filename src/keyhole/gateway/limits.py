"""Limits: what one run may spend on calls, however it was written, and how many calls an API gets at once."""

from __future__ import annotations

from asyncio import Semaphore
from typing import TYPE_CHECKING

from keyhole.errors import BudgetExceeded, counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyhole.catalog.call import Call, Result
    from keyhole.gateway.decision import Budget, Next


class Spending:
    """Counts the calls and the bytes of one run against its budget."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.calls = 0
        self.bytes_in = 0

    async def __call__(self, call: Call, next: Next) -> Result:  # noqa: A002
        """Refuse the call that would go over. Raises `BudgetExceeded`; then it was not sent."""
        budget = self.budget
        if self.calls >= budget.calls or self.bytes_in >= budget.bytes_in:
            spent = f"{counted(self.calls, 'call')} and {counted(self.bytes_in, 'byte')}"
            raise BudgetExceeded(
                f"this run has used {spent} of its {counted(budget.calls, 'call')} and {budget.bytes_in:,} bytes; "
                f"{call.operation.qualified} was not sent",
                hint="Ask the API for less (filters, larger pages), or return what you have and go on in another run.",
                operation=call.operation.qualified,
            )
        self.calls += 1
        result = await next(call)
        self.bytes_in += result.size
        return result


class Turns:
    """Lets so many calls at once through to an API, whichever runs they are of; the others wait, first come first."""

    def __init__(self, at_once: Mapping[str, int]) -> None:
        self._turns = {api: Semaphore(calls) for api, calls in at_once.items()}

    async def __call__(self, call: Call, next: Next) -> Result:  # noqa: A002
        """Wait for a turn, however long, then pass on: the API's own time counts from there."""
        turn = self._turns.get(call.operation.api)
        if turn is None:
            return await next(call)
        async with turn:
            return await next(call)
