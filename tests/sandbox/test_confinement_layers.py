"""Each layer alone: what it denies without the others. And machines that lack layers: what is left must hold."""

from __future__ import annotations

import errno

import pytest

pytest.register_assert_rewrite("test_confinement")
from test_confinement import LAYERS, USERS, WORKS, denied, needs, zygote  # noqa: E402

FILES = ("open", "openat", "openat O_TMPFILE", "openat2", "execve", "execveat")
OTHERS = ("kill the parent", "tkill the parent", "tgkill the parent")
DENIES: dict[str, dict[str, int]] = {
    "landlock": {
        **dict.fromkeys([*FILES, "creat", "connect TCP", "bind"], errno.EACCES),
        **dict.fromkeys(["connect abstract", "ptrace SEIZE", *OTHERS], errno.EPERM),
        "mmap X of a file": errno.EBADF,
    },
    "empty root": dict.fromkeys([*FILES, "creat", "readlink", "connect path"], errno.ENOENT),
    "network namespace": {
        **dict.fromkeys(["connect TCP", "connect UDP", "sendto an address"], errno.ENETUNREACH),
        "connect abstract": errno.ECONNREFUSED,
    },
    "ipc namespace": {"shmget": errno.ENOENT},
    "no new threads": dict.fromkeys(["fork", "clone", "clone3"], errno.EAGAIN),
}
ROOT_ONLY = dict.fromkeys(
    [
        "open_by_handle_at", "fanotify_init", "ptrace SEIZE", "setgroups", "pivot_root", "move_mount", "fsopen",
        "fspick", "mount_setattr", "chroot", "unshare", "sethostname", "setdomainname", "reboot", "swapon", "swapoff",
        "acct", "syslog",
    ],
    errno.EPERM,
)  # fmt: skip
"""What root may do at first, and does not with its capabilities gone."""
FREELY = {"creat": {0, errno.EACCES}, "ptrace SEIZE": {0, errno.EPERM}}
"""The two that an ordinary user may be refused anyway: by the sticky /tmp, and by a parent that changed its user."""


@pytest.fixture(scope="module", params=USERS, ids=lambda user: user.strip("-") or "root")
def user(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def free(user) -> dict:
    return zygote("alone", "nothing", user, script="locked_layers.py")


def test_the_calls_get_somewhere_in_a_free_process(user, free):
    """Or else their refusal would prove nothing."""
    refused = {name for name, found in free.items() if found == errno.EPERM}
    assert refused <= ({"ptrace SEIZE", "socket AF_PACKET", "mount", "umount2", *ROOT_ONLY} if user else set())


@pytest.mark.parametrize("layer", DENIES)
def test_a_layer_alone(user, free, layer):
    if layer != "no new threads":
        needs(user, "Landlock" if layer == "landlock" else "user namespaces")
    found = zygote("alone", layer, user, script="locked_layers.py")
    for name, number in DENIES[layer].items():
        assert free[name] in FREELY.get(name, {0}) or name in denied.EXEC, name
        assert found[name] == number, name


def test_capabilities_alone(free, user):
    if user:
        assert free["chroot"] == errno.EPERM  # an ordinary user has none to begin with
        return
    found = zygote("alone", "capabilities", script="locked_layers.py")
    assert {name: found[name] for name in ROOT_ONLY} == ROOT_ONLY
    assert not [name for name in ROOT_ONLY if free[name] == errno.EPERM]


def test_seccomp_alone(user):
    found = zygote("alone", "seccomp", user, script="locked_layers.py")
    assert {name for name, number in found.items() if number != errno.EPERM} == {"clone3"}


def test_the_pid_namespace_alone(user):
    needs(user, "user namespaces")
    assert zygote("pid_alone", user, script="locked_layers.py") == {"parent": errno.ESRCH, "everyone": errno.ESRCH}


def test_the_limits_alone(user):
    assert zygote("limited", user, script="locked_layers.py") == {
        "write": errno.EFBIG,
        "dup": errno.EMFILE,
        "mlock": errno.EPERM,
    }


def test_hidden_memory_alone(user):
    assert zygote("hidden", user, script="locked_layers.py") == {"shown": 0, "hidden": errno.EACCES}


def test_the_empty_root_is_empty_and_read_only(user):
    needs(user, "user namespaces")
    assert zygote("inside_empty_root", user, script="locked_layers.py") == {
        "names": [], "create": errno.EROFS, "mkdir": errno.EROFS, "up": [], "mounts": False
    }  # fmt: skip


NAMESPACES = {name for name in LAYERS if name.endswith("namespace")} | {"empty root"}
AS_ROOT = {"user namespace", "not root", "no new threads"}
"""What a root that cannot become somebody else lacks."""
POOR = {
    "no user namespaces, as root": (AS_ROOT, "user.max_user_namespaces is 0"),
    "no user namespaces": (NAMESPACES | AS_ROOT, "user.max_user_namespaces is 0"),
    "no unshare": (NAMESPACES, "user namespaces are refused here: Operation not permitted"),
    "no landlock": ({"landlock"}, "this kernel has no Landlock"),
    "landlock off": ({"landlock"}, "lsm="),
    "no seccomp": ({"seccomp"}, "the filter is refused by this kernel or container: Invalid argument"),
    "no mount": ({"empty root"}, "Operation not permitted"),
    "no pivot_root": ({"empty root"}, "Invalid argument"),
    "no proc": ({"user namespace", "not root"}, "no id map in it"),
    "nothing": (NAMESPACES | {"landlock", "seccomp", "limits", "no new threads"}, "this kernel has none"),
}


@pytest.mark.parametrize("what", POOR)
def test_a_poor_machine(user, what):
    needs(user, "user namespaces", "Landlock")  # or it is poorer than that
    missing, why = POOR[what]
    found = zygote("poor", what, user, script="locked_poor.py")
    assert "error" not in found
    assert list(found["layers"]) == LAYERS
    lacking = {name: detail for name, (holds, detail) in found["layers"].items() if not holds}
    assert set(lacking) == missing
    assert all(lacking.values())
    assert why in " ".join(lacking.values())
    assert found["works"] == WORKS


def test_locking_twice(user):
    needs(user, "user namespaces", "Landlock")
    found = zygote("twice", user)
    lacking = {name for name, (holds, _) in found["layers"].items() if not holds}
    assert lacking == {*NAMESPACES - {"user namespace", "pid namespace"}, "seccomp", "no new threads"}
    assert found["works"] == WORKS


def test_a_worker_within_a_worker(user):
    """A process that is isolated but not shut forks one: without /proc no id map, under Landlock no mount."""
    needs(user, "user namespaces", "Landlock")
    assert zygote("forking_twice", user) == {"lacking": ["user namespace", "empty root"]}
