"""One layer alone, in a fresh process for each call: a broken one cannot hide behind the others."""

from __future__ import annotations

import ctypes
import os
import tempfile
from pathlib import Path

import denied
from zygote import Beside, in_worker, main

from keyhole.sandbox.confinement import capabilities, landlock, namespaces, rlimits, seccomp, syscalls, users
from keyhole.sandbox.confinement.layers import attempt


def nnp() -> str:
    syscalls.prctl(38, 1)
    return ""


def user_first(layer):
    """As an ordinary user, a namespace is to be had only inside a user namespace."""

    def both() -> str:
        if os.getuid():
            namespaces.user()
        return layer()

    return both


def restrict() -> str:
    nnp()
    return landlock.restrict()


def filtered() -> str:
    nnp()
    return seccomp.confine()


ALONE = {
    "nothing": lambda: "",
    "landlock": restrict,
    "empty root": user_first(namespaces.empty_root),
    "network namespace": user_first(namespaces.network),
    "ipc namespace": user_first(namespaces.ipc),
    "uts namespace": user_first(namespaces.uts),
    "capabilities": capabilities.drop,
    "not root": users.leave_root,
    "no new threads": lambda: users.leave_root() + capabilities.drop() + rlimits.no_processes(),  # it binds no root
    "seccomp": filtered,
}


def alone(beside: Beside, what: str):
    """Apply one layer and no other, in a fresh process for each call."""
    action = ALONE[what]
    names = list(denied.Calls(beside.world).table())

    def one(name: str) -> int:
        layer = attempt(what, action)
        if not layer.holds:
            os.write(2, f"{layer}\n".encode())
            return -1
        return denied.Calls(beside.world).table()[name]()

    if what == "seccomp":  # it cannot make the sockets any more

        def one(name: str) -> int:
            call = denied.Calls(beside.world).table()[name]
            return call() if attempt(what, action).holds else -1

    return {name: denied.in_a_child(lambda n=name: one(n)) for name in names if name not in denied.NEVER_FREE}


def pid_alone(beside: Beside):
    """See whom a process in a pid namespace alone can signal."""

    def inside() -> int:
        if os.getuid():
            namespaces.user()
        namespaces.pid()

        def both() -> int:  # in one child: with the first one, number 1, the namespace ends
            calls = denied.Calls(beside.world).table()
            return calls["kill the parent"]() | calls["kill -1"]() << 8

        return denied.in_a_child(both)

    answer = denied.in_a_child(inside)
    return {"parent": answer & 255, "everyone": answer >> 8}


def limited(_beside: Beside):
    """See what the limits alone take away."""

    def to_a_file() -> int:
        with tempfile.TemporaryFile(buffering=0) as file:
            rlimits.lower()
            try:
                file.write(b"x")
            except OSError as error:
                return error.errno or 0
            return 0

    def many() -> int:
        rlimits.lower()
        return max(denied.raw(32, 0) for _ in range(32))

    def locked() -> int:
        rlimits.lower(), users.leave_root(), capabilities.drop()
        return denied.raw(149, ctypes.create_string_buffer(4096), 4096)

    return {
        name: denied.in_a_child(action) for name, action in (("write", to_a_file), ("dup", many), ("mlock", locked))
    }


def hidden(_beside: Beside):
    """See who can read the memory of a process of the same user."""

    def look(hide: bool) -> int:
        users.leave_root(), capabilities.drop()
        users.own_proc()
        if hide:
            users.hide_memory()
        target = os.getpid()

        def read() -> int:
            users.own_proc()
            return denied.raw(2, f"/proc/{target}/mem".encode(), 0)

        return denied.in_a_child(read)

    return {"shown": denied.in_a_child(lambda: look(False)), "hidden": denied.in_a_child(lambda: look(True))}


def inside_empty_root(_beside: Beside):
    """Look around where the root is empty and no Landlock forbids to look."""

    def worker(_layers, _before, _link):
        namespaces.empty_root()
        with os.scandir("/") as entries:
            names = [entry.name for entry in entries]
        return {
            "names": names,
            "create": denied.raw(85, b"/x", 0o600),
            "mkdir": denied.raw(83, b"/x", 0o700),
            "up": [str(path) for path in Path("/../..").iterdir()],
            "mounts": Path("/proc/mounts").exists(),
        }

    return in_worker(worker)[0]


if __name__ == "__main__":
    main(alone, pid_alone, limited, hidden, inside_empty_root)
