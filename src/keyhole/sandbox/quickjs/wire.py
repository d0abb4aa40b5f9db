"""What passes between a run and its instance: bytes, one message each, so that the instance may live elsewhere.

To the instance: `Start`, `Answer`, `Restore`, and a lone CAPTURE or WHERE. From it, a letter and JSON:

    C[id, name, argument]       a call; answered once
    T[id, ms], t[id]            a timer is set, cleared; answered once with nothing
    L[level, text]              a line of console output
    D[lines, bytes]             so much console output was dropped, for there is no room for it
    R[value] or R[]             the end: the program returned value, or undefined
    E[report, fields]           the end: it failed; `fields` are those of the host's own error, where it was one
    M                           an allocation has failed for the first time
    X text                      the end: the guest could not even report
    W stack                     where the program is that is stopped; goes no further than the owner (`cell.py`)
    K[kind, what, stack]        the end: stopped by the owner at a limit
    S spent, snapshot           the end here: what CAPTURE asked for; see `Restore`

One item more names a tag: then {tag: base64} stands for bytes in the value. To the guest the tag is made up for the
message, so that no data can pass for bytes. What comes from it is hostile: nothing here raises for it but `Garbled`.
"""

from __future__ import annotations

import binascii
import json
import re
import secrets
import struct
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any, cast

from pydantic_core import from_json

MAX_DEPTH = 200
"""How deep a value may be nested: what the JSON reader takes."""
MAX_TIMERS = 1000
"""How many timers a run may have set at a time."""
CAPTURE, WHERE = b"C", b"W"
"""Give a snapshot; end at the wall limit and say what is waited for."""
_START, _ANSWER = struct.Struct("<cI32s"), struct.Struct("<cI?")
_LEFT = struct.Struct("<QQQII")


_MAX_VALUES = 2_000_000
"""How many values one message may hold: an empty list is two bytes of text, and seventy of memory."""
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)
"""A pair of surrogates, a lone one (the group), or any other escape."""


class Garbled(Exception):  # noqa: N818  (what the message is)
    """A message that no guest of ours sends, or a value that is nested too deep."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a run may still use: nanoseconds of CPU, calls to the host, bytes out, memory above the image, log lines."""

    cpu_ns: int
    calls: int
    bytes_out: int
    memory: int
    lines: int

    def encode(self) -> bytes:
        """Give them as a part of a message."""
        counts = (min(max(count, 0), (1 << 64) - 1) for count in (self.cpu_ns, self.calls, self.bytes_out))
        return _LEFT.pack(*counts, self.memory, self.lines)

    @classmethod
    def decode(cls, message: bytes, at: int) -> Left:
        """Read what `encode` gave at `at`."""
        return cls(*_LEFT.unpack_from(message, at))


@dataclass(frozen=True, slots=True)
class Start:
    """Run the program `code` on a stack of so many bytes; `seed` is 32 bytes of chance."""

    left: Left
    stack: int
    seed: bytes
    code: bytes

    def encode(self) -> bytes:
        """Give the message."""
        return _START.pack(b"S", self.stack, self.seed) + self.left.encode() + self.code


@dataclass(frozen=True, slots=True)
class Answer:
    """Settle the call or timer `id` with `payload`, as `encode_value` gives it; not `ok` means an error's fields."""

    id: int
    ok: bool
    payload: bytes

    def encode(self) -> bytes:
        """Give the message."""
        return _ANSWER.pack(b"A", self.id, self.ok) + self.payload


@dataclass(frozen=True, slots=True)
class Restore:
    """Be where the run was when this `snapshot` was taken (`snapshot.py`)."""

    left: Left
    snapshot: bytes

    def encode(self) -> bytes:
        """Give the message."""
        return b"P" + self.left.encode() + self.snapshot


