"""What a locked worker must not be able to do: raw system calls of x86_64, each of which gets somewhere in a free process."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

AT_FDCWD = -100
PAGE = 4096
NEVER_FREE = {"vfork", "clone thread", "ptrace ATTACH"}
"""Whoever shares a stack ruins it, and whoever is attached to is stopped: these are made in locked processes alone."""
EXEC = {"execve", "execveat"}
"""Where these work, nobody is left to say so."""
FAMILIES = {name: getattr(socket, name) for name in sorted(dir(socket)) if name.startswith("AF_")}


@dataclass
class World:
    """What the calls aim at: made by a free process that stays beside the worker."""

    tcp_port: int
    abstract: bytes
    path: str
    parent: int
    shm_key: int
    host_file: str = "/etc/passwd"


def raw(number: int, *arguments: object) -> int:
    """Make the system call; give its errno, 0 where it worked."""
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    return ctypes.get_errno() if result == -1 else 0


class Calls:
    """The calls by name. Sockets and memory are made at once: in a locked process that would be too late."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.memory = ctypes.create_string_buffer(64 * PAGE)
        self.page = -(-ctypes.addressof(self.memory) // PAGE) * PAGE
        self.sockets: dict[str, int] = {}
        for name, family, kind in (
            ("tcp", socket.AF_INET, socket.SOCK_STREAM),
            ("udp", socket.AF_INET, socket.SOCK_DGRAM),
            ("unix", socket.AF_UNIX, socket.SOCK_STREAM),
            ("unix2", socket.AF_UNIX, socket.SOCK_STREAM),
        ):
            self.sockets[name] = socket.socket(family, kind).detach()
        with suppress(OSError):
            self.file = os.open(world.host_file, os.O_RDONLY)

    def table(self) -> dict[str, Callable[[], int]]:
        return {
            name: (lambda call=call: raw(*call))
            for group in (self.files(), self.network(), self.processes(), self.memory_calls(), self.kernel())
            for name, call in group.items()
        }

    def files(self):
        there, new, null = self.world.host_file.encode(), b"/tmp/keyhole-escape", None
        how = struct.pack("<QQQ", 0, 0, 0)
        handle = struct.pack("<Ii", 128, 0) + bytes(128)
        return {
            "open": (2, there, 0),
            "openat": (257, AT_FDCWD, there, 0),
            "openat O_TMPFILE": (257, AT_FDCWD, b"/tmp", os.O_TMPFILE | os.O_RDWR, 0o600),
            "openat2": (437, AT_FDCWD, there, how, 24),
            "creat": (85, new, 0o600),
            "stat": (4, b"/", self.page),
            "statx": (332, AT_FDCWD, b"/", 0, 0x7FF, self.page),
            "access": (21, b"/", 0),
            "readlink": (89, b"/proc/self/exe", self.page, 100),
            "getdents64": (217, 0, self.page, PAGE),
            "chdir": (80, b"/"),
            "getcwd": (79, self.page, PAGE),
            "mkdir": (83, b"/tmp/keyhole-no/no", 0o700),
            "unlink": (87, b"/tmp/keyhole-no"),
            "rename": (82, b"/tmp/keyhole-no", b"/tmp/keyhole-no2"),
            "link": (86, b"/tmp/keyhole-no", b"/tmp/keyhole-no2"),
            "symlink": (88, b"x", b"/tmp/keyhole-no/no"),
            "chmod": (90, b"/tmp/keyhole-no", 0o777),
            "chown": (92, b"/tmp/keyhole-no", 0, 0),
            "truncate": (76, b"/tmp/keyhole-no", 0),
            "utime": (132, b"/tmp/keyhole-no", null),
            "setxattr": (188, b"/tmp/keyhole-no", b"user.a", b"", 0, 0),
            "mknod": (133, b"/tmp/keyhole-no/no", 0o10600, 0),
            "name_to_handle_at": (303, AT_FDCWD, b"/", handle, self.page, 0),
            "open_by_handle_at": (304, AT_FDCWD, handle, 0),
            "inotify_init1": (294, 0),
            "fanotify_init": (300, 0, 0),
            "dup": (32, 0),
            "fcntl F_DUPFD": (72, 0, 0, 0),
            "fcntl F_SETFL": (72, 0, 4, 0),
            "fcntl F_SETOWN": (72, 0, 8, 0),
            "ioctl TIOCSTI": (16, 0, 0x5412, b"x"),
            "ioctl FIONREAD": (16, self.sockets["tcp"], 0x541B, self.page),
            "pipe2": (293, self.page, 0),
            "eventfd2": (290, 0, 0),
            "signalfd4": (289, -1, bytes(8), 8, 0),
            "timerfd_create": (283, 1, 0),
            "epoll_create1": (291, 0),
            "splice": (275, -1, None, -1, None, 1, 0),
            "sendfile": (40, -1, -1, None, 1),
            "copy_file_range": (326, -1, None, -1, None, 1, 0),
            "pwrite64": (18, -1, b"x", 1, 0),
            "flock": (73, -1, 0),
        }

    def network(self):
        inet = struct.pack("<HH4s8x", socket.AF_INET, socket.htons(self.world.tcp_port), b"\x7f\0\0\1")
        any_port = struct.pack("<HH4s8x", socket.AF_INET, 0, b"\x7f\0\0\1")
        abstract = struct.pack("<H", socket.AF_UNIX) + b"\0" + self.world.abstract
        path = struct.pack("<H", socket.AF_UNIX) + self.world.path.encode() + b"\0"
        fd = self.sockets
        return {
            **{f"socket {name}": (41, family, socket.SOCK_STREAM, 0) for name, family in FAMILIES.items()},
            "socketpair": (53, socket.AF_UNIX, socket.SOCK_STREAM, 0, self.page),
            "connect TCP": (42, fd["tcp"], inet, len(inet)),
            "connect UDP": (42, fd["udp"], inet, len(inet)),
            "connect abstract": (42, fd["unix"], abstract, len(abstract)),
            "connect path": (42, fd["unix2"], path, len(path)),
            "bind": (49, fd["tcp"], any_port, len(any_port)),
            "listen": (50, fd["tcp"], 1),
            "accept4": (288, -1, None, None, 0),
            "sendto an address": (44, fd["udp"], b"x", 1, 0, inet, len(inet)),
            "sendmmsg": (307, fd["udp"], None, 0, 0),
            "setsockopt": (54, fd["tcp"], socket.SOL_SOCKET, socket.SO_REUSEADDR, struct.pack("<i", 1), 4),
            "getsockopt": (55, fd["tcp"], socket.SOL_SOCKET, socket.SO_TYPE, self.page, struct.pack("<i", 4)),
            "getsockname": (51, fd["tcp"], self.page, struct.pack("<i", 16)),
            "getpeername": (52, -1, self.page, struct.pack("<i", 16)),
            "shutdown": (48, -1, 2),
        }

    def processes(self):
        parent, none = self.world.parent, None
        null = (ctypes.c_char_p * 1)(None)
        queued = struct.pack("<iii116x", 0, 0, -1)
        here = struct.pack("<QQ", self.page, 8)
        clone_args = struct.pack("<QQQQQQQQQQQ", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, 0, 0, 0)
        return {
            "execve": (59, b"/bin/true", null, null),
            "execveat": (322, AT_FDCWD, b"/bin/true", null, null, 0),
            "fork": (57,),
            "vfork": (58,),
            "clone": (56, signal.SIGCHLD, 0, 0, 0, 0),
            "clone thread": (56, 0x10900, 0, 0, 0, 0),
            "clone3": (435, clone_args, 88),
            "wait4": (61, -1, none, 1, none),
            "ptrace TRACEME": (101, 0, 0, 0, 0),
            "ptrace ATTACH": (101, 16, parent, 0, 0),
            "ptrace SEIZE": (101, 0x4206, parent, 0, 0),
            "process_vm_readv": (310, os.getpid(), here, 1, here, 1, 0),
            "process_vm_writev": (311, os.getpid(), here, 1, here, 1, 0),
            "process_madvise": (440, -1, here, 1, 4, 0),
            "kcmp": (312, os.getpid(), os.getpid(), 0, 0, 0),
            "kill the parent": (62, parent, 0),
            "kill -1": (62, -1, 0),
            "kill itself": (62, os.getpid(), 0),
            "tkill the parent": (200, parent, 0),
            "tgkill the parent": (234, parent, parent, 0),
            "tgkill itself": (234, os.getpid(), os.getpid(), 0),
            "rt_sigqueueinfo": (129, parent, 0, queued),
            "rt_tgsigqueueinfo": (297, parent, parent, 0, queued),
            "rt_sigaction SIGTERM": (13, signal.SIGTERM, none, self.page, 8),
            "pidfd_open": (434, parent, 0),
            "pidfd_getfd": (438, -1, 0, 0),
            "pidfd_send_signal": (424, -1, 0, none, 0),
            "setpgid": (109, 0, 0),
            "setsid": (112,),
            "getppid": (110,),
            "setpriority": (141, 0, 0, 5),
            "sched_setaffinity": (203, 0, 8, b"\xff" * 8),
            "sched_setscheduler": (144, 0, 0, struct.pack("<i", 0)),
            "ioprio_set": (251, 1, 0, 0),
            "setitimer": (38, 0, bytes(32), none),
            "timer_create": (222, 1, none, self.page),
            "setuid": (105, os.getuid()),
            "setgid": (106, os.getgid()),
            "setgroups": (116, 0, none),
            "setresuid": (117, os.getuid(), os.getuid(), os.getuid()),
            "setfsuid": (122, 0),
            "capget": (125, struct.pack("<Ii", 0x20080522, 0), self.page),
            "capset": (126, struct.pack("<Ii", 0x20080522, 0), bytes(24)),
            "setrlimit": (160, 4, struct.pack("<QQ", 0, 0)),
            "prlimit64": (302, 0, 7, none, self.page),
            "prlimit64 of the parent": (302, parent, 7, none, self.page),
            "prctl SET_DUMPABLE": (157, 4, 1, 0, 0, 0),
            "prctl SET_PDEATHSIG": (157, 1, 0, 0, 0, 0),
            "prctl SET_NAME": (157, 15, b"x"),
            "seccomp": (317, 2, 0, struct.pack("<I", 0x7FFF0000)),
            "landlock_create_ruleset": (444, none, 0, 1),
            "personality READ_IMPLIES_EXEC": (135, 0x0400000),
            "arch_prctl": (158, 0x1003, self.page),
            "modify_ldt": (154, 0, self.page, 16),
            "iopl": (172, 0),
            "ioperm": (173, 0, 1, 0),
            "set_tid_address": (218, 0),
            "rseq": (334, self.page, 32, 0, 0),
            "membarrier": (324, 0, 0, 0),
        }

    def memory_calls(self):
        private, anonymous, shared = 2, 32, 1
        return {
            "mmap RX": (9, 0, PAGE, 5, private | anonymous, -1, 0),
            "mmap RWX": (9, 0, PAGE, 7, private | anonymous, -1, 0),
            "mmap X": (9, 0, PAGE, 4, private | anonymous, -1, 0),
            "mmap X of a file": (9, 0, PAGE, 5, private, getattr(self, "file", -1), 0),
            "mmap shared": (9, 0, PAGE, 3, shared | anonymous, -1, 0),
            "mmap huge pages": (9, 0, 2 << 20, 3, private | anonymous | 0x40000, -1, 0),
            "mmap locked": (9, 0, PAGE, 3, private | anonymous | 0x2000, -1, 0),
            "mprotect RX": (10, self.page, PAGE, 5),
            "mprotect RWX": (10, self.page, PAGE, 7),
            "mprotect GROWSDOWN": (10, self.page, PAGE, 3 | 0x01000000),
            "pkey_mprotect": (329, self.page, PAGE, 5, -1),
            "pkey_alloc": (330, 0, 0),
            "mremap FIXED": (25, self.page, PAGE, PAGE, 3, self.page + 2 * PAGE),
            "mremap DONTUNMAP": (25, self.page + 4 * PAGE, PAGE, PAGE, 5, 0),
            "remap_file_pages": (216, self.page, PAGE, 0, 0, 0),
            "madvise MERGEABLE": (28, self.page, PAGE, 12),
            "mlock": (149, self.page, 0),
            "memfd_create": (319, b"x", 0),
            "memfd_secret": (447, 0),
            "shmget": (29, self.world.shm_key, 0, 0),
            "shmat": (30, -1, 0, 0),
            "shmctl": (31, -1, 0, None),
            "semget": (64, self.world.shm_key + 1, 1, 0),
            "msgget": (68, self.world.shm_key + 1, 0),
            "mq_open": (240, b"keyhole-no", 0),
            "userfaultfd": (323, 1),
            "io_setup": (206, 0, self.page),
            "io_uring_setup": (425, 1, bytes(120)),
            "io_uring_enter": (426, -1, 0, 0, 0, None, 0),
            "io_uring_register": (427, -1, 0, None, 0),
            "mbind": (237, self.page, PAGE, 0, None, 0, 0),
            "move_pages": (279, 0, 0, None, None, None, 0),
            "mseal": (462, self.page, 0, 0),
        }

    def kernel(self):
        nowhere = b"/keyhole-nowhere"
        return {
            "bpf": (321, 0, None, 0),
            "perf_event_open": (298, None, 0, -1, -1, 0),
            "mount": (165, b"none", nowhere, b"tmpfs", 0, None),
            "umount2": (166, nowhere, 0),
            "pivot_root": (155, nowhere, nowhere),
            "open_tree": (428, AT_FDCWD, nowhere, 0),
            "move_mount": (429, -1, b"", -1, b"", 0),
            "fsopen": (430, b"tmpfs", 0),
            "fspick": (433, AT_FDCWD, nowhere, 0),
            "mount_setattr": (442, AT_FDCWD, nowhere, 0, bytes(32), 32),
            "chroot": (161, b"/"),
            "unshare": (272, 0x04000000),
            "unshare user": (272, 0x10000000),
            "setns": (308, -1, 0),
            "sethostname": (170, None, 1),
            "setdomainname": (171, None, 1),
            "uname": (63, self.page),
            "sysinfo": (99, self.page),
            "getcpu": (309, self.page, None, None),
            "getrusage": (98, 0, self.page),
            "settimeofday": (164, 1, None),
            "clock_settime": (227, 0, None),
            "adjtimex": (159, bytes(208)),
            "keyctl": (250, 0, -3, 1),
            "add_key": (248, b"user", b"keyhole", b"x", 1, -2),
            "quotactl": (179, 0x80000600, b"/dev/null", 0, None),
            "reboot": (169, 0, 0, 0, None),
            "swapon": (167, nowhere, 0),
            "swapoff": (168, nowhere),
            "init_module": (175, None, 0, b""),
            "finit_module": (313, -1, b"", 0),
            "delete_module": (176, nowhere, 0),
            "kexec_load": (246, 0, 0, None, 0xFFFF),
            "acct": (163, nowhere),
            "syslog": (103, 10, None, 0),
            "lookup_dcookie": (212, 0, self.page, 10),
        }


def in_a_child(action: Callable[[], int]) -> int:
    """Give what `action` gives in a process of its own; minus the signal where it died of one."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            me = os.getpid()
            number = action()
            if os.getpid() == me:  # a fork that worked returns twice
                os.write(theirs, struct.pack("<i", number))
        finally:
            os._exit(0)
    os.close(theirs)
    got = os.read(ours, 4)
    os.close(ours)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return -os.WTERMSIG(status)
    return struct.unpack("<i", got)[0] if len(got) == 4 else errno.ECHILD
