"""A really locked worker, started as root and as an ordinary user, tries what it must not be able to do."""

from __future__ import annotations

import errno
import json
import os
import platform
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NOBODY = 65534
if sys.platform != "linux" or platform.machine() != "x86_64":
    if os.environ.get("CI") == "true" and sys.platform == "linux":
        pytest.fail("these tests make x86_64's system calls")
    pytest.skip(
        "workers are confined on Linux alone, and these tests make x86_64's system calls", allow_module_level=True
    )

sys.path.insert(0, str(HERE))
import denied  # noqa: E402

USERS = ["--nobody"] if os.getuid() else ["", "--nobody"]
WORKS = {
    "memory": 128 << 20, "mmap": 1 << 20, "poll": [4], "lock": True, "lock again": False, "sleep": None, "cpu": True,
    "random": 8,
}  # fmt: skip
LAYERS = [
    "not root", "user namespace", "pid namespace", "network namespace", "ipc namespace", "uts namespace",
    "cgroup namespace", "empty root", "no new privileges", "landlock", "capabilities", "hidden memory", "limits",
    "no new threads", "seccomp",
]  # fmt: skip
NAMES = list(denied.Calls(denied.World(1, b"", "", 1, 1)).table())


def zygote(*words: str, script: str = "locked.py") -> dict:
    """Run a zygote in a process of its own with an empty environment; as an ordinary user it is one already."""
    given = [word for word in words if word and (word != "--nobody" or os.getuid() == 0)]
    done = subprocess.run(
        [sys.executable, "-B", str(HERE / script), *given], env={}, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def needs(user: str, *features: str) -> None:
    """Skip where this machine lacks one of `features`, as seen without Keyhole's own code."""
    for feature in features:
        if denied.in_a_child(lambda wanted=feature: lacks(user, wanted)):
            pytest.skip(f"this machine refuses {feature} to {'an ordinary user' if user else 'this user'}")


def lacks(user: str, feature: str) -> int:
    if feature == "Landlock":
        return int(denied.libc.syscall(444, None, 0, 1) < 7)
    if user and not os.getuid():
        os.setresuid(NOBODY, NOBODY, NOBODY)
        denied.libc.prctl(4, 1, 0, 0, 0)
    uid = os.getuid()
    try:
        refused = denied.raw(272, 0x10000000)
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        return refused or denied.raw(272, 0x6E020000)
    except OSError as error:
        return error.errno or 1


@pytest.fixture(scope="module", params=USERS, ids=lambda user: user.strip("-") or "root")
def user(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def locked(user) -> dict:
    return zygote("full", user)


def test_every_layer_is_named(locked):
    assert list(locked["layers"]) == LAYERS
    assert all(detail for _, detail in locked["layers"].values())


def test_every_layer_holds(locked, user):
    needs(user, "user namespaces", "Landlock")
    assert [layer for layer in locked["layers"].items() if not layer[1][0]] == []


def test_the_worker_ends_well_and_still_does_its_work(locked):
    assert locked["ended"] == 0
    assert locked["works"] == WORKS


@pytest.mark.parametrize("name", NAMES)
def test_denied_by_the_lock(locked, name):
    assert locked["errnos"][name] == (errno.ENOSYS if name == "clone3" else errno.EPERM)


def test_the_lock_is_on_threads_that_ran_before(locked):
    assert locked["inside"]["other thread"] == [errno.EPERM]
    assert locked["inside"]["new thread"] is False


def test_what_is_around_the_worker(locked, user):
    needs(user, "user namespaces")
    inside = locked["inside"]
    assert inside["pid"] == 1
    assert (inside["uid"], inside["gid"]) == (NOBODY, NOBODY)
    assert set(inside["groups"]) <= {NOBODY}
    assert set(inside["environment"]) <= {"LC_CTYPE"}  # which Python sets for itself
    assert inside["interfaces"] == [[1, "lo"]]
    assert inside["lo is up"] is False
    assert inside["host name"] == "worker"
    assert inside["proc"] is False
    assert inside["writable root"] is False
    assert inside["death signal"] == signal.SIGKILL
    assert inside["dumpable"] == 0


def test_how_it_looks_from_outside(locked, user):
    needs(user, "user namespaces")
    status = locked["status"]
    outside = NOBODY if os.getuid() == 0 else os.getuid()
    assert status["Uid"].split() == [str(outside)] * 4
    assert {status[f"Cap{name}"] for name in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert status["NSpid"].split()[1:] == ["1"]


@pytest.mark.parametrize(
    ("deed", "deaths"),
    [
        ("x32", {signal.SIGSYS}),
        ("int80", {signal.SIGSYS, signal.SIGSEGV}),  # the latter where the kernel knows no i386 at all
        ("segv", {signal.SIGSEGV}),
        ("abort", {signal.SIGSEGV, signal.SIGABRT}),  # number 1 of a namespace cannot signal itself, but it can fault
    ],
)
def test_what_kills_a_worker(user, deed, deaths):
    assert zygote("deadly", deed, user)["signal"] in deaths


def test_a_worker_dies_with_its_zygote(user):
    assert zygote("orphan", user) == {"told": "up", "ended": True}


def test_forking_leaves_no_zombie_and_no_descriptor(user):
    found = zygote("children", user)
    assert found == {"ended before": [0, 0], "ours": True, "left": None, "descriptors": 0}


def test_a_fork_that_is_refused_says_so_and_leaves_nothing():
    found = zygote("crowded", "--nobody")
    assert (found["left"], found["descriptors"]) == (None, 0)
    assert found["errors"] == [
        "[Errno 11] Resource temporarily unavailable",
        "[Errno 11] a worker cannot be forked: Resource temporarily unavailable",
    ]


def test_pagemap_by_a_descriptor_of_before(user):
    """And a descriptor goes out over the socket (SCM_RIGHTS): what a worker has open is its parent's anyway."""
    assert zygote("pagemap", user) == {"present": 1, "scan": 0, "another request": errno.EPERM}


def test_numbers_are_those_of_the_kernel_headers():
    header = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    if not header.is_file():
        pytest.skip("Debian's linux-libc-dev is not here")
    known = dict(re.findall(r"#define __NR_(\w+) (\d+)", header.read_text()))
    calls = denied.Calls(denied.World(1, b"", "", 1, 1))
    for group in (calls.files(), calls.network(), calls.processes(), calls.memory_calls(), calls.kernel()):
        for name, (number, *_) in group.items():
            call = "kill" if name.startswith("kill") else name.split()[0]
            assert int(known.get(call, number)) == number, name


ELSEWHERE = """
import sys
sys.platform = {platform!r}
if sys.platform == "win32":
    sys.modules["resource"] = None
from keyhole.errors import SandboxError
from keyhole.sandbox.confinement import fork_worker, isolate, shut
try:
    fork_worker()
except SandboxError as error:
    sys.stdout.write(str(error) + "\\n")
for layer in [*isolate(), *shut()]:
    sys.stdout.write(f"{{layer.name}}|{{layer.holds}}|{{layer.detail}}\\n")
"""


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_say_what_they_lack(platform):
    code = ELSEWHERE.format(platform=platform)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    refusal, hint, *layers = done.stdout.splitlines()
    assert (refusal, hint) == ("confined workers need Linux", "hint: run programs in this process")
    rows = {name: (holds, detail) for name, holds, detail in (line.split("|") for line in layers)}
    assert list(rows) == LAYERS[3:]
    limits = rows.pop("limits")
    rows.pop("no new threads")
    assert set(rows.values()) == {("False", "this takes Linux")}
    assert limits[0] == str(platform == "darwin")
