"""Resource limits (setrlimit(2)): what needs no permission anywhere, and holds on macOS as well."""

from __future__ import annotations

import errno
import os

try:
    import resource
except ImportError:  # Windows
    resource = None

_EARLY = {
    "CORE": 0,  # no copy of the memory on disk
    "FSIZE": 0,  # no byte into a file, not even one that is open
    "MEMLOCK": 0,
    "MSGQUEUE": 0,
    "NOFILE": 16,  # poll(2) refuses to look at more descriptors than this
}


def lower() -> str:
    """Set the limits that a worker never needs to be higher. Raises OSError or ValueError, with the others set."""
    return _set(_EARLY)


def no_processes() -> str:
    """Forbid threads and processes from here on: those that run go on. Raises OSError or ValueError."""
    detail = _set({"NPROC": 0})
    if os.getuid() == 0:
        raise OSError(errno.EPERM, "set, but it does not bind root")
    return detail


def _set(limits: dict[str, int]) -> str:
    if resource is None:
        raise OSError("there are no resource limits on this system")
    missing: list[str] = []
    for name, limit in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is None:
            missing.append(name)
            continue
        _, hard = resource.getrlimit(kind)
        value = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (value, value))
    if len(missing) == len(limits):
        raise OSError(f"this system has no limit {', '.join(missing)}")
    return ", ".join(f"{name} {limit}" for name, limit in limits.items() if name not in missing)
