"""A paused run as bytes: everything that it takes to go on elsewhere."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from keyhole.errors import PauseError
from keyhole.sandbox.engine import Limits, Waiting
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs import wire

_VERSION = 2


@dataclass(frozen=True, slots=True)
class Pause:
    """The state of a run at rest. `timers` are (id, milliseconds to go); `console` is what `Console.save` gave."""

    program: Program
    limits: Limits
    left: wire.Left
    wall_s: float
    """How much of the wall limit is left."""
    ms: float
    """How long the run has taken."""
    waiting: tuple[Waiting, ...]
    timers: tuple[tuple[int, float], ...]
    console: list[Any]
    short: bool
    """An allocation has failed."""
    snapshot: bytes

    def encode(self) -> bytes:
        """Give it as bytes."""
        head = {
            "version": _VERSION,
            "program": [self.program.source, self.program.code, self.program.marks],
            "limits": asdict(self.limits),
            "left": asdict(self.left),
            "wall_s": self.wall_s,
            "ms": self.ms,
            "waiting": [[call.id, call.name, call.argument, call.note] for call in self.waiting],
            "timers": self.timers,
            "console": self.console,
            "short": self.short,
        }
        text = wire.encode_value(head)
        return len(text).to_bytes(4, "little") + text + self.snapshot

    @classmethod
    def decode(cls, content: bytes) -> Pause:
        """Read what `encode` gave. Raises PauseError: it is of another version."""
        end = 4 + int.from_bytes(content[:4], "little")
        head = wire.value_at(json.loads(content[4:end]), 0)
        if head["version"] != _VERSION:
            raise PauseError(
                f"the run was paused by another version of Keyhole (form {head['version']}, here it is {_VERSION})",
                hint="run the program again",
            )
        source, code, marks = head["program"]
        return cls(
            program=Program(source, code, tuple((line, column, length) for line, column, length in marks)),
            limits=Limits(**head["limits"]),
            left=wire.Left(**head["left"]),
            wall_s=head["wall_s"],
            ms=head["ms"],
            waiting=tuple(Waiting(*call) for call in head["waiting"]),
            timers=tuple((number, ms) for number, ms in head["timers"]),
            console=head["console"],
            short=head["short"],
            snapshot=content[end:],
        )
