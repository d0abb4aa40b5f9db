"""Who a worker is outside of its namespaces: never root."""

from __future__ import annotations

import os

from keyhole.sandbox.confinement import capabilities, syscalls
from keyhole.sandbox.confinement.layers import reason

NOBODY = 65534
_PR_SET_DUMPABLE, _PR_SET_KEEPCAPS = 4, 8


def own_proc() -> None:
    """Own the files of /proc/self: a process that has changed its user, or hidden its memory, does not."""
    syscalls.prctl(_PR_SET_DUMPABLE, 1)


def leave_root() -> str:
    """Become `NOBODY` where this process is root; keep its capabilities, which namespaces may need. Raises OSError."""
    if 0 not in os.getresuid():
        return f"user {os.getuid()}"
    try:
        syscalls.prctl(_PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError as error:
        raise OSError(error.errno, f"root cannot become user {NOBODY} here: {reason(error)}") from None
    capabilities.enable()
    return f"user {NOBODY} in root's place"


def hide_memory() -> str:
    """Forbid other processes of the same user to read this one's memory or trace it. Raises OSError."""
    syscalls.prctl(_PR_SET_DUMPABLE, 0)
    return "no core, no tracing by the same user"
