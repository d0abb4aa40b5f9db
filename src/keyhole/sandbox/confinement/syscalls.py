"""System calls that Python has no function for, and the numbers of those that the seccomp filter lets through.

The numbers are the kernel's own, forever: arch/x86/entry/syscalls/syscall_64.tbl and, for aarch64,
include/uapi/asm-generic/unistd.h. A name that an architecture lacks has no number there (aarch64 has no `poll`).
Every function here raises OSError for a refusal, and NotImplementedError on other systems than Linux.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys
from typing import Any

NUMBERS: dict[str, dict[str, int]] = {
    "x86_64": {
        "read": 0, "write": 1, "close": 3, "poll": 7, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12,
        "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "ioctl": 16, "pread64": 17, "mremap": 25,
        "madvise": 28, "getpid": 39, "sendto": 44, "recvfrom": 45, "sendmsg": 46, "recvmsg": 47, "exit": 60,
        "sigaltstack": 131, "pivot_root": 155, "futex": 202, "restart_syscall": 219, "clock_gettime": 228,
        "clock_nanosleep": 230, "exit_group": 231, "seccomp": 317, "getrandom": 318, "clone3": 435,
        "landlock_create_ruleset": 444, "landlock_restrict_self": 446,
    },
    "aarch64": {
        "ioctl": 29, "pivot_root": 41, "close": 57, "read": 63, "write": 64, "pread64": 67, "ppoll": 73, "exit": 93,
        "exit_group": 94, "futex": 98, "clock_gettime": 113, "clock_nanosleep": 115, "restart_syscall": 128,
        "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "getpid": 172,
        "sendto": 206, "recvfrom": 207, "sendmsg": 211, "recvmsg": 212, "brk": 214, "munmap": 215, "mremap": 216,
        "mmap": 222, "mprotect": 226, "madvise": 233, "seccomp": 277, "getrandom": 278, "clone3": 435,
        "landlock_create_ruleset": 444, "landlock_restrict_self": 446,
    },
}  # fmt: skip

_libc: Any = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def machine() -> str:
    """Name the architecture whose system calls this process makes; empty where it is not in `NUMBERS`.

    A 32-bit interpreter on a 64-bit kernel makes the calls of another one.
    """
    name = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    return name if name in NUMBERS and ctypes.sizeof(ctypes.c_void_p) == 8 and sys.byteorder == "little" else ""


def syscall(name: str, *arguments: Any) -> int:
    """Make the system call `name`. Raises OSError: ENOSYS too where its number is not known here."""
    number = NUMBERS.get(machine(), {}).get(name)
    if number is None:
        raise OSError(errno.ENOSYS, f"the number of {name} on {platform.machine()} is not known")
    return _call("syscall", ctypes.c_long(number), *map(_long, arguments))


def prctl(option: int, *arguments: int) -> int:
    """Ask for `option`; what is not given is 0. Raises OSError."""
    four = [*arguments, 0, 0, 0, 0][:4]
    return _call("prctl", ctypes.c_int(option), *map(ctypes.c_ulong, four))


def unshare(flags: int) -> None:
    """Leave the namespaces of `flags` for new ones. Raises OSError."""
    _call("unshare", ctypes.c_int(flags))


def mount(source: bytes | None, target: bytes, kind: bytes | None, flags: int, data: bytes | None = None) -> None:
    """Attach or change a mount. Raises OSError."""
    _call("mount", source, target, kind, ctypes.c_ulong(flags), data)


def umount(target: bytes, flags: int) -> None:
    """Take a mount away. Raises OSError."""
    _call("umount2", target, ctypes.c_int(flags))


def sethostname(name: bytes) -> None:
    """Set the host name. Raises OSError."""
    _call("sethostname", name, ctypes.c_size_t(len(name)))


def capget(header: Any, sets: Any) -> None:
    """Read the capabilities into `sets`. Raises OSError."""
    _call("capget", ctypes.byref(header), ctypes.byref(sets))


def capset(header: Any, sets: Any) -> None:
    """Set the capabilities to `sets`. Raises OSError."""
    _call("capset", ctypes.byref(header), ctypes.byref(sets))


def _long(argument: Any) -> Any:
    # A variadic C function takes an int as 32 bits and leaves the rest of the register as it was.
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def _call(name: str, *arguments: Any) -> int:
    if _libc is None:
        raise NotImplementedError("this takes Linux")
    function = getattr(_libc, name)
    function.restype = ctypes.c_long if name == "syscall" else ctypes.c_int
    result = function(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
