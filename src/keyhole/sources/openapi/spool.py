"""A large binary answer goes to a file on disk as it comes, secrets taken out on the way; a small one stays bytes."""

from __future__ import annotations

import re
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from anyio import to_thread

from keyhole.sources.openapi.media import essence
from keyhole.value import File

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    import httpx2

    from keyhole.sources.openapi.inflate import Inflate
    from keyhole.sources.openapi.redact import Redactor

MAX_FILE = 512 << 20
SMALL = 1 << 20
"""Bytes up to which an answer stays in memory, and so many are written at once."""


async def spooled(
    response: httpx2.Response, inflate: Inflate, redactor: Redactor, spool: Callable[[], BinaryIO], *, url: str
) -> tuple[bytes, File | None]:
    """Read a body; give its bytes, or the file that it is in.

    Raises what `Inflate` raises, and OSError where the disk is full; then nothing is left behind.
    """
    kind = essence(redactor.clean_text(response.headers.get("content-type", "")))
    name = redactor.clean_text(_name(response.headers.get("content-disposition", ""), url))
    passage, held, stream, size = redactor.passage(), bytearray(), None, 0
    try:
        async for chunk in response.aiter_raw():
            inflate.feed(chunk)
            held += passage.feed(inflate.taken())
            if len(held) > SMALL:
                stream = stream or await to_thread.run_sync(spool)
                size += await _written(stream, held)
        held += passage.feed(inflate.finish()) + passage.end()
        if stream is None:
            return bytes(held), None
        size += await _written(stream, held)
    except BaseException:
        if stream is not None:
            stream.close()
        raise
    return b"", File(name, size, kind, stream)


async def _written(stream: BinaryIO, held: bytearray) -> int:
    data = bytes(held)
    held.clear()
    return await to_thread.run_sync(stream.write, data)


def _name(disposition: str, url: str) -> str:
    """Give what the API calls a file (RFC 6266), else the end of its URL, without what a name cannot hold."""
    message = Message()
    message["content-disposition"] = disposition
    name = message.get_filename("") or unquote(urlsplit(url).path.rpartition("/")[2])
    return re.sub(r'[\x00-\x1f\x7f\\/:*?"<>|\ud800-\udfff]', "_", name).strip(" .")[:100] or "file"