def decode_inward(message: bytes) -> Start | Answer | Restore | bytes:
    """Read a message to the instance, CAPTURE and WHERE as they are; ours, so it is trusted."""
    kind = message[:1]
    if kind == b"S":
        _, stack, seed = _START.unpack_from(message)
        at = _START.size + _LEFT.size
        return Start(Left.decode(message, _START.size), stack, seed, message[at:])
    if kind == b"P":
        return Restore(Left.decode(message, 1), message[1 + _LEFT.size :])
    if kind in (CAPTURE, WHERE):
        return kind
    _, number, ok = _ANSWER.unpack_from(message)
    return Answer(number, ok, message[_ANSWER.size :])


def captured(left: Left, snapshot: bytes) -> bytes:
    """Give the message that answers CAPTURE."""
    return b"S" + left.encode() + snapshot


def encode_value(value: Any) -> bytes:
    """Give `[value]`, or `[value, tag]` where bytes are in it. Raises TypeError or ValueError: it is no Value."""
    tag = ""

    def tagged(item: Any) -> Any:
        nonlocal tag
        if not isinstance(item, bytes | bytearray):
            raise TypeError(f"a host call gave a {type(item).__name__}, which is no JSON and no bytes")
        tag = tag or f"bytes:{secrets.token_hex(8)}"
        return {tag: b64encode(item).decode()}

    try:
        text = json.dumps(value, default=tagged, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        if "JSON compliant" not in str(error):
            raise
        text = json.dumps(_finite(value), default=tagged, separators=(",", ":"))
    return f'[{text},"{tag}"]'.encode() if tag else f"[{text}]".encode()


def _finite(value: Any) -> Any:
    """Give `value` with None for NaN and the infinities, as JSON.stringify writes them."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def decode(message: bytes) -> tuple[str, list[Any]]:
    """Give the letter of a message of the guest and its items. Raises Garbled."""
    letter = chr(message[0]) if message else ""
    body = message[1:]
    if letter in {"X", "M"}:
        return letter, [body.decode(errors="replace")]
    if letter == "S":
        if len(body) < _LEFT.size:
            raise Garbled("a snapshot that is cut short")
        return letter, [Left.decode(body, 0), body[_LEFT.size :]]
    items = _read(body)
    if letter not in "CTtLDREK" or not isinstance(items, list):
        raise Garbled(f"a message that is none: {message[:40]!r}")
    return letter, cast("list[Any]", items)


def _count(text: bytes) -> int:
    return sum(map(text.count, (b",", b"[", b"{")))


def _read(text: bytes) -> Any:
    if len(text) > _MAX_VALUES and _count(text) > _MAX_VALUES and _count(_STRING.sub(b"", text)) > _MAX_VALUES:
        raise Garbled(f"it holds more than {_MAX_VALUES:,} values")
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError as error:
        if "recursion limit" in str(error):
            raise Garbled(f"the value is nested deeper than {MAX_DEPTH} levels") from None
    # A lone surrogate is legal in a JavaScript string and in JSON's escapes, but in no encoding: it becomes U+FFFD.
    whole = _ESCAPE.sub(lambda found: found[0] if found[1] is None else b"\\ufffd", text)
    try:
        return from_json(whole.decode(errors="replace"), allow_inf_nan=False)
    except ValueError:
        raise Garbled(f"no JSON: {text[:40]!r}") from None


def value_at(items: list[Any], at: int) -> Any:
    """Give the value at `at`, bytes restored where the item after it is a tag."""
    value = items[at]
    tag = items[at + 1] if len(items) > at + 1 else None
    return _restore(value, tag) if isinstance(tag, str) else value


def _restore(value: Any, tag: str) -> Any:
    if isinstance(value, dict):
        text = value.get(tag)  # pyright: ignore[reportUnknownVariableType,reportUnknownMemberType]
        if len(value) == 1 and isinstance(text, str):  # pyright: ignore[reportUnknownArgumentType]
            try:
                return b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                return value  # pyright: ignore[reportUnknownVariableType]
        return {key: _restore(item, tag) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_restore(item, tag) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value
