"""A zygote for the tests of the confinement: `locked.py MODE [WHAT] [--nobody]` forks workers and prints JSON.

It runs as a process of its own, started with an empty environment, because a lock is for good; as an ordinary user it
becomes one after its imports, since the interpreter may lie where only root can read.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import mmap
import os
import select
import shutil
import signal
import socket
import struct
import sys
import tempfile
import threading
import time

import denied

from keyhole.sandbox.confinement import bpf, fork_worker, isolate, shut
from keyhole.sandbox.confinement import capabilities, landlock, namespaces, rlimits, seccomp, syscalls, users
from keyhole.sandbox.confinement.layers import attempt

ERRNO, ALLOW = 0x00050000, 0x7FFF0000


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


class Beside:
    """What is there to be reached, in a process that is not confined."""

    def __init__(self) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.abstract = socket.socket(socket.AF_UNIX)
        self.abstract.bind(b"\0keyhole-%d" % os.getpid())
        self.abstract.listen(100)
        self.folder = tempfile.mkdtemp()
        os.chmod(self.folder, 0o755)
        self.path = socket.socket(socket.AF_UNIX)
        self.path.bind(f"{self.folder}/socket")
        os.chmod(f"{self.folder}/socket", 0o777)
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
        except BaseException as error:
            theirs.sendall(json.dumps({"error": repr(error)}).encode())
        finally:
            os._exit(0)
    theirs.close()
    status = open(f"/proc/{pid}/status").read() if os.path.exists(f"/proc/{pid}/status") else ""
    told = b""
    while part := ours.recv(1 << 16):
        told += part
        if part.endswith(b"\n"):  # it has a question: how does it look from outside?
            status = open(f"/proc/{pid}/status").read()
            ours.sendall(b"go on")
    _, ended = os.waitpid(pid, 0)
    answer = json.loads(told.splitlines()[-1]) if told.strip() else None
    return answer, status, ended, pid


def as_dicts(layers):
    return {layer.name: [layer.holds, layer.detail] for layer in layers}


def flags_of_lo() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return struct.unpack("16xh", fcntl.ioctl(probe, 0x8913, struct.pack("16s16x", b"lo"))[:18])[0]


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
            "proc": os.path.exists("/proc"),
            "death signal": death_signal(),
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

    answer, status, ended, pid = in_worker(worker, before=lambda: denied.Calls(beside.world))
    return {**answer, "status": dict(line.split(":\t", 1) for line in status.splitlines()), "ended": ended}


def death_signal() -> int:
    number = ctypes.c_int()
    denied.libc.prctl(2, ctypes.byref(number), 0, 0, 0)
    return number.value


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

    answer, _, ended, _ = in_worker(worker, before=executable)
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
    before = len(os.listdir("/proc/self/fd"))
    pids = []
    for _ in range(5):
        pid, _ = fork_worker()
        if not pid:
            signal.pause()
        pids.append(pid)
    others = os.waitpid(-1, os.WNOHANG)
    parents = [open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[1] for pid in pids]
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
        "descriptors": len(os.listdir("/proc/self/fd")) - before,
    }


def refuse(numbers: dict[int, int]) -> None:
    """Make system calls fail: what an old kernel or a container's own filter does."""
    lines: list[bpf.Line] = [bpf.load(bpf.NUMBER)]
    for number, why in numbers.items():
        lines += [bpf.equal(number, otherwise=f"not {number}"), bpf.give(ERRNO | why), f"not {number}"]
    code = bpf.assemble([*lines, bpf.give(ALLOW)])
    buffer = ctypes.create_string_buffer(code, len(code))
    program = seccomp._Filter(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    nnp()
    syscalls.syscall("seccomp", 1, 0, ctypes.byref(program))


def rooted() -> None:
    """Become root of a user namespace that has no other user."""
    uid, gid = os.getuid(), os.getgid()
    users.own_proc()
    syscalls.unshare(0x10000000)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        open(f"/proc/self/{name}", "w").write(text)


def no_user_namespaces() -> None:
    rooted()
    open("/proc/sys/user/max_user_namespaces", "w").write("0")


def no_proc() -> None:
    """Lose /proc, without which no id map can be written."""
    rooted()
    syscalls.unshare(0x00020000)
    syscalls.mount(None, b"/", None, 1 << 14 | 1 << 18)
    syscalls.mount(b"none", b"/proc", b"tmpfs", 0, None)


POOR = {
    "no user namespaces, as root": no_user_namespaces,
    "no user namespaces": lambda: (no_user_namespaces(), capabilities.drop()),
    "no unshare": lambda: refuse({272: errno.EPERM}),
    "no landlock": lambda: refuse({444: errno.ENOSYS}),
    "landlock off": lambda: refuse({444: errno.EOPNOTSUPP}),
    "no seccomp": lambda: refuse({317: errno.EINVAL}),
    "no mount": lambda: refuse({165: errno.EPERM}),
    "no pivot_root": lambda: refuse({155: errno.EINVAL}),
    "no proc": no_proc,
    "nothing": lambda: refuse(
        {272: errno.ENOSYS, 444: errno.ENOSYS, 317: errno.ENOSYS, 160: errno.EPERM, 302: errno.EPERM}
    ),
}


def poor(_beside: Beside, what: str):
    POOR[what]()

    def worker(layers, _before, link):
        layers += isolate()
        layers += shut()
        return {"layers": as_dicts(layers), "works": still_works(link)}

    return in_worker(worker)[0]


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

    return {name: denied.in_a_child(action) for name, action in (("write", to_a_file), ("dup", many), ("mlock", locked))}


def hidden(_beside: Beside):
    """See who can read the memory of a process of the same user."""

    def look(hide: bool) -> int:
        users.leave_root(), capabilities.drop()
        users.hide_memory() if hide else users.own_proc()
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
            "up": sorted(os.listdir("/../..")),
            "mounts": os.path.exists("/proc/mounts"),
        }

    return in_worker(worker)[0]


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
        pid, layers = fork_worker()
        if not pid:
            layers += isolate()
            os._exit(sum(layer.holds for layer in layers))
        return {"holding": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}

    return in_worker(worker)[0]


MODES = {
    mode.__name__: mode for mode in (full, alone, pid_alone, deadly, orphan, children, poor, twice, forking_twice, pagemap, limited, hidden, inside_empty_root)
}


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--nobody"]
    if "--nobody" in sys.argv:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
    beside = Beside()
    made = os.getpid()
    try:
        print(json.dumps(MODES[words[0]](beside, *words[1:])))
    finally:
        if os.getpid() == made:
            beside.close()


if __name__ == "__main__":
    main()
