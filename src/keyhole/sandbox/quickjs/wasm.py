"""Reading and writing WebAssembly modules, as far as images need it (WebAssembly core specification, chapter 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"\0asm\1\0\0\0"
PAGE = 65536
_START, _MEMORY, _EXPORT, _DATA, _DATA_COUNT = 8, 5, 7, 11, 12
_I32_CONST, _END = b"\x41", b"\x0b"


def unsigned(value: int) -> bytes:
    """Give `value` as unsigned LEB128."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def signed(value: int) -> bytes:
    """Give `value` as signed LEB128."""
    out = bytearray()
    while not -64 <= value < 64:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return bytes(out)


def _read_unsigned(module: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = module[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
        shift += 7


def _read_signed(module: bytes, at: int) -> tuple[int, int]:
    start = at
    value, at = _read_unsigned(module, at)
    bits = 7 * (at - start)
    return value - (1 << bits) if module[at - 1] & 0x40 else value, at


def sections(module: bytes) -> Iterator[tuple[int, bytes]]:
    """Give (id, body) of each section. Raises ValueError where it is no module."""
    if module[:8] != MAGIC:
        raise ValueError("not a WebAssembly module of version 1")
    at = 8
    while at < len(module):
        number = module[at]
        size, start = _read_unsigned(module, at + 1)
        at = start + size
        if at > len(module):
            raise ValueError("the module is cut short")
        yield number, module[start:at]


def _section(number: int, body: bytes) -> bytes:
    return bytes([number]) + unsigned(len(body)) + body


def without_data(module: bytes) -> bytes:
    """Give `module` without what writes to its memory or runs when it is instantiated: its memory is an image then."""
    kept = (body for body in sections(module) if body[0] not in (_START, _DATA, _DATA_COUNT))
    return MAGIC + b"".join(_section(number, body) for number, body in kept)


def initial_memory(module: bytes, pages: int) -> bytes:
    """Give the memory of `pages` pages as the active data segments of `module` fill it."""
    memory = bytearray(pages * PAGE)
    body = next((body for number, body in sections(module) if number == _DATA), b"\0")
    count, at = _read_unsigned(body, 0)
    for _ in range(count):
        if body[at : at + 2] != b"\0" + _I32_CONST:
            raise ValueError("a data segment that is not active at a constant address")
        offset, at = _read_signed(body, at + 2)
        size, at = _read_unsigned(body, at + 1)
        memory[offset : offset + size] = body[at : at + size]
        at += size
    return bytes(memory)


def memory_module(memory: bytes, *, max_pages: int = PAGE) -> bytes:
    """Give a module that does nothing but export a `memory` that holds `memory`, whole pages.

    One segment, without the zeros at both ends, and static: what wasmtime maps copy-on-write.
    """
    end = len(memory.rstrip(b"\0"))
    start = len(memory) - len(memory.lstrip(b"\0"))
    start -= start % PAGE
    offset = start if start < 1 << 31 else start - (1 << 32)
    segment = b"\0" + _I32_CONST + signed(offset) + _END + unsigned(max(0, end - start))
    limits = b"\1" + unsigned(len(memory) // PAGE) + unsigned(max_pages)
    body = unsigned(1) + segment
    return b"".join((
        MAGIC,
        _section(_MEMORY, unsigned(1) + limits),
        _section(_EXPORT, unsigned(1) + unsigned(6) + b"memory" + b"\2" + unsigned(0)),
        bytes([_DATA]),
        unsigned(len(body) + max(0, end - start)),
        body,
        memory[start:end],
    ))  # fmt: skip
