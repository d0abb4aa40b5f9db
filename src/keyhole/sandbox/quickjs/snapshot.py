"""What a paused instance differs in from its image: the pages it has written, and the one global there is.

The program is at rest, so its whole state is its memory. Linux says which pages of a copy-on-write mapping have been
written (`/proc/self/pagemap`); elsewhere the whole memory is compared.
"""

from __future__ import annotations

import os
import struct
import sys
import zlib
from array import array
from ctypes import string_at
from functools import cache
from typing import TYPE_CHECKING

from keyhole.sandbox.quickjs import capi, wasm

if TYPE_CHECKING:
    from keyhole.sandbox.quickjs.image import Image
    from keyhole.sandbox.quickjs.instance import Instance

PAGE = 4096
_STACK_POINTER = "__stack_pointer"
_HEAD = struct.Struct("<III")
"""Size of the memory in pages of WebAssembly, the stack pointer, how many pages of ours follow."""
_PRESENT, _OF_FILE = 3 << 62, 1 << 61
"""Of an entry of pagemap (Linux, admin-guide/mm/pagemap): in memory or swapped out; still the file's own page."""
_FAST = 1
"""zlib's level."""


def take(instance: Instance, image: Image) -> bytes:
    """Give the difference between an instance at rest and its image."""
    size, address, original = instance.size(), instance.address(), image.pristine.address()
    pages: list[int] = []
    now: list[bytes] = []
    before: list[bytes] = []
    for page in _written(address, size):
        at = page * PAGE
        is_now = string_at(address + at, PAGE)
        was = string_at(original + at, PAGE) if at < image.bytes else bytes(PAGE)
        if is_now != was:
            pages.append(page)
            now.append(is_now)
            before.append(was)
    head = _HEAD.pack(size // wasm.PAGE, instance.global_value(_STACK_POINTER) & 0xFFFFFFFF, len(pages))
    change = _xor(b"".join(now), b"".join(before))
    return head + array("I", pages).tobytes() + zlib.compress(change, _FAST)


def put(instance: Instance, snapshot: bytes) -> None:
    """Make a fresh instance of the same image what `take` was given. Raises `capi.Trap` where it does not fit."""
    size, stack_pointer, count = _HEAD.unpack_from(snapshot)
    pages = array("I", snapshot[_HEAD.size : _HEAD.size + 4 * count])
    change = zlib.decompressobj().decompress(snapshot[_HEAD.size + 4 * count :], count * PAGE)
    if len(pages) != count or len(change) != count * PAGE:
        raise capi.Trap("", "the snapshot is not whole")
    instance.grow(size - instance.size() // wasm.PAGE)
    now = _xor(change, b"".join(instance.read(page * PAGE, PAGE) for page in pages))
    for index, page in enumerate(pages):
        instance.write(page * PAGE, now[index * PAGE : (index + 1) * PAGE])
    instance.set_global(_STACK_POINTER, stack_pointer)


def _xor(a: bytes, b: bytes) -> bytes:
    """Give what is different: most of a written page is as it was, and zeros compress to nothing."""
    return (int.from_bytes(a, "little") ^ int.from_bytes(b, "little")).to_bytes(len(a), "little")


def _written(address: int, size: int) -> list[int]:
    """Give the pages that may have been written, in order."""
    count = size // PAGE
    descriptor = pagemap()
    if descriptor is None:
        return list(range(count))
    entries = array("Q", os.pread(descriptor, count * 8, address // PAGE * 8))
    if len(entries) != count:
        return list(range(count))
    return [page for page, entry in enumerate(entries) if entry & _PRESENT and not entry & _OF_FILE]


@cache
def pagemap() -> int | None:
    """Open this process's page map, once; None where there is none. A worker does it before it is locked in."""
    if sys.platform != "linux" or os.sysconf("SC_PAGESIZE") != PAGE:
        return None
    try:
        return os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
