"""What the gateway decides about a call, and the record it keeps of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from keyhole.errors import counted

if TYPE_CHECKING:
    from keyhole.catalog.call import Call, Result

Next = Callable[["Call"], Awaitable["Result"]]
"""The rest of the way to the API."""


class Step(Protocol):
    """One layer of the gateway: it may refuse the call, change it, or look at what comes back."""

    async def __call__(self, call: Call, next: Next) -> Result:  # noqa: A002  (the onion's word)
        """Pass the call on, or raise a `CallError`."""
        ...


class Decision(StrEnum):
    """What the policy says of one call. `ASK` is refused until approvals exist."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


@dataclass(slots=True)
class CallRecord:
    """One call of a run. `url` carries no credential.

    `decision` is None where the call failed before the policy was asked (bad arguments); `status` is None where
    nothing was answered; `error` is the code of the `CallError`, if one; `sent` says whether the call
    may have reached the API; `mismatches` how the answer differs from what the document promises, in the first call of
    a run that shows it. A file that is saved is a call of `files.save`: `url` is its name, `bytes` its size.
    """

    operation: str
    method: str = ""
    url: str = ""
    effect: str = ""
    decision: str | None = None
    status: int | None = None
    ms: float = 0.0
    error: str | None = None
    sent: bool = False
    mismatches: tuple[str, ...] = ()
    bytes: int | None = None

    @property
    def outcome(self) -> str:
        """What became of it, in a word: a status, how much was saved, the code of an error."""
        if self.status is not None:
            return str(self.status)
        return counted(self.bytes, "byte") if self.bytes is not None else self.error or "stopped"

    def json(self) -> dict[str, Any]:
        """Give the record as `keyhole exec --json` prints it: `mismatches` and `bytes` only where there are any."""
        fields = asdict(self)
        told = {key: fields[key] for key in ("operation", "method", "url", "effect", "decision", "status", "ms")}
        if self.bytes is not None:
            told["bytes"] = self.bytes
        return {**told, "mismatches": list(self.mismatches)} if self.mismatches else told


@dataclass(frozen=True, slots=True)
class Budget:
    """What the calls of one run may use together: how many reach an API, and how many bytes come back."""

    calls: int = 500
    bytes_in: int = 128 << 20
