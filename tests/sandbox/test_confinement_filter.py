"""The seccomp filter of both architectures, interpreted: over every number, against a statement of its own.

aarch64's has not been tried on hardware; this is what stands for it.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from keyhole.sandbox.confinement import bpf, seccomp, syscalls

ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
X86_64, AARCH64, I386, ARM = 0xC000003E, 0xC00000B7, 0x40000003, 0x40000028
ARCHITECTURES = {"x86_64": X86_64, "aarch64": AARCH64}
ALWAYS = {
    "x86_64": {
        0: "read", 1: "write", 3: "close", 7: "poll", 11: "munmap", 12: "brk", 14: "rt_sigprocmask",
        15: "rt_sigreturn", 17: "pread64", 39: "getpid", 45: "recvfrom", 46: "sendmsg", 47: "recvmsg", 60: "exit",
        131: "sigaltstack", 202: "futex", 219: "restart_syscall", 228: "clock_gettime", 230: "clock_nanosleep",
        231: "exit_group", 318: "getrandom",
    },
    "aarch64": {
        57: "close", 63: "read", 64: "write", 67: "pread64", 73: "ppoll", 93: "exit", 94: "exit_group", 98: "futex",
        113: "clock_gettime", 115: "clock_nanosleep", 128: "restart_syscall", 132: "sigaltstack",
        135: "rt_sigprocmask", 139: "rt_sigreturn", 172: "getpid", 207: "recvfrom", 211: "sendmsg", 212: "recvmsg",
        214: "brk", 215: "munmap", 278: "getrandom",
    },
}  # fmt: skip
SOMETIMES = {
    "x86_64": {9: "mmap", 10: "mprotect", 13: "rt_sigaction", 16: "ioctl", 25: "mremap", 28: "madvise", 44: "sendto"},
    "aarch64": {
        29: "ioctl", 134: "rt_sigaction", 206: "sendto", 216: "mremap", 222: "mmap", 226: "mprotect", 233: "madvise"
    },
}  # fmt: skip
HIGH = 1 << 32
RIGHT = {
    "mmap": [(0, 4096, 3, 0x22), (0, 4096, 0, 0x4022), (4096, 4096, 3, 0x12, 7), (0, 1, 1, 2), (0, 1, 2, 2)],
    "mprotect": [(0, 4096, 0), (0, 4096, 1), (0, 4096, 3)],
    "mremap": [(0, 1, 2, 0), (0, 1, 2, 1)],
    "madvise": [(0, 1, 4), (0, 1, 4 | HIGH)],
    "ioctl": [(5, 0xC0606610), (5, 0xC0606610 | HIGH), (5, 0xFFFFFFFFC0606610)],
    "rt_sigaction": [(4,), (5,), (7,), (8,), (11,), (11 | HIGH,)],
    "sendto": [(3, 4096, 1, 0, 0, 0), (3, 4096, 1, 0x4000, 0, 16)],
}
WRONG = {
    "mmap": [
        (0, 1, 4, 0x22), (0, 1, 5, 0x22), (0, 1, 7, 0x22), (0, 1, 3, 0x21), (0, 1, 3, 0x23), (0, 1, 3, 0x40022),
        (0, 1, 3, 0x100022), (0, 1, 3, 0x122), (0, 1, 3, 0x2022), (0, 1, 3, 0x8022), (0, 1, 3, 0x62),
        (0, 1, 3 | HIGH, 0x22), (0, 1, 3, 0x22 | HIGH), (0, 1, 8, 0x22), (0, 1, 0x01000003, 0x22),
        (0, 1, 3, 0x20022),
    ],
    "mprotect": [(0, 1, 4), (0, 1, 5), (0, 1, 7), (0, 1, 3 | HIGH), (0, 1, 0x01000003), (0, 1, 0x10)],
    "mremap": [(0, 1, 2, 2), (0, 1, 2, 3), (0, 1, 2, 4), (0, 1, 2, 5), (0, 1, 2, 1 | HIGH)],
    "madvise": [(0, 1, advice) for advice in (*range(4), *range(5, 30), 100, 101, 102)],
    "ioctl": [(5, 0), (5, 0x5412), (5, 0x541B), (5, 0xC0606611), (5, 0xC0606611 | HIGH), (5, 0x40606610)],
    "rt_sigaction": [(number,) for number in (*range(4), 6, 9, 10, *range(12, 65))],
    "sendto": [(3, 4096, 1, 0, 4096, 16), (3, 4096, 1, 0, HIGH, 16), (3, 4096, 1, 0, 1, 0)],
}  # fmt: skip


def interpret(program: bytes, architecture: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """Run a seccomp filter as the kernel would; any opcode that ours has no need of is an error."""
    six = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, architecture, 0, *(value & (1 << 64) - 1 for value in six))
    lines = list(struct.iter_unpack("<HBBI", program))
    at, accumulator = 0, 0
    while True:
        code, then, otherwise, value = lines[at]
        at += 1
        if code == 0x20:
            assert value % 4 == 0
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x54:
            accumulator &= value
        elif code == 0x15:
            at += then if accumulator == value else otherwise
        elif code == 0x35:
            at += then if accumulator >= value else otherwise
        elif code == 0x06:
            return value
        else:
            raise AssertionError(hex(code))


@pytest.fixture(params=ARCHITECTURES)
def machine(request) -> str:
    return request.param


def test_every_number(machine):
    program = seccomp.program(machine)
    always = set(ALWAYS[machine])
    some = SOMETIMES[machine]
    for number in range(2048):
        tries = (
            [*RIGHT[some[number]], *WRONG[some[number]]]
            if number in some
            else [(), (1, 2, 3, 4, 5, 6), (2**64 - 1,) * 6]
        )
        for arguments in tries:
            found = interpret(program, ARCHITECTURES[machine], number, arguments)
            if number in always:
                assert found == ALLOW, number
            elif number in some:
                assert found == (ALLOW if arguments in RIGHT[some[number]] else EPERM), (some[number], arguments)
            else:
                assert found == (ENOSYS if number == 435 else EPERM), number


def test_numbers_far_out(machine):
    program = seccomp.program(machine)
    for number in (2048, 0x3FFFFFFF, 0x0F0001, 0x3FFFFFFE):
        assert interpret(program, ARCHITECTURES[machine], number) == EPERM


def test_x32_kills_on_x86_64_and_is_nothing_on_aarch64():
    for number in (*range(0x40000000, 0x40000400), 0x80000000, 0xFFFFFFFF):
        assert interpret(seccomp.program("x86_64"), X86_64, number) == KILL
        assert interpret(seccomp.program("aarch64"), AARCH64, number) == EPERM


def test_another_architecture_kills(machine):
    for architecture in {X86_64, AARCH64, I386, ARM, 0} - {ARCHITECTURES[machine]}:
        for number in range(512):
            assert interpret(seccomp.program(machine), architecture, number) == KILL


def test_no_rule_is_without_a_number_everywhere():
    assert not [name for name in seccomp.RULES if not any(name in numbers for numbers in syscalls.NUMBERS.values())]


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_numbers_are_those_of_the_kernel_headers(machine, header):
    if not Path(header).is_file():
        pytest.skip("Debian's linux-libc-dev is not here")
    known = {
        name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)", Path(header).read_text())
    }
    assert {name: known[name] for name in syscalls.NUMBERS[machine]} == syscalls.NUMBERS[machine]
    for table in (ALWAYS, SOMETIMES):
        assert {known[name]: name for name in table[machine].values()} == table[machine]


def test_the_assembler_refuses_what_the_kernel_would_misread():
    far = [bpf.equal(1, then="end"), *[bpf.load(0)] * 256, "end", bpf.give(0)]
    near = [bpf.equal(1, then="end"), *[bpf.load(0)] * 255, "end", bpf.give(0)]
    assert len(bpf.assemble(near)) == 257 * 8
    with pytest.raises(ValueError, match="256 instructions long"):
        bpf.assemble(far)
    with pytest.raises(ValueError, match="no label 'nowhere'"):
        bpf.assemble([bpf.equal(1, then="nowhere"), bpf.give(0)])
    with pytest.raises(ValueError, match="there twice"):
        bpf.assemble(["a", bpf.give(0), "a", bpf.give(0)])
    with pytest.raises(ValueError, match="-2 instructions"):
        bpf.assemble(["a", bpf.load(0), bpf.equal(1, then="a"), bpf.give(0)])
    with pytest.raises(ValueError, match="more than the kernel's 4096"):
        bpf.assemble([bpf.give(0)] * 4097)
