"""The folder of `--files`: the only place on disk that a program can name, strictly below it, and never beside it.

A name is a path of plain parts, resolved part by part from an open folder without following a link (POSIX `openat`),
so that nothing can be put in the way between the check and the use. What is saved appears whole or not at all.
"""

from __future__ import annotations

import errno
import mimetypes
import os
import re
import secrets
import stat
import tempfile
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from keyhole.errors import InvalidArguments, UsageError, nearest
from keyhole.value import File

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

MAX_LISTED = 1000
MAX_OPEN = 400
"""Files that all runs together may have open: a server has about 1,000 descriptors, and needs some for connections."""
_MAX_WALKED = 10_000
_MAX_PARTS, _MAX_PART = 8, 200
_BAD = re.compile(r'[\x00-\x1f\x7f-\x9f\\:*?"<>|\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
"""What some system, or a reader, takes for something else in a name."""
_DIRECTORY = getattr(os, "O_DIRECTORY", 0) | os.O_RDONLY
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Nor is a pipe waited for."""
_DESCRIPTORS = "/proc/self/fd"
_UNNAMED = getattr(os, "O_TMPFILE", None)
_AT = os.open in os.supports_dir_fd
"""Whether a path can be resolved from an open folder; elsewhere (Windows) from its name."""
MEDIA_TYPE = "application/octet-stream"


class Folder:
    """The files below `root`. Everything here waits for the disk: call it on a thread."""

    def __init__(self, root: Path) -> None:
        """Raise `UsageError` where `root` is no folder."""
        self.handles = 0
        """Files that runs have open now."""
        self._root = root.expanduser().resolve()
        if not self._root.is_dir():
            raise UsageError(f"--files {root}: there is no such folder", hint=f"Make it: mkdir {root}")

    def open(self, name: str) -> File:
        """Open a regular file to read. Raises `InvalidArguments`."""
        parts = parts_of(name)
        try:
            with self._parent(parts, make=False) as at:
                fd = os.open(at.of(parts[-1]), os.O_RDONLY | _NO_LINK, dir_fd=at.fd)
        except OSError as error:
            raise self._refused("opened", name, error) from None
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            os.close(fd)
            raise InvalidArguments(f"{name!r} is not a regular file", hint="files.list() names those there are.")
        kind = mimetypes.guess_type(parts[-1])[0] or MEDIA_TYPE
        return File(parts[-1], status.st_size, kind, os.fdopen(fd, "rb", buffering=0))

    def holds(self, name: str) -> bool:
        """Say whether `open` would give a file of that name."""
        try:
            parts = parts_of(name)
            with self._parent(parts, make=False) as at:
                return stat.S_ISREG(os.stat(at.of(parts[-1]), dir_fd=at.fd, follow_symlinks=False).st_mode)
        except (OSError, InvalidArguments):
            return False

    def list(self, below: str = "") -> list[dict[str, Any]]:
        """Give the regular files that can be named, at most `MAX_LISTED`: `{name, size, modified}`, in order.

        With `below`, those in that folder alone. Raises `InvalidArguments` where there is none.
        """
        way = [] if below in ("", ".", "./", "/") else parts_of(below.rstrip("/"))
        found: list[dict[str, Any]] = []
        there = False
        for above, folders, names, fd in islice(self._walk(), _MAX_WALKED):
            if len(above.parts) < len(way):  # step by step, so that no link is followed
                folders[:] = [one for one in folders if one == way[len(above.parts)]]
                continue
            there = True
            folders[:] = sorted(one for one in folders if _is_plain(one)) if len(above.parts) + 1 < _MAX_PARTS else []
            for name in sorted(filter(_is_plain, names)):
                with suppress(OSError):
                    whole = name if fd is not None else self._root / above / name
                    status = os.stat(whole, dir_fd=fd, follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode):
                        path = (above / name).as_posix()
                        found.append({"name": path, "size": status.st_size, "modified": int(status.st_mtime * 1000)})
            if len(found) >= MAX_LISTED:
                break
        if way and not there:
            raise InvalidArguments(f"there is no folder {below!r}", hint="files.list() names the files there are.")
        return found[:MAX_LISTED]

    def _walk(self) -> Iterator[tuple[Path, list[str], list[str], int | None]]:
        """Go down the folders, following no link: the way to each, what is in it, and it as a descriptor, if so."""
        if not _AT:
            for path, folders, names in os.walk(self._root):
                yield Path(path).relative_to(self._root), folders, names, None
            return
        root = os.open(self._root, _DIRECTORY)
        try:
            for path, folders, names, fd in os.fwalk(".", dir_fd=root):
                yield Path(path), folders, names, fd
        finally:
            os.close(root)

    def save(self, chunks: Iterable[bytes], name: str, *, overwrite: bool = False) -> int:
        """Write a file, making folders on the way, and give its size; whole or not at all. Raises `InvalidArguments`.

        A file of that name is only replaced with `overwrite`.
        """
        parts = parts_of(name)
        try:
            with self._parent(parts, make=True) as at:
                at.refuse(parts[-1], overwrite=overwrite)
                return at.write(chunks, parts[-1], overwrite=overwrite)
        except OSError as error:
            raise self._refused("saved", name, error) from None

    def spool(self) -> BinaryIO:
        """Give a file without a name on the same disk. It is gone when it is closed, or this process ends."""
        return cast("BinaryIO", tempfile.TemporaryFile(dir=self._root, prefix=".keyhole-"))

    @contextmanager
    def _parent(self, parts: list[str], *, make: bool) -> Generator[_Place]:
        """Open the folder that a file is in, without following a link on the way. Raises OSError."""
        place = _Place(self._root)
        try:
            for part in parts[:-1]:
                place.enter(part, make=make)
            yield place
        finally:
            place.close()

    def _refused(self, what: str, name: str, error: OSError) -> InvalidArguments:
        if isinstance(error, FileExistsError):
            hint = "Take another name, or replace it: files.save(what, name, { overwrite: true })."
            return InvalidArguments(f"{name!r} was not {what}: there is a file of that name", hint=hint)
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):
            return InvalidArguments(f"{name!r} was not {what}: a part of it is a link or no folder")
        near = nearest(name, [one["name"] for one in self.list()]) if isinstance(error, FileNotFoundError) else []
        hint = f"Did you mean {near[0]!r}?" if near else "files.list() names the files there are."
        return InvalidArguments(f"{name!r} was not {what}: {error.strerror or error}", hint=hint)


class _Place:
    """One folder, open: by its descriptor where the system can resolve names from one, else by its path."""

    def __init__(self, root: Path) -> None:
        self._path = root
        self.fd = os.open(root, _DIRECTORY) if _AT else None

    def of(self, name: str) -> str:
        """Give a name in this folder as the functions of `os` take it, together with `fd`."""
        if self.fd is not None:
            return name
        path = self._path / name  # pragma: no cover  (Windows)
        if os.path.lexists(path) and os.path.realpath(path) != str(path):
            raise OSError(errno.ELOOP, "it is a link")
        return str(path)

    def enter(self, name: str, *, make: bool) -> None:
        """Go down one folder."""
        if make:
            with suppress(FileExistsError):
                os.mkdir(self.of(name), dir_fd=self.fd)
        if self.fd is None:  # pragma: no cover  (Windows)
            self._path = Path(self.of(name))
            return
        inner = os.open(name, _DIRECTORY | _NO_LINK, dir_fd=self.fd)
        os.close(self.fd)
        self.fd = inner

    def close(self) -> None:
        """Give the descriptor back."""
        if self.fd is not None:
            os.close(self.fd)

    def refuse(self, name: str, *, overwrite: bool) -> None:
        """Raise OSError where something is there that may not be replaced."""
        try:
            status = os.stat(self.of(name), dir_fd=self.fd, follow_symlinks=False)
        except FileNotFoundError:
            return
        if not overwrite:
            raise FileExistsError(errno.EEXIST, "there is a file of that name")
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "what is there is not a regular file")

    def write(self, chunks: Iterable[bytes], name: str, *, overwrite: bool) -> int:
        """Write to a file without a name, or with one of our own, and give it its name when it is whole."""
        fd, temporary = self._temporary()
        try:
            size = 0
            with os.fdopen(fd, "wb", closefd=False) as file:
                for chunk in chunks:
                    size += file.write(chunk)
            if temporary is None:
                self._link(fd, name, overwrite=overwrite)
            else:
                self._rename(temporary, name, overwrite=overwrite)
                temporary = None
            return size
        finally:
            os.close(fd)
            if temporary is not None:
                with suppress(OSError):
                    os.unlink(self.of(temporary), dir_fd=self.fd)

    def _temporary(self) -> tuple[int, str | None]:
        if _UNNAMED is not None and self.fd is not None and Path(_DESCRIPTORS).is_dir():
            with suppress(OSError):  # not every file system has files without a name
                return os.open(".", _UNNAMED | os.O_WRONLY, 0o666, dir_fd=self.fd), None
        name = f".keyhole-{secrets.token_hex(8)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK
        return os.open(self.of(name), flags, 0o666, dir_fd=self.fd), name

    def _link(self, fd: int, name: str, *, overwrite: bool) -> None:
        source = f"{_DESCRIPTORS}/{fd}"
        try:
            os.link(source, name, dst_dir_fd=self.fd, follow_symlinks=True)
        except FileExistsError:
            if not overwrite:
                raise
            between = f".keyhole-{secrets.token_hex(8)}"
            os.link(source, between, dst_dir_fd=self.fd, follow_symlinks=True)
            self._rename(between, name, overwrite=True)

    def _rename(self, temporary: str, name: str, *, overwrite: bool) -> None:
        if overwrite:
            os.replace(self.of(temporary), self.of(name), src_dir_fd=self.fd, dst_dir_fd=self.fd)
        elif self.fd is None:  # pragma: no cover  (Windows, where it fails if there is such a file)
            Path(self.of(temporary)).rename(self.of(name))
        else:
            os.link(temporary, name, src_dir_fd=self.fd, dst_dir_fd=self.fd, follow_symlinks=False)
            os.unlink(temporary, dir_fd=self.fd)


def parts_of(name: str) -> list[str]:
    """Give the parts of a name. Raises `InvalidArguments` for one that is not strictly below the folder."""
    parts = name.split("/")
    if len(parts) > _MAX_PARTS or not all(map(_is_plain, parts)):
        raise InvalidArguments(
            f"{name[:200]!r} names no file: a name is one of the folder that Keyhole serves, such as 'report.pdf' or "
            f"'2026/report.pdf', without '..' and without a dot in front",
            hint="files.list() names the files there are.",
        )
    return parts


def _is_plain(part: str) -> bool:
    return bool(part) and not part.startswith((".", " ")) and not part.endswith((".", " ")) and _fits(part)


def _fits(part: str) -> bool:
    return not _BAD.search(part) and len(part.encode()) <= _MAX_PART


def pieces(data: bytes | File, size: int = 1 << 20) -> Iterator[bytes]:
    """Give bytes, or what a file holds, piece by piece. Raises OSError."""
    if isinstance(data, bytes):
        yield data
        return
    at = 0
    while piece := data.read(at, size):
        yield piece
        at += len(piece)
    if at < data.size:
        raise OSError(errno.EIO, "the file it comes from has become shorter")
