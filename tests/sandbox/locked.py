"""What a locked worker sees, cannot do, and dies of."""

from __future__ import annotations

import ctypes
import fcntl
import json
import mmap
import os
import resource
import signal
import socket
import struct
import threading
from pathlib import Path

import denied
from zygote import Beside, as_dicts, in_worker, main, still_works

from keyhole.sandbox.confinement import fork_worker, isolate, seccomp, shut


def flags_of_lo() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return struct.unpack("16xh", fcntl.ioctl(probe, 0x8913, struct.pack("16s16x", b"lo"))[:18])[0]


def death_signal() -> int:
    number = ctypes.c_int()
    denied.libc.prctl(2, ctypes.byref(number), 0, 0, 0)
    return number.value


def full(beside: Beside):
    def worker(layers, calls, link):
        layers += isolate()
        inside = {
            "pid": os.getpid(),
            "uid": os.getuid(),
            "gid": os.getgid(),
            "groups": os.getgroups(),
            "environment": dict(os.environ),
            "interfaces": socket.if_nameindex(),
            "lo is up": bool(flags_of_lo() & 1),
            "host name": socket.gethostname(),
            "proc": Path("/proc").exists(),
            "death signal": death_signal(),
            "dumpable": denied.libc.prctl(3, 0, 0, 0, 0),
            "writable root": os.access("/", os.W_OK),
        }
        go, done, seen = threading.Event(), threading.Event(), []

        def other() -> None:
            go.wait()
            seen.append(denied.raw(2, b"/", 0))
            done.set()

        threading.Thread(target=other, daemon=True).start()
        layers += shut()
        errnos = {name: call() for name, call in calls.table().items()}
        go.set()
        done.wait()
        try:
            threading.Thread(target=print).start()
            inside["new thread"] = True
        except RuntimeError:
            inside["new thread"] = False
        inside["other thread"] = seen
        link.sendall(b"\n")
        link.recv(100)
        return {"layers": as_dicts(layers), "inside": inside, "errnos": errnos, "works": still_works(link)}

    answer, status, ended = in_worker(worker, before=lambda: denied.Calls(beside.world))
    return {**answer, "status": dict(line.split(":\t", 1) for line in status.splitlines()), "ended": ended}


def pagemap(_beside: Beside):
    """Read the pagemap of the worker itself, by a descriptor of before; pass a descriptor over the socket."""

    def worker(layers, before, link):
        descriptor, area, address = before
        isolate(), shut()
        area[0] = 1
        entry = os.pread(descriptor, 8, address // 4096 * 8)
        scan = struct.pack("<QQQQQQQQQQQQ", 96, 0, address, address + 4096, 0, 0, 0, 0, 0, 0, 0, 0)
        socket.send_fds(link, [b" "], [descriptor])
        return {
            "present": struct.unpack("<Q", entry)[0] >> 63,
            "scan": denied.raw(16, descriptor, seccomp.PAGEMAP_SCAN, scan),
            "another request": denied.raw(16, descriptor, seccomp.PAGEMAP_SCAN + 1, scan),
        }

    def before():
        area = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE)
        return os.open("/proc/self/pagemap", os.O_RDONLY), area, ctypes.addressof(ctypes.c_char.from_buffer(area))

    return in_worker(worker, before=before)[0]


def deadly(_beside: Beside, what: str):
    """Do in a locked worker what ends it; give the signal."""
    code = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"  # mov eax, 20 (getpid of i386); int 0x80; ret

    def executable():
        area = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
        area.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(area))
        return area, ctypes.CFUNCTYPE(ctypes.c_int)(address)

    actions = {
        "x32": lambda _: denied.raw(0x40000000 + 39),
        "int80": lambda before: before[1](),
        "segv": lambda _: ctypes.string_at(0),
        "abort": lambda _: denied.libc.abort(),
    }

    def worker(layers, before, link):
        isolate(), shut()
        return actions[what](before)

    answer, _, ended = in_worker(worker, before=executable)
    return {"answer": answer, "signal": os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else 0}


def orphan(_beside: Beside):
    """Kill a zygote, and see its locked worker die of it, though it computes and reads no socket."""
    ours, theirs = socket.socketpair()
    zygote = os.fork()
    if not zygote:
        ours.close()
        pid, _ = fork_worker()
        if not pid:
            isolate(), shut()
            theirs.sendall(b"up")
            while True:
                pass
        theirs.close()
        signal.pause()
    theirs.close()
    told = ours.recv(10)
    os.kill(zygote, signal.SIGKILL)
    os.waitpid(zygote, 0)
    ours.settimeout(20)
    return {"told": told.decode(), "ended": ours.recv(10) == b""}


def children(_beside: Beside):
    """Fork some workers; count what is left of them and of whoever was between."""
    before = descriptors()
    pids = []
    for _ in range(5):
        pid, _ = fork_worker()
        if not pid:
            signal.pause()
        pids.append(pid)
    others = os.waitpid(-1, os.WNOHANG)
    parents = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1] for pid in pids]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    try:
        left = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        left = None
    return {
        "ended before": others,
        "ours": parents == [str(os.getpid())] * 5,
        "left": left,
        "descriptors": descriptors() - before,
    }


def crowded(_beside: Beside):
    """Fork where the first or the second fork is refused, with room for one process more each time; root is not bound."""
    found = []
    before = descriptors()
    for room in range(1, 100):
        resource.setrlimit(resource.RLIMIT_NPROC, (room, resource.getrlimit(resource.RLIMIT_NPROC)[1]))
        try:
            pid, _ = fork_worker()
        except OSError as error:
            found.append(str(error))
            continue
        if not pid:
            os._exit(0)
        os.waitpid(pid, 0)
        break
    try:
        left = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        left = None
    return {"errors": sorted(set(found)), "left": left, "descriptors": descriptors() - before}


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def twice(_beside: Beside):
    """Lock a process that is locked already, as far as that goes."""

    def worker(layers, _before, link):
        isolate()
        again = isolate()
        shut()
        again += shut()
        return {"layers": as_dicts(again), "works": still_works(link)}

    return in_worker(worker)[0]


def forking_twice(_beside: Beside):
    """Fork a worker from within one that is isolated, but not shut."""

    def worker(_layers, _before, _link):
        isolate()
        told, tell = os.pipe()
        pid, layers = fork_worker()
        if not pid:
            layers += isolate()
            os.write(tell, json.dumps([layer.name for layer in layers if not layer.holds]).encode())
            os._exit(0)
        os.waitpid(pid, 0)
        return {"lacking": json.loads(os.read(told, 1000))}

    return in_worker(worker)[0]


if __name__ == "__main__":
    main(full, pagemap, deadly, orphan, children, crowded, twice, forking_twice)
