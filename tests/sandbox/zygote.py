"""A process that forks confined workers for the tests: it is of its own because a lock is for good.

A script that uses it is started as `script.py MODE [WHAT] [--nobody]` with an empty environment and prints JSON.
"""

from __future__ import annotations

import json
import mmap
import os
import select
import shutil
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

import denied

from keyhole.sandbox.confinement import fork_worker, users


class Beside:
    """What is there to be reached, in a process that is not confined."""

    def __init__(self) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.abstract = socket.socket(socket.AF_UNIX)
        self.abstract.bind(b"\0keyhole-%d" % os.getpid())
        self.abstract.listen(100)
        self.folder = tempfile.mkdtemp()
        Path(self.folder).chmod(0o755)
        self.path = socket.socket(socket.AF_UNIX)
        self.path.bind(f"{self.folder}/socket")
        Path(self.folder, "socket").chmod(0o777)
        self.path.listen(100)
        self.key = os.getpid() + 0x100000
        self.segment = denied.libc.shmget(self.key, 4096, 0o1666)
        self.world = denied.World(
            self.tcp.getsockname()[1], b"keyhole-%d" % os.getpid(), f"{self.folder}/socket", os.getpid(), self.key
        )

    def close(self) -> None:
        denied.libc.shmctl(self.segment, 0, None)
        shutil.rmtree(self.folder)


def in_worker(action, *, before=lambda: None):
    """Give what `action(layers, prepared)` gives in a worker, the layers there, and how it ended."""
    ours, theirs = socket.socketpair()
    pid, layers = fork_worker()
    if not pid:
        try:
            ours.close()
            prepared = before()
            answer = action(layers, prepared, theirs)
            theirs.sendall(json.dumps(answer).encode())
        except BaseException as error:  # noqa: BLE001  (the test has to see it)
            theirs.sendall(json.dumps({"error": repr(error)}).encode())
        finally:
            os._exit(0)
    theirs.close()
    status = ""
    told = b""
    while part := ours.recv(1 << 16):
        told += part
        if part.endswith(b"\n"):  # it has a question: how does it look from outside?
            status = Path(f"/proc/{pid}/status").read_text()
            ours.sendall(b"go on")
    _, ended = os.waitpid(pid, 0)
    answer = json.loads(told.splitlines()[-1]) if told.strip() else None
    return answer, status, ended


def as_dicts(layers):
    return {layer.name: [layer.holds, layer.detail] for layer in layers}


def still_works(link) -> dict:
    """What a worker lives by."""
    a_lot = bytearray(64 << 20)
    a_lot.extend(bytes(64 << 20))
    area = mmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
    poll = select.poll()
    poll.register(link, select.POLLOUT)
    lock = threading.Lock()
    begun = time.thread_time_ns()
    return {
        "memory": len(a_lot),
        "mmap": len(area),
        "poll": [event for _, event in poll.poll(1000)],
        "lock": lock.acquire(timeout=0.01),
        "lock again": lock.acquire(timeout=0.01),
        "sleep": time.sleep(0.001),
        "cpu": time.thread_time_ns() > begun,
        "random": len(os.urandom(8)),
    }


def become_nobody(user: int = users.NOBODY) -> None:
    """Become an ordinary user; after the imports, since the interpreter may lie where only root can read."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def main(*modes) -> None:
    """Run the mode that the command line names, as the user it names, and print what it gives as JSON."""
    words = [word for word in sys.argv[1:] if word != "--nobody"]
    if "--nobody" in sys.argv:  # whose processes are counted must have none but these: other workers are nobody's, too
        become_nobody(60_000 + os.getpid() % 5_000 if words[0] == "crowded" else users.NOBODY)
    beside = Beside()
    made = os.getpid()
    try:
        mode = next(mode for mode in modes if mode.__name__ == words[0])
        sys.stdout.write(json.dumps(mode(beside, *words[1:])))
        sys.stdout.flush()
    finally:
        if os.getpid() == made:
            beside.close()
