"""The stack of a thread: 16 MB of address space of which a deep recursion may have touched most."""

from __future__ import annotations

import ctypes
import mmap
import sys
from typing import Any

_KEPT = 512 << 10
"""More than the frames that call `release` take, at the stack's high end."""
_ATTRIBUTES = 128
"""More bytes than a pthread_attr_t has."""
_MADV_DONTNEED = getattr(mmap, "MADV_DONTNEED", 4)


class Stack:
    """The stack of the thread that makes it; for that thread alone."""

    def __init__(self) -> None:
        self._low = self._size = 0
        if sys.platform != "linux":
            return
        libc: Any = ctypes.CDLL(None)
        attributes = ctypes.create_string_buffer(_ATTRIBUTES)
        low, size = ctypes.c_void_p(), ctypes.c_size_t()
        libc.pthread_self.restype = ctypes.c_ulong
        if libc.pthread_getattr_np(ctypes.c_ulong(libc.pthread_self()), attributes):
            return
        libc.pthread_attr_getstack(attributes, ctypes.byref(low), ctypes.byref(size))
        libc.pthread_attr_destroy(attributes)
        self._low, self._size = low.value or 0, max(0, size.value - _KEPT)
        self._madvise = libc.madvise
        self._madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]

    def release(self) -> None:
        """Give back what lies below the frames in use: it is zero when it is touched again."""
        if self._size:
            self._madvise(self._low, self._size, _MADV_DONTNEED)
