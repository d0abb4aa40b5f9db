"""What the check of a call's arguments will say, foreseen from what of them is known before the program runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from keyhole.gateway.validate import Check, chooses_content_type, refusal
from keyhole.value import Unseen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyhole.catalog.operation import Operation
    from keyhole.gateway.problems import Problem
    from keyhole.value import Value


def foresee(operation: Operation, arguments: Mapping[str, Value], *, closed: bool = True) -> None:
    """Raise what `checked` would raise for these arguments, whatever every `Unseen` in them turns out to be.

    Without `closed` there may be more arguments than these. Nothing is raised where some values would be accepted.
    """
    body = operation.signature.body
    chosen = [value for name, value in arguments.items() if chooses_content_type(operation, name)]
    if body and body.others and (not closed or any(isinstance(value, Unseen) for value in chosen)):
        return  # which body it is, is not known
    check = _Foresight(operation, arguments, closed=closed)
    check.sort(arguments)
    check.require()
    check.values()
    if any(one not in check.doubts for one in check.told):
        raise refusal(operation, check.told)


class _Foresight(Check):
    """The same check, where a value may be unseen: then it is taken for right, and for there or not as it suits."""

    def __init__(self, operation: Operation, arguments: Mapping[str, Value], *, closed: bool) -> None:
        super().__init__(operation, arguments)
        self.doubts: set[Problem] = set()
        self._closed = closed
        self._doubtful = {name for name, value in arguments.items() if isinstance(value, Unseen) and not value.given}

    def _parameter(self, name: str, arguments: Mapping[str, Value]) -> str | None:
        there = {one: value for one, value in arguments.items() if one not in self._doubtful}
        return super()._parameter(name, there)

    def _lift(self) -> None:
        given = self.given.get("body")
        if isinstance(given, Unseen):
            return
        if not self._closed:
            self.given["body"] = Unseen(given=False)  # it, or fields of it, may be among the arguments not seen
        elif isinstance(given, dict):
            fields = cast("dict[str, Value]", given)
            vague = [name for name, value in self._lifted.items() if _holds_unseen([value, fields.get(name)])]
            self.given["body"] = {**{name: self._lifted.pop(name) for name in vague}, **fields}
            super()._lift()
        elif self._lifted and (given is not None or self._may_be_none()):
            self.given["body"] = Unseen(given=False)
        else:
            super()._lift()

    def _may_be_none(self) -> bool:
        """Say whether the call may turn out to have no body: nothing that is certainly there makes one."""
        body = self.rules.signature.body
        vague = all(isinstance(one, Unseen) and not one.given for one in self._lifted.values())
        return vague and body is not None and not body.required

    def require(self) -> None:
        """Tell of what is certainly missing and unknown."""
        if self._closed:
            super().require()
        else:
            self.told += [self.stray(name) for name in self.unknown]
        self.doubts = {self.stray(name) for name in self.unknown if name in self._doubtful}


def _holds_unseen(value: Value) -> bool:
    queue = [value]
    while queue:
        one = queue.pop()
        if isinstance(one, Unseen):
            return True
        if isinstance(one, dict):
            queue += cast("dict[str, Value]", one).values()
        elif isinstance(one, list):
            queue += cast("list[Value]", one)
    return False
