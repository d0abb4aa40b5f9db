"""Results: whole values that later programs of the same caller can read, so that nothing has to be called twice.

They live in this process's memory, packed, and go when their time is over, when newer ones need the room, or when the
process ends. A name is 65 bits of chance: nobody guesses one, and none comes twice.
"""

from __future__ import annotations

import marshal
import re
import secrets
import string
import threading
import time
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from keyhole.errors import InvalidArguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from keyhole.catalog.operation import Operation
    from keyhole.value import Value

KEEP_S = 1800.0
MAX_VALUE = 8 << 20
"""Bytes of one value, unpacked, and of all that one program reads: an eighth of a program's memory, which holds it."""
MAX_OF_CALLER, MAX_BYTES_OF_CALLER = 32, 32 << 20
"""How many values of one caller, and how many packed bytes."""
MAX_KEPT, MAX_BYTES = 4096, 256 << 20
"""How many values of all callers, and how many packed bytes."""
MAX_NAMED = 20
"""How many one program can read."""
_OVERHEAD = 64
_LETTERS = 14
_NAME = re.compile(rf"(?<![A-Za-z0-9_$])r[a-z]{{{_LETTERS}}}(?![A-Za-z0-9_$])")


@dataclass(frozen=True, slots=True)
class _Packed:
    data: bytes
    size: int
    """Unpacked."""
    until: float


class Results:
    """All that is kept, for all callers. Usable on any thread.

    `keep_s` is for how long, 0 keeps nothing; `max_value` replaces `MAX_VALUE`.
    """

    def __init__(
        self, keep_s: float = KEEP_S, *, max_value: int = MAX_VALUE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.max_value = max_value
        self._keep_s = keep_s
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str], _Packed] = OrderedDict()
        self._lock = threading.Lock()

    def shelf(self, caller: str) -> Shelf:
        """Give what one caller sees of it."""
        return Shelf(self, caller)

    def keep(self, caller: str, value: Value) -> str:
        """Keep a value and give its name; "" where it is too large, or nothing is kept. Takes time with its size."""
        if self._keep_s <= 0 or (packed := _pack(value, self.max_value)) is None:
            return ""
        name = "r" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(_LETTERS))
        data, size = packed
        with self._lock:
            self._expire()
            self._kept[caller, name] = _Packed(data, size, self._clock() + self._keep_s)
            self._make_room(caller)
        return name

    def named(self, caller: str, text: str) -> tuple[str, ...]:
        """Give the names of what is kept for `caller` that a text holds, `MAX_NAMED` at most."""
        with self._lock:
            self._expire()
            if not self._kept:
                return ()
            found = (name for name in _NAME.findall(text) if (caller, name) in self._kept)
            return tuple(dict.fromkeys(found))[:MAX_NAMED]

    def read(self, caller: str, names: Sequence[str]) -> dict[str, Value]:
        """Give what is kept for `caller` under these names. Takes time with its size.

        Raises `InvalidArguments` where all of it is more than a program can hold.
        """
        with self._lock:
            self._expire()
            found = {name: self._kept[caller, name] for name in names if (caller, name) in self._kept}
        total = sum(packed.size for packed in found.values())
        if total > self.max_value:
            raise InvalidArguments(
                f"{', '.join(f'results.{name}' for name in found)} are {total:,} bytes together; "
                f"a program can read {self.max_value:,}",
                hint="Read them one by one, each in a program of its own.",
            )
        return {name: marshal.loads(zlib.decompress(packed.data)) for name, packed in found.items()}  # noqa: S302  (ours)

    def _expire(self) -> None:
        # in the order in which they were kept, which is the order in which they end
        now = self._clock()
        while self._kept and next(iter(self._kept.values())).until <= now:
            self._kept.popitem(last=False)

    def _make_room(self, caller: str) -> None:
        own = [key for key in self._kept if key[0] == caller]
        size = sum(len(self._kept[key].data) for key in own)
        while len(own) > MAX_OF_CALLER or (size > MAX_BYTES_OF_CALLER and len(own) > 1):
            size -= len(self._kept.pop(own.pop(0)).data)
        total = sum(len(packed.data) for packed in self._kept.values())
        while total > MAX_BYTES or len(self._kept) > MAX_KEPT:
            total -= len(self._kept.popitem(last=False)[1].data)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one caller sees of the `Results`: its own, and nobody else's."""

    results: Results
    caller: str

    def answers(self) -> Answers:
        """Give the place for what the calls of one run give."""
        return Answers(self.results.max_value // 2)

    def keep(self, value: Value) -> str:
        """Keep a value; see `Results.keep`."""
        return self.results.keep(self.caller, value)

    def named(self, text: str) -> tuple[str, ...]:
        """Give the names of kept values in a text; see `Results.named`."""
        return self.results.named(self.caller, text)

    def read(self, names: Sequence[str]) -> dict[str, Value]:
        """Give kept values; see `Results.read`."""
        return self.results.read(self.caller, names)


class Answers:
    """What the calls of one run gave, in case it fails: `{call: "GET /path", body}` each, in the order of the answers.

    Packed as they come, `room` bytes at most: most runs do not fail, and theirs must not be dear. `missed` counts what
    found no room.
    """

    def __init__(self, room: int) -> None:
        self.missed = 0
        self._packed: list[tuple[str, bytes]] = []
        self._room = room

    def __len__(self) -> int:
        return len(self._packed)

    def add(self, operation: Operation, url: str, body: Value) -> None:
        """Note what a call gave, if there is room. Takes time with its size."""
        try:
            data = marshal.dumps(body) if self._room > 0 else b""
        except ValueError:  # no data: a file that stays outside
            return
        size = len(data) + len(url) + _OVERHEAD
        if size > self._room:
            self.missed += 1
        else:
            self._room -= size
            self._packed.append((f"{operation.method} {path_of(url)}", data))

    def value(self) -> list[dict[str, Value]]:
        """Give all of it, as a program reads it."""
        return [{"call": call, "body": marshal.loads(data)} for call, data in self._packed]  # noqa: S302  (ours)


def path_of(url: str) -> str:
    """Give the path and the query of a URL."""
    return "/" + url.split("://", 1)[-1].partition("/")[2] if "://" in url else url


def handles(names: Iterable[Value]) -> list[str]:
    """Give the names that a program asks for. Raises `InvalidArguments`."""
    asked = list(names)
    if len(asked) > MAX_NAMED or not all(isinstance(name, str) for name in asked):
        raise InvalidArguments(f"results() takes the names of at most {MAX_NAMED} kept results")
    return cast("list[str]", asked)


def _pack(value: Value, max_bytes: int) -> tuple[bytes, int] | None:
    try:
        data = marshal.dumps(value)
    except ValueError:
        return None
    return (zlib.compress(data, 1), len(data)) if len(data) <= max_bytes else None
