"""Every error of Keyhole: what failed, with which value, and one thing to do about it.

The same classes serve the command line, MCP and Python::

    KeyholeError
    ├── UsageError              the command line or the configuration is wrong
    ├── DocumentError           an API document cannot be read, fetched or understood
    ├── SandboxError            the engine cannot be built or has lost a run
    │   └── PauseError          a paused run cannot be gone on with
    ├── ProgramError            what a model's program did: syntax, a throw, a limit
    └── CallError               one call of a program; a program can catch it
        ├── UnknownOperation    no operation of that name; the nearest are offered
        ├── InvalidArguments    nothing was sent
        ├── Denied              the policy says no
        ├── NeedsApproval       the policy says ask, and nobody can be asked
        ├── CredentialError     a credential is missing, or would leave its origin
        ├── BudgetExceeded      the run has spent what it was given
        ├── Unreachable         the API is down, slow, or broke off
        └── ApiError            the API answered with an error status
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_COMPARED, _MAX_NAMES = 80, 500


class KeyholeError(Exception):
    """Base of all: `code` is stable and for machines, `message` says what failed, `hint` what to do."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message

    def fields(self) -> dict[str, Any]:
        """Give what a program or a JSON reader gets of this error: name, code, message, hint and the class's own."""
        return {"name": type(self).__name__, "code": self.code, "message": self.message, "hint": self.hint}


class UsageError(KeyholeError):
    """The command line or the configuration is wrong."""

    code = "usage"
    exit_code = 2


class DocumentError(KeyholeError):
    """An API document cannot be read, fetched or understood; `pointer` is the JSON pointer of the place, if one."""

    code = "document"
    exit_code = 2

    def __init__(self, message: str, *, hint: str = "", pointer: str = "") -> None:
        super().__init__(message, hint=hint)
        self.pointer = pointer


class SandboxError(KeyholeError):
    """The engine cannot be built, or it lost a run through no fault of the program."""

    code = "sandbox"


class PauseError(SandboxError):
    """A paused run cannot be gone on with: it was tampered with, or was made under another key, image or guest."""

    code = "pause"


class ProgramError(KeyholeError):
    """What a program did. `kind` is one of the `KINDS`; line and column (from 1) are of the model's own text.

    Of the kinds "syntax" and "preflight", nothing has run.

    `cause` holds the fields of a `CallError` that the program did not catch; its code is then this error's code.
    """

    code = "program"
    exit_code = 3
    KINDS: ClassVar = (
        "syntax", "preflight", "throw", "unhandled", "unsettled", "result",
        "cpu", "wall", "memory", "stack", "calls", "bytes", "cancelled", "crash",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913  (an error carries what it knows)
        self,
        message: str,
        *,
        kind: str,
        hint: str = "",
        line: int | None = None,
        column: int | None = None,
        cause: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind
        self.line = line
        self.column = column
        self.cause = dict(cause) if cause else None

    def fields(self) -> dict[str, Any]:
        """Give the `error` object of `keyhole exec --json`: code, message, hint, line, column."""
        code = (self.cause or {}).get("code") or self.kind
        return {**super().fields(), "code": code, "line": self.line, "column": self.column}


class CallError(KeyholeError):
    """One call of a program failed; thrown inside the program, which can catch it. `operation` is "api.name".

    `unsent` says of a class that nothing was sent and that the same call would be refused again: a program then sees
    the `status` 400, so that a loop that tries again where there is none, or 429, or one of 5xx, ends.
    """

    code = "call"
    exit_code = 3
    unsent: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "", operation: str = "") -> None:
        super().__init__(message, hint=hint)
        self.operation = operation

    def fields(self) -> dict[str, Any]:
        """Give the fields of the error object that the program sees."""
        refused: dict[str, Any] = {"status": 400, "sent": False} if self.unsent else {}
        return {**super().fields(), "operation": self.operation, **refused}


class UnknownOperation(CallError):  # noqa: N818  (the name is a sentence of its own)
    """No operation of that name, or no such method and path; `nearest` are the names ("api.name") of those like it."""

    code = "unknown_operation"
    unsent = True

    def __init__(self, message: str, *, hint: str = "", operation: str = "", nearest: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint, operation=operation)
        self.nearest = nearest


class InvalidArguments(CallError):  # noqa: N818
    """Arguments do not fit the operation; nothing was sent. The message lists every problem.

    `at` are names under which the first one may be found among the arguments, the nearest first.
    """

    code = "invalid_arguments"
    unsent = True

    def __init__(self, message: str, *, hint: str = "", operation: str = "", at: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint, operation=operation)
        self.at = at


class Denied(CallError):  # noqa: N818
    """The policy denies the call; nothing was sent."""

    code = "denied"
    unsent = True
    exit_code = 4


class NeedsApproval(CallError):  # noqa: N818
    """The policy asks, and nobody can be asked yet; nothing was sent. The hint names the option that allows it."""

    code = "needs_approval"
    unsent = True
    exit_code = 4


class CredentialError(CallError):
    """A credential is missing or unreadable, or would have left the origin it is pinned to; nothing was sent."""

    code = "credentials"
    unsent = True
    exit_code = 6


class BudgetExceeded(CallError):  # noqa: N818
    """The run has used up its calls or bytes."""

    code = "budget"
    unsent = True


class Unreachable(CallError):  # noqa: N818
    """The API did not answer: down, too slow, broke off half way, or answered beyond a bound.

    `sent` says whether the request may have reached the API; `url` is where it went, without credentials.
    """

    code = "unreachable"
    exit_code = 6

    def __init__(self, message: str, *, hint: str = "", operation: str = "", sent: bool = True, url: str = "") -> None:
        super().__init__(message, hint=hint, operation=operation)
        self.sent = sent
        self.url = url

    def fields(self) -> dict[str, Any]:
        """Give whether it was sent too: what may have happened is not repeated blindly."""
        return {**super().fields(), "sent": self.sent}


class ApiError(CallError):
    """The API answered with an error status; `body` is what it said, `headers` have lower-case names."""

    code = "api_error"
    exit_code = 6

    def __init__(  # noqa: PLR0913
        self,
        message: str,
        *,
        status: int,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        hint: str = "",
        operation: str = "",
    ) -> None:
        super().__init__(message, hint=hint, operation=operation)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})

    def fields(self) -> dict[str, Any]:
        """Give status, body and headers too."""
        return {**super().fields(), "status": self.status, "body": self.body, "headers": self.headers}


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: "1 operation", "1,223 operations"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def nearest(name: str, known: Iterable[str], *, limit: int = 3) -> list[str]:
    """Give up to `limit` of the `known` names that a reader most likely meant by `name`, best first.

    It takes time in the length of the names and in their number, of which a program or a document may have any: names
    of more than 80 characters, and those after the first 500, are compared by their first letters alone.
    """
    near: list[str] = []
    names: list[str] = []
    for one in known:
        if one == name or (len(names) >= _MAX_NAMES and one.lower().startswith(name[:_COMPARED].lower())):
            near.append(one)
        elif len(one) <= _COMPARED and len(names) < _MAX_NAMES:
            names.append(one)
    return [*near, *get_close_matches(name[:_COMPARED], names, n=limit, cutoff=0.5)][:limit]
