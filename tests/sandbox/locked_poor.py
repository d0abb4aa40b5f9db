"""Machines that lack something: old kernels, and containers that refuse."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

from zygote import Beside, as_dicts, in_worker, main, still_works

from keyhole.sandbox.confinement import bpf, capabilities, isolate, seccomp, shut, syscalls, users

ERRNO, ALLOW = 0x00050000, 0x7FFF0000
NO_NEW_PRIVS = 38


def refuse(numbers: dict[int, int]) -> None:
    """Make system calls fail: what an old kernel or a container's own filter does."""
    lines: list[bpf.Line] = [bpf.load(bpf.NUMBER)]
    for number, why in numbers.items():
        lines += [bpf.equal(number, otherwise=f"not {number}"), bpf.give(ERRNO | why), f"not {number}"]
    code = bpf.assemble([*lines, bpf.give(ALLOW)])
    buffer = ctypes.create_string_buffer(code, len(code))
    program = seccomp._Filter(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    syscalls.prctl(NO_NEW_PRIVS, 1)
    syscalls.syscall("seccomp", 1, 0, ctypes.byref(program))


def rooted() -> None:
    """Become root of a user namespace that has no other user."""
    uid, gid = os.getuid(), os.getgid()
    users.own_proc()
    syscalls.unshare(0x10000000)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        Path(f"/proc/self/{name}").write_text(text)


def no_user_namespaces() -> None:
    rooted()
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


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


if __name__ == "__main__":
    main(poor)
