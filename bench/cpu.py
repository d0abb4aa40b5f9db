"""CPU time and memory of a process with everything it started (Linux: /proc)."""

from __future__ import annotations

import os
from pathlib import Path

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """Give the fields of /proc/PID/stat after the name: state is the first (proc(5))."""
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()


def descendants(pid: int) -> list[int]:
    """Give a process and all that it started and that still live."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                children.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
            except (OSError, IndexError):
                continue
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def tree_cpu_ms(pid: int | None = None) -> float:
    """Give the CPU time of a process (default: this one) and its descendants, ended ones too, to one tick (10 ms)."""
    total = 0
    for each in descendants(pid or os.getpid()):
        try:
            total += sum(int(field) for field in _stat(each)[11:15])
        except OSError:
            continue
    return total * _TICK_MS


def tree_pss_mb(pid: int) -> float:
    """Give the memory of a process and its descendants, shared pages counted once (PSS), in MB."""
    total = 0
    for each in descendants(pid):
        try:
            text = Path(f"/proc/{each}/smaps_rollup").read_text("utf-8")
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024
