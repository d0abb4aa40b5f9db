"""Namespaces (namespaces(7)): a world of the worker's own, with nothing in it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from keyhole.sandbox.confinement import syscalls
from keyhole.sandbox.confinement.layers import reason
from keyhole.sandbox.confinement.users import NOBODY, own_proc

_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000

_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 1, 2, 4, 8, 1 << 14, 1 << 18
_MNT_DETACH = 2
_PLACE = "/proc"
"""Where the empty root is mounted before it becomes the root: the one folder that every Linux has."""
_SWITCHES = {
    "kernel.unprivileged_userns_clone": "0",
    "kernel.apparmor_restrict_unprivileged_userns": "1",
    "user.max_user_namespaces": "0",
}
"""The settings that refuse user namespaces to ordinary users, with the value at which they do."""


def user() -> str:
    """Enter a user namespace, in which this process has every capability and is `NOBODY`. Raises OSError.

    Without the id map other namespaces may still be had, but this layer does not hold.
    """
    uid, gid = os.getuid(), os.getgid()
    own_proc()
    try:
        syscalls.unshare(_NEWUSER)
    except OSError as error:
        raise OSError(error.errno, f"user namespaces are refused here: {reason(error)}{_switches()}") from None
    try:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {uid} 1"), ("gid_map", f"{NOBODY} {gid} 1")):
            Path(f"/proc/self/{name}").write_text(text)
    except OSError as error:
        raise OSError(error.errno, f"there is one, but no id map in it: {reason(error)}") from None
    return f"user {uid} outside is {NOBODY} inside"


def pid() -> str:
    """Make the next child of this process number 1 of a pid namespace. Raises OSError."""
    _leave(_NEWPID)
    return "no other process to be seen or signalled"


def network() -> str:
    """Enter a network namespace without an interface but a loopback that is down. Raises OSError."""
    _leave(_NEWNET)
    return "no interface, no route, no abstract socket of others"


def ipc() -> str:
    """Enter a namespace without System V or POSIX message queues, semaphores, shared memory. Raises OSError."""
    _leave(_NEWIPC)
    return "no queue, semaphore or shared memory of others"


def uts() -> str:
    """Enter a namespace with a host name of its own that says nothing. Raises OSError."""
    _leave(_NEWUTS)
    syscalls.sethostname(b"worker")
    return "the host's name is hidden"


def cgroup() -> str:
    """Enter a cgroup namespace. Raises OSError."""
    _leave(_NEWCGROUP)
    return "the cgroup's path is hidden"


def empty_root() -> str:
    """Make an empty, read-only folder the root, with nothing else mounted. Raises OSError."""
    _leave(_NEWNS)
    flags = _MS_RDONLY | _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    try:
        syscalls.mount(None, b"/", None, _MS_REC | _MS_PRIVATE)  # nothing of what follows may be seen outside
        syscalls.mount(b"none", _PLACE.encode(), b"tmpfs", flags, b"size=4k,mode=500")
        os.chdir(_PLACE)
        syscalls.syscall("pivot_root", b".", b".")  # the old root is now stacked on the new one: pivot_root(2)
        syscalls.umount(b".", _MNT_DETACH)
        os.chdir("/")
    except OSError as error:
        raise OSError(error.errno, f"the root cannot be changed for an empty folder: {reason(error)}") from None
    if any(Path("/").iterdir()):
        raise OSError(errno.ENOTEMPTY, "the root is not empty")
    return "an empty folder, read-only"


def _leave(kind: int) -> None:
    try:
        syscalls.unshare(kind)
    except OSError as error:
        why = {
            errno.EPERM: "it takes a user namespace, or root",
            errno.EINVAL: "this kernel has none",
            errno.ENOSYS: "this kernel has none",
            errno.ENOSPC: "the limit in /proc/sys/user is reached",
        }.get(error.errno or 0)
        raise OSError(error.errno, f"{reason(error)} ({why})" if why else reason(error)) from None


def _switches() -> str:
    """Name the settings that explain a refusal, if any does."""
    found: list[str] = []
    for name, refusing in _SWITCHES.items():
        try:
            value = Path("/proc/sys", *name.split(".", 1)).read_text().strip()
        except OSError:
            continue
        if value == refusing:
            found.append(f"{name} is {value}")
    return f" ({', '.join(found)})" if found else " (a container's seccomp profile or a security module may say so)"
