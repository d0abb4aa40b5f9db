"""Files of one run: a program has handles for them, and the host reads, sends and writes them."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any, cast

from keyhole.errors import CallError, Denied, InvalidArguments
from keyhole.gateway.asked import bounded, brief
from keyhole.gateway.audit import Audit
from keyhole.gateway.folder import MAX_OPEN, parts_of, pieces
from keyhole.log import logger
from keyhole.value import File, is_large

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import BinaryIO

    from keyhole.gateway.folder import Folder
    from keyhole.value import Value

_log = logger(__name__)

MAX_HANDLES = 100
MAX_SAVED = 1 << 30
"""Bytes that one run may write."""
MAX_READ = 16 << 20
"""Bytes of a file that a program gets at once: what its memory holds beside their base64."""
_ID = "$file"
_OFF = "there are no files here"
_HINT = "Programs of `execute` have them where the operator gives a folder: keyhole serve … --files DIR. Tell the user."


class Files:
    """What `files` in a program comes to. `folder` is None where no folder was given to serve.

    A handle is `{$file, name, size, type}`. Its id is made up here and sent nowhere else, so that nothing an API
    answers can pass for a handle and have a file sent along.
    """

    def __init__(self, folder: Folder | None, *, may_save: bool, audit: Audit | None = None) -> None:
        self._folder = folder
        self._audit = audit or Audit()
        self._may_save = may_save
        self._handles: dict[str, File] = {}
        self._saved = 0
        self._does: dict[str, Callable[[Folder, dict[str, Any]], Awaitable[Value]]] = {
            "open": self._open,
            "list": self._list,
            "save": self._save,
            "bytes": self._bytes,
            "text": self._text,
        }

    @property
    def spool(self) -> Callable[[], BinaryIO] | None:
        """Where a large binary answer goes; None: into memory, within its bound."""
        return self._folder.spool if self._folder else None

    async def __call__(self, asked: dict[str, Any]) -> Value:
        """Do what a program asked for. Raises a `CallError`."""
        wanted = asked.get("do")
        does = self._does.get(wanted) if isinstance(wanted, str) else None
        if does is None:
            raise InvalidArguments("files has open, list, save, bytes and text")
        if self._folder is None:
            raise CallError(_OFF, hint=_HINT)
        return await does(self._folder, asked)

    async def holds(self, name: str) -> bool:
        """Say whether a program can open a file of that name."""
        return self._folder is not None and await asyncio.to_thread(self._folder.holds, name)

    def close(self) -> None:
        """Close every file. Idempotent."""
        for file in self._handles.values():
            file.stream.close()
        if self._folder is not None:
            self._folder.handles -= len(self._handles)
        self._handles.clear()

    def handle(self, file: File) -> Value:
        """Give the handle of a file. Raises a `CallError` beyond `MAX_HANDLES` and `MAX_OPEN`."""
        if len(self._handles) >= MAX_HANDLES:
            file.stream.close()
            raise InvalidArguments(f"this run has {MAX_HANDLES} files open", hint="Go on in another program.")
        if self._folder is not None:
            if self._folder.handles >= MAX_OPEN:
                file.stream.close()
                raise CallError(
                    f"all runs together have {MAX_OPEN} files open",
                    hint="Read with files.bytes(name) or files.text(name), which close, or try again in a while.",
                )
            self._folder.handles += 1
        name = secrets.token_urlsafe(16)
        self._handles[name] = file
        return {_ID: name, "name": file.name, "size": file.size, "type": file.media_type}

    async def given(self, arguments: Mapping[str, Value]) -> Mapping[str, Value]:
        """Give arguments with files in the place of their handles. Raises `InvalidArguments` for one of another run."""
        if self._folder is None:
            return arguments
        if is_large(arguments):
            return await asyncio.to_thread(self._given, arguments)
        return cast("Mapping[str, Value]", self._given(arguments))

    def _given(self, value: Value) -> Value:
        if isinstance(value, list):
            return [self._given(item) for item in cast("list[Value]", value)]
        if not isinstance(value, dict):
            return value
        fields = cast("dict[str, Value]", value)
        if isinstance(fields.get(_ID), str) and fields.keys() <= {_ID, "name", "size", "type"}:
            return self._file(fields)
        return {key: self._given(item) for key, item in fields.items()}

    def _file(self, handle: Value) -> File:
        name = cast("dict[str, Value]", handle).get(_ID) if isinstance(handle, dict) else None
        file = self._handles.get(name) if isinstance(name, str) else None
        if file is None:
            raise InvalidArguments(
                f"{brief(handle)} is no file of this run", hint='Open it in this program: await files.open("name").'
            )
        return file

    async def _open(self, folder: Folder, asked: dict[str, Any]) -> Value:
        name = asked.get("file")
        if not isinstance(name, str):
            raise InvalidArguments(f"files.open() was given {brief(name)}: it takes a name such as 'report.pdf'")
        bounded("the name of a file", name)
        file = await asyncio.to_thread(folder.open, name)
        _log.info("file opened", name=name, bytes=file.size)
        return self.handle(file)

    async def _list(self, folder: Folder, asked: dict[str, Any]) -> Value:
        below = asked.get("file")
        if not isinstance(below, str | None):
            raise InvalidArguments(f"files.list() was given {brief(below)}: it takes the name of a folder, or nothing")
        bounded("the name of a folder", below or "")
        return await asyncio.to_thread(folder.list, below or "")

    async def _save(self, folder: Folder, asked: dict[str, Any]) -> Value:
        what, name = asked.get("file"), asked.get("name")
        if isinstance(what, str) and not isinstance(name, str | None):
            what, name = name, what  # the other way around
        if not isinstance(name, str):
            raise InvalidArguments(
                f"files.save() was given the name {brief(name)}", hint='Write files.save(what, "report.pdf").'
            )
        bounded("the name of a file", name)
        parts_of(name)  # what is no name may be the content
        with self._audit.saving(name) as record:
            record.bytes = await self._saved_as(folder, what, name, overwrite=asked.get("overwrite") is True)
        _log.info("file saved", name=name, bytes=record.bytes)
        return {"name": name, "size": record.bytes}

    async def _saved_as(self, folder: Folder, what: Any, name: str, *, overwrite: bool) -> int:
        if not self._may_save:
            raise Denied(f"{name!r} was not saved: --read-only denies it", hint="Return what is needed instead.")
        data = what.encode(errors="replace") if isinstance(what, str) else what
        if not isinstance(data, bytes):
            if not isinstance(data, dict) or _ID not in data:
                raise InvalidArguments(
                    f"{name!r} was not saved: files.save() was given {brief(data)}; it saves a file, bytes or text",
                    hint="Write files.save(JSON.stringify(what), name).",
                )
            data = self._file(data)
        self._saved += data.size if isinstance(data, File) else len(data)
        if self._saved > MAX_SAVED:
            raise InvalidArguments(f"{name!r} was not saved: one run may save {MAX_SAVED >> 20} MB")
        return await asyncio.to_thread(folder.save, pieces(data), name, overwrite=overwrite)

    async def _bytes(self, folder: Folder, asked: dict[str, Any]) -> bytes:
        meant = asked.get("file")
        if not isinstance(meant, str):
            return await self._read(self._file(meant), asked)
        bounded("the name of a file", meant)
        file = await asyncio.to_thread(folder.open, meant)
        with file.stream:
            return await self._read(file, asked)

    async def _read(self, file: File, asked: dict[str, Any]) -> bytes:
        start = _whole(asked.get("start"), 0)
        end = _whole(asked.get("end"), file.size)
        if min(end, file.size) - start > MAX_READ:
            raise InvalidArguments(
                f"{file.name!r} has {file.size:,} bytes; a program gets {MAX_READ >> 20} MB at once",
                hint="Read a part, files.bytes(file, { start, end }), or pass the handle to a body or files.save.",
            )
        return await asyncio.to_thread(file.read, start, max(end - start, 0))

    async def _text(self, folder: Folder, asked: dict[str, Any]) -> str:
        return (await self._bytes(folder, asked)).decode(errors="replace")


def _whole(given: Value, default: int) -> int:
    if given is None:
        return default
    if not isinstance(given, int) or given < 0:
        raise InvalidArguments(f"files.bytes() was given {brief(given)}: start and end count bytes from 0")
    return given
