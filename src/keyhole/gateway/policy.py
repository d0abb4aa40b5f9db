"""Policy: each call is allowed, asked about or denied, by effect, API, tag, operation and path. First match wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from keyhole.catalog.fields import asked_of
from keyhole.catalog.operation import Effect
from keyhole.catalog.paths import parts_of
from keyhole.errors import Denied, NeedsApproval
from keyhole.gateway.decision import Decision

if TYPE_CHECKING:
    from keyhole.catalog.call import Call, Result
    from keyhole.catalog.operation import Operation
    from keyhole.gateway.decision import Next

Allow = Literal["read", "write", "all"]
Reached = Callable[["Call"], "tuple[str, *tuple[Operation, ...]]"]
_STRICT = (Decision.ALLOW, Decision.ASK, Decision.DENY)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a policy. Every pattern is a glob and has to match; `effect` None matches any. `why` is told."""

    decision: Decision
    api: str = "*"
    operation: str = "*"
    method: str = "*"
    path: str = "*"
    tag: str = "*"
    effect: Effect | None = None
    why: str = ""

    def matches(self, operation: Operation, path: str = "") -> bool:
        """Say whether the rule is about this operation; one that stops calls, also by the `path` that is sent."""
        return (
            self.effect in (None, operation.effect)
            and fnmatchcase(operation.api, self.api)
            and (fnmatchcase(operation.name, self.operation) or fnmatchcase(operation.id, self.operation))
            and fnmatchcase(operation.method, self.method.upper())
            and (self.path == "*" or self._is_at(operation, path))
            and (self.tag == "*" or any(fnmatchcase(tag, self.tag) for tag in operation.tags))
        )

    def _is_at(self, operation: Operation, path: str) -> bool:
        sent = bool(path) and self.decision is not Decision.ALLOW and fnmatchcase(path, self.path)
        return sent or fnmatchcase(plain_path(operation.path), self.path)


def plain_path(path: str) -> str:
    """Give the path that a document's or a request's path comes to: without query, fragment and needless slashes."""
    return "/" + "/".join(parts_of(path))


def rules_of(allow: Allow, api: str = "*") -> tuple[Rule, ...]:
    """Give the rules behind `--allow`, or an API's own `allow`: what it names is allowed, the rest is asked about."""
    why = f"--allow {allow}" if api == "*" else f'allow = "{allow}" in [apis.{api}]'
    allowed = {"read": (Effect.READ,), "write": (Effect.READ, Effect.WRITE), "all": tuple(Effect)}[allow]
    return tuple(
        Rule(Decision.ALLOW if effect in allowed else Decision.ASK, api=api, effect=effect, why=why)
        for effect in Effect
    )


READ_ONLY = tuple(
    Rule(Decision.DENY, effect=effect, why="--read-only") for effect in (Effect.WRITE, Effect.DESTRUCTIVE)
)
"""The rules behind `--read-only`; put first, nothing after them can let a write through."""


class Policy:
    """The gateway step that decides. Raises `Denied` or `NeedsApproval`; then nothing has been sent."""

    def __init__(self, rules: tuple[Rule, ...], reached: Reached | None = None) -> None:
        """Decide by `rules`. `reached` gives the path that a call goes to, and the operations of that path."""
        self.rules = rules
        self._reached = reached

    def decide(self, operation: Operation, path: str = "") -> tuple[Decision, str]:
        """Give the decision and what it comes from, for the `path` that is sent. Where no rule matches: ask."""
        for rule in self.rules:
            if rule.matches(operation, path):
                return rule.decision, rule.why
        return Decision.ASK, "no rule matches"

    def allows(self, operations: tuple[Operation, ...]) -> frozenset[Effect]:
        """Give the effects of which at least one of these operations is allowed."""
        return frozenset(op.effect for op in operations if self.decide(op)[0] is Decision.ALLOW)

    async def __call__(self, call: Call, next: Next) -> Result:  # noqa: A002  (the onion's word)
        """Let an allowed call through."""
        operation = call.operation
        path = ""
        if self._reached and not operation.ad_hoc:
            # /users/{id} with the id `me` is /users/me: what is stricter counts.
            path, *named = self._reached(call)
            operation = max((operation, *named), key=lambda one: _STRICT.index(self.decide(one, path)[0]))
        decision, why = self.decide(operation, path)
        what = f"{operation.qualified} ({operation.method} {operation.path}) {_is(operation)}"
        if decision is Decision.DENY:
            raise Denied(
                f"{what}; the policy in force ({why}) denies it, and it was not sent",
                hint="Do without it, or tell the user which operation the policy would have to allow.",
                operation=operation.qualified,
            )
        if decision is Decision.ASK:
            raise NeedsApproval(
                f"{what}; the policy in force ({why}) does not allow it by itself, and it was not sent",
                hint=f"The operator can allow it: {_option(operation, why)}. Tell the user.",
                operation=operation.qualified,
            )
        return await next(call)


def _is(operation: Operation) -> str:
    if operation.ad_hoc:
        return "is not in the document, so its effect is unknown and counts as destructive"
    return f"is a {operation.effect} call"


def _option(operation: Operation, why: str) -> str:
    """Say what would allow it; an option does not help where a rule or an API's own level decides."""
    effect = operation.effect
    level = "read" if effect is Effect.READ else "write" if effect is Effect.WRITE else "all"
    option = f"start keyhole with --allow {level}" if why.startswith("--allow") else f"{why} decides; it must say so"
    if effect is Effect.WRITE and asked_of(operation):
        option += f" (or, if it only reads, put {operation.path} into `reads` of {operation.api})"
    return option
