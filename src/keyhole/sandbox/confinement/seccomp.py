"""The seccomp filter (seccomp(2)): the system calls that a worker still makes, and no other.

Only what an escaped program could use for something is worth a thought here; what is listed has a reason beside it.
"""

from __future__ import annotations

import ctypes
import errno
from dataclasses import dataclass
from functools import cache

from keyhole.sandbox.confinement import bpf, syscalls

PAGEMAP_SCAN = 0xC0606610
"""The one ioctl: _IOWR('f', 16, struct pm_scan_arg) of linux/fs.h, on /proc/self/pagemap."""

_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_X32 = 0x40000000
"""Set in the numbers of the x32 ABI, which reaches the same calls past a filter that knows one number of each."""
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""AUDIT_ARCH_ of linux/audit.h."""

_SET_MODE_FILTER, _FLAG_TSYNC = 1, 1

_READ, _WRITE = 1, 2
_MAP_PRIVATE, _MAP_FIXED, _MAP_ANONYMOUS, _MAP_NORESERVE = 0x02, 0x10, 0x20, 0x4000
_MREMAP_MAYMOVE, _MADV_DONTNEED = 1, 4
_FAULTS = (4, 5, 7, 8, 11)
"""SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV: the same numbers on both architectures."""


@dataclass(frozen=True, slots=True)
class Argument:
    """What an argument must be, without the bits of `ignore`: one of `values`. `wide` ones are looked at in 64 bits.

    The kernel cuts off the upper half of those that are not, and callers leave there what they like.
    """

    index: int
    values: tuple[int, ...]
    ignore: int = 0
    wide: bool = False


def only(index: int, *flags: int) -> Argument:
    """Demand that the argument has no other bits than `flags`."""
    allowed = 0
    for flag in flags:
        allowed |= flag
    return Argument(index, (0,), ignore=allowed, wide=True)


RULES: dict[str, tuple[Argument, ...]] = {
    # Messages on the socket, and the last words on standard error.
    "read": (), "write": (), "recvfrom": (), "recvmsg": (), "sendmsg": (),
    "sendto": (Argument(4, (0,), wide=True),),  # send(2): never to an address
    "poll": (), "ppoll": (),  # each architecture's C library has its own
    "close": (),  # takes away only
    # Memory: malloc, and instances mapped from an image's file; never executable, never shared.
    "brk": (), "munmap": (),
    "mmap": (only(2, _READ, _WRITE), only(3, _MAP_PRIVATE, _MAP_FIXED, _MAP_ANONYMOUS, _MAP_NORESERVE)),
    "mprotect": (only(2, _READ, _WRITE),),
    "mremap": (only(3, _MREMAP_MAYMOVE),),  # realloc; not MREMAP_FIXED, which moves code over other code
    "madvise": (Argument(2, (_MADV_DONTNEED,)),),  # malloc's trimming, a thread's stack at its end
    # Which pages of an instance are dirty: the descriptor was opened before.
    "pread64": (),
    "ioctl": (Argument(1, (PAGEMAP_SCAN,)),),
    # Traps of WebAssembly are faults that wasmtime's handlers catch, on a stack that each thread sets up when it first
    # runs an instance. For a fault that is no trap, the handler puts the default back, and the process dies of it.
    "rt_sigreturn": (), "sigaltstack": (), "rt_sigaction": (Argument(0, _FAULTS),),
    "rt_sigprocmask": (),  # at a thread's end
    # Locks, and time: CPU time is not in the vDSO, nor is any clock on some machines.
    "futex": (), "clock_gettime": (), "clock_nanosleep": (),
    "restart_syscall": (),  # how a sleep goes on after the process was stopped
    "getrandom": (),  # Rust's and Python's hash seeds
    "getpid": (),  # logging; it is 1
    "exit": (), "exit_group": (),
}  # fmt: skip
"""System call → what its arguments must be. A name without a number on an architecture is not there."""


def confine() -> str:
    """Put the filter on every thread of this process. Needs no_new_privs. Raises OSError."""
    machine = syscalls.machine()
    if not machine:
        raise OSError(errno.ENOSYS, f"there is no table of system calls for this processor, only for {_known()}")
    code = program(machine)
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_ = _Filter(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    try:
        thread = syscalls.syscall("seccomp", _SET_MODE_FILTER, _FLAG_TSYNC, ctypes.byref(filter_))
    except OSError as error:
        raise OSError(error.errno, f"the filter is refused by this kernel or container: {error.strerror}") from None
    if thread:
        raise OSError(errno.EBUSY, f"the thread {thread} has a filter of its own and cannot take this one")
    count = sum(name in syscalls.NUMBERS[machine] for name in RULES)
    tested = "" if machine == "x86_64" else "; never tried on this processor"
    return f"{count} system calls on every thread{tested}"


@cache
def program(machine: str) -> bytes:
    """Give the filter for `machine`, a key of `syscalls.NUMBERS`, as machine code."""
    numbers = syscalls.NUMBERS[machine]
    lines: list[bpf.Line] = [
        bpf.load(bpf.ARCHITECTURE),
        bpf.equal(_ARCHITECTURES[machine], otherwise="kill"),
        bpf.load(bpf.NUMBER),
    ]
    if machine == "x86_64":
        lines.append(bpf.at_least(_X32, then="kill"))
    for name, arguments in RULES.items():
        if name in numbers:
            lines += _rule(name, numbers[name], arguments)
    # A C library that hears of no clone3 falls back to clone, whose refusal it takes well.
    lines += [bpf.equal(numbers["clone3"], otherwise="refuse"), bpf.give(_ERRNO | errno.ENOSYS)]
    lines += ["refuse", bpf.give(_ERRNO | errno.EPERM)]
    lines += ["allow", bpf.give(_ALLOW)]
    lines += ["kill", bpf.give(_KILL)]
    return bpf.assemble(lines)


def _rule(name: str, number: int, arguments: tuple[Argument, ...]) -> list[bpf.Line]:
    """Allow the system call; nothing that matches its number leads out of here but to an end."""
    if not arguments:
        return [bpf.equal(number, then="allow")]
    lines: list[bpf.Line] = [bpf.equal(number, otherwise=f"not {name}")]
    for argument in arguments:
        lines += _check(f"{name} {argument.index}", argument)
    return [*lines, bpf.give(_ALLOW), f"not {name}"]


def _check(label: str, argument: Argument) -> list[bpf.Line]:
    """Go on where the argument is right."""
    lines: list[bpf.Line] = []
    if argument.wide:  # none of our values has an upper half
        lines += [bpf.load(bpf.high(argument.index)), bpf.equal(0, otherwise="refuse")]
    lines += [bpf.load(bpf.low(argument.index)), bpf.keep(~argument.ignore & 0xFFFFFFFF)]
    *others, last = argument.values
    lines += [bpf.equal(value, then=label) for value in others]
    return [*lines, bpf.equal(last, otherwise="refuse"), label]


def _known() -> str:
    return " and ".join(syscalls.NUMBERS)


class _Filter(ctypes.Structure):
    """`struct sock_fprog` of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))
