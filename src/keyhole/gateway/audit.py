"""Audit: the outermost step. It sees every call, whatever becomes of it, and keeps a record; of saved files too."""

from __future__ import annotations

from asyncio import CancelledError
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from keyhole.catalog.operation import Effect
from keyhole.errors import ApiError, CallError, Denied, InvalidArguments, NeedsApproval, Unreachable
from keyhole.gateway.decision import CallRecord, Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from keyhole.catalog.call import Call, Result
    from keyhole.gateway.decision import Next

_DECIDED: dict[type[CallError], Decision | None] = {
    Denied: Decision.DENY,
    NeedsApproval: Decision.ASK,
    InvalidArguments: None,
}


class Audit:
    """Keeps the records of one run, in the order in which the calls were made; tells `on_call` of each that ended."""

    def __init__(self, on_call: Callable[[CallRecord], None] | None = None) -> None:
        self.records: list[CallRecord] = []
        self._on_call = on_call

    async def __call__(self, call: Call, next: Next) -> Result:  # noqa: A002
        """Record the call and what became of it; one that is cancelled on its way may have been sent."""
        operation = call.operation
        record = CallRecord(
            operation.qualified, operation.method, operation.path, str(operation.effect), str(Decision.ALLOW)
        )
        with self._kept(record):
            result = await next(call)
            record.status, record.url, record.sent = result.status, result.url, True
            record.mismatches = result.mismatches
            record.error = ApiError.code if result.status >= 400 else None
            return result

    @contextmanager
    def saving(self, name: str) -> Generator[CallRecord]:
        """Record that a file is saved under a name; who saves says of how many bytes. The content is nobody's."""
        with self._kept(CallRecord("files.save", "", name, str(Effect.WRITE), str(Decision.ALLOW))) as record:
            yield record
            record.sent = True

    @contextmanager
    def _kept(self, record: CallRecord) -> Generator[CallRecord]:
        self.records.append(record)
        started = perf_counter()
        try:
            yield record
        except CallError as error:
            decision = _DECIDED.get(type(error), Decision.ALLOW)
            record.decision = str(decision) if decision else None
            record.error = error.code
            if isinstance(error, Unreachable):
                record.sent, record.url = error.sent, error.url or record.url
            raise
        except CancelledError:
            record.error, record.sent = "cancelled", True
            raise
        finally:
            record.ms = round((perf_counter() - started) * 1000, 1)
            if self._on_call:
                self._on_call(record)
