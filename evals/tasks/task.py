"""What a task is: a sentence of a user, and a check of the end that knows the truth from the servers themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from answers import number, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from world import World


@dataclass(frozen=True, slots=True)
class Task:
    """One task.

    `truth` is read from the seeded servers before the agent starts; `check` gets it, and the world as it is at the
    end, and gives what is wrong (nothing: solved). `setup` seeds what only this task needs. `wrong` are answers that a
    usual mistake gives; each must be refused.
    """

    id: str
    kind: str
    apis: tuple[str, ...]
    say: str
    truth: Callable[[World], Any]
    check: Callable[[World, Any, str], list[str]]
    setup: Callable[[World], None] | None = None
    wrong: tuple[str, ...] = ()


def has_number(_world: World, truth: Any, answer: str) -> list[str]:
    """Check that the answer has the number `right`, and none of the `decoys`."""
    return number(answer, truth["right"], truth["decoys"])


def has_words(_world: World, truth: Any, answer: str) -> list[str]:
    """Check that of `all` names the answer has those that are `right`."""
    return words(answer, truth["right"], truth["all"])
