"""Landlock (landlock(7)): no file and no port, whoever the process is, in a way that cannot be taken back."""

from __future__ import annotations

import ctypes
import errno
import os

from keyhole.sandbox.confinement import syscalls

_VERSION_FLAG = 1
_FS_BITS = {1: 13, 2: 14, 3: 15, 5: 16, 9: 17}
"""From which ABI on how many rights to files are known: 2 adds REFER, 3 TRUNCATE, 5 IOCTL_DEV, 9 RESOLVE_UNIX."""
_NET, _NET_ABI = 0b11, 4
"""Bind and connect TCP."""
_SCOPES, _SCOPES_ABI = 0b11, 6
"""Abstract sockets and signals stay among those that are confined with us."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


def restrict() -> str:
    """Forbid this thread and what it starts all that Landlock can. Needs no_new_privs. Raises OSError."""
    abi = _abi()
    rules = _Ruleset(
        fs=(1 << max(bits for since, bits in _FS_BITS.items() if since <= abi)) - 1,
        net=_NET if abi >= _NET_ABI else 0,
        scoped=_SCOPES if abi >= _SCOPES_ABI else 0,
    )
    # A kernel refuses a longer structure than it knows, unless the rest is zero.
    ruleset = syscalls.syscall("landlock_create_ruleset", ctypes.byref(rules), ctypes.sizeof(rules), 0)
    try:
        syscalls.syscall("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    what = ["files"] + ["TCP"] * (abi >= _NET_ABI) + ["signals, abstract sockets"] * (abi >= _SCOPES_ABI)
    return f"ABI {abi}: {', '.join(what)}"


def _abi() -> int:
    try:
        return syscalls.syscall("landlock_create_ruleset", None, 0, _VERSION_FLAG)
    except OSError as error:
        why = {
            errno.ENOSYS: "this kernel has no Landlock (it came with Linux 5.13), or a container hides it",
            errno.EOPNOTSUPP: "Landlock is built into this kernel but off (add it to the boot option lsm=)",
        }
        raise OSError(error.errno, why.get(error.errno or 0, f"Landlock is refused here: {error.strerror}")) from None
