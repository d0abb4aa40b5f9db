"""Capabilities (capabilities(7)): root's power in parts, of which a worker has none."""

from __future__ import annotations

import ctypes
import errno

from keyhole.sandbox.confinement import syscalls

_VERSION = 0x20080522
_PR_CAPBSET_DROP, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT = 24, 28, 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_SECUREBITS = 0xEF
"""NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE, each locked, and KEEP_CAPS locked off: uid 0 is a name only."""


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Set(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


_Sets = _Set * 2
"""The lower and the upper 32 capabilities."""


def enable() -> None:
    """Make every capability that is permitted effective. Raises OSError."""
    header, sets = _Header(_VERSION, 0), _Sets()
    syscalls.capget(header, sets)
    for half in sets:
        half.effective = half.permitted
    syscalls.capset(header, sets)


def drop() -> str:
    """Give up every capability, and what could bring one back where the kernel lets us. Raises OSError."""
    forever = _drop_bounding()
    header, sets = _Header(_VERSION, 0), _Sets()
    syscalls.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    syscalls.capset(header, sets)
    syscalls.capget(header, sets)
    if any(half.effective | half.permitted | half.inheritable for half in sets):
        raise OSError(errno.EPERM, "some are still held")
    return "none held, none left to gain" if forever else "none held"


def _drop_bounding() -> bool:
    """Empty the bounding set and lock the secure bits, which takes CAP_SETPCAP; False without it."""
    try:
        syscalls.prctl(_PR_SET_SECUREBITS, _SECUREBITS)
        for capability in range(64):
            syscalls.prctl(_PR_CAPBSET_DROP, capability)
    except OSError as error:
        return error.errno == errno.EINVAL  # one past the last that this kernel has
    return True
