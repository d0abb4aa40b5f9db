"""Whether a folder on disk is ours alone: what is read from a cache is trusted as much as what wrote it."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def untrusted_folder(folder: Path) -> tuple[Path, str] | None:
    """Say which of a folder and those above it somebody else could change, and why; None where nobody could."""
    resolved = folder.resolve()
    for each in (resolved, *resolved.parents):
        if (problem := untrusted(each, ancestor=each != resolved)) is not None:
            return each, problem
    return None


def untrusted(path: Path, *, ancestor: bool = False) -> str | None:
    """Say why `path` cannot be trusted: somebody else could have put, or could put, something into it."""
    if os.name == "nt":  # pragma: no cover  (access lists instead of modes; a profile's folders are the user's own)
        return None
    try:
        status = path.lstat()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if stat.S_ISLNK(status.st_mode):
        return "is a symbolic link"
    # Root can change this process anyhow: a cache baked as root into a container image is as good as our own.
    if status.st_uid not in (os.geteuid(), 0):
        return f"belongs to user {status.st_uid}"
    # In a sticky folder (such as /tmp) nobody can rename what is another's.
    if status.st_mode & 0o022 and not (ancestor and status.st_mode & stat.S_ISVTX):
        return f"is writable by others (mode {stat.S_IMODE(status.st_mode):o})"
    return None
