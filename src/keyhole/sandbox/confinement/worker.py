"""How a process becomes a confined worker: forked apart, isolated while it has one thread, shut when it has all.

    pid, layers = fork_worker()         # in the process that has everything loaded, on its only thread
    if pid == 0:
        ...                             # open what is still to be opened, such as /proc/self/pagemap
        layers += isolate()
        ...                             # start every thread
        layers += shut()
        ...                             # run programs, and leave by os._exit

Every layer is best effort and says whether it holds; a worker that lacks one still works. Beyond limits, Linux only.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
from contextlib import suppress

from keyhole.errors import SandboxError
from keyhole.sandbox.confinement import (
    capabilities,
    landlock,
    namespaces,
    rlimits,
    seccomp,
    syscalls,
    users,
)
from keyhole.sandbox.confinement.layers import Layer, attempt

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 36, 38
_PID = struct.Struct("<i")


def fork_worker() -> tuple[int, list[Layer]]:
    """Fork a worker: give its pid here, and in the worker 0 and the layers that it has so far.

    The worker is not root, and number 1 of a pid namespace of its own where that is allowed, so that only SIGKILL and
    SIGSTOP reach it. It is killed when this process ends. It is this process's child, to be waited for here, although
    another one forked it: this process becomes a subreaper. It blocks for the few milliseconds that this takes.

    Raises OSError where a process cannot be forked, SandboxError where one was lost on the way; Linux only.
    """
    if sys.platform != "linux":
        raise SandboxError("confined workers need Linux", hint="run programs in this process")
    syscalls.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        middle = os.fork()
        if middle:
            theirs.close()
            return _await_worker(ours, middle), []
        ours.close()
        layers: list[Layer] | None = None
        try:
            layers = _become_worker(theirs)
        finally:
            if layers is None:  # whatever went wrong, there must not be a second zygote
                os._exit(1)
        return 0, layers


def _become_worker(zygote: socket.socket) -> list[Layer]:
    """Fork again, since a pid namespace takes in only who is born in it; return in the worker, leave the middle."""
    layers = [attempt("not root", users.leave_root), attempt("user namespace", namespaces.user)]
    layers.append(attempt("pid namespace", namespaces.pid))
    try:
        worker = os.fork()
        if worker:
            zygote.sendall(_PID.pack(worker))
    except OSError as error:
        with suppress(OSError):
            zygote.sendall(_PID.pack(-(error.errno or 1)))
        worker = -1
    if worker:
        os._exit(0)
    # The signal comes at the death of whoever is the parent: the zygote says when that is no longer the middle one.
    if not zygote.recv(1):
        os._exit(1)
    syscalls.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    zygote.sendall(b"!")  # fails where the zygote is gone: a process closes its files before its death is a signal
    return layers


def _await_worker(link: socket.socket, middle: int) -> int:
    told = link.recv(_PID.size)
    _reap(middle)
    if len(told) < _PID.size:
        raise SandboxError("a worker was lost while it was forked", hint="this is a bug of Keyhole or a lack of memory")
    (worker,) = _PID.unpack(told)
    if worker < 0:
        raise OSError(-worker, f"a worker cannot be forked: {os.strerror(-worker)}")
    with suppress(OSError):
        link.sendall(b"!")
        if link.recv(1):
            return worker
    _reap(worker)
    raise SandboxError("a worker ended while it was forked", hint="this is a bug of Keyhole or a lack of memory")


def _reap(pid: int) -> None:
    with suppress(ChildProcessError):  # somebody waits for every child in a handler of SIGCHLD
        os.waitpid(pid, 0)


def isolate() -> list[Layer]:
    """Take away from this process, which has one thread yet, all but its memory and what it has open.

    What it opens has to be open before: files, sockets and modules are out of reach from here on. Standard error is
    heard only where it is not a file. It cannot be undone.
    """
    return [
        attempt("network namespace", namespaces.network),
        attempt("ipc namespace", namespaces.ipc),
        attempt("uts namespace", namespaces.uts),
        attempt("cgroup namespace", namespaces.cgroup),
        attempt("empty root", namespaces.empty_root),
        attempt("no new privileges", _no_new_privileges),
        attempt("landlock", landlock.restrict),
        attempt("capabilities", capabilities.drop),
        attempt("hidden memory", users.hide_memory),
        attempt("limits", rlimits.lower),
    ]


def shut() -> list[Layer]:
    """Leave this process no system call but those of `seccomp.RULES`, on every thread, and no thread to start.

    Anything else fails with EPERM from here on. It cannot be undone.
    """
    return [attempt("no new threads", rlimits.no_processes), attempt("seccomp", seccomp.confine)]


def _no_new_privileges() -> str:
    syscalls.prctl(_PR_SET_NO_NEW_PRIVS, 1)
    return "no program can raise its rights"
