"""Compare: what an API answers, held against what its document promises. Nothing is refused or changed by it."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from keyhole.catalog.mismatch import WORK, Comparer
from keyhole.log import logger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyhole.catalog.call import Call, Result
    from keyhole.catalog.mismatch import Mismatch
    from keyhole.catalog.operation import Operation
    from keyhole.gateway.decision import Next
    from keyhole.sources.source import Source

log = logger(__name__)

_KEPT = 512
_SMALL = 32 << 10
_RUN_WORK = 20 * WORK
_MAX_SAID = 1_000
_MAX_NOTED = 200

_Key = tuple[int, int, str]


class Promises:
    """What the documents promise, compiled once, and what has been said of it: shared by all runs."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._known: OrderedDict[_Key, tuple[Operation, Comparer | None]] = OrderedDict()
        self._said: set[tuple[str, str, str]] = set()
        self._lock = Lock()

    async def of(self, operation: Operation, result: Result) -> Comparer | None:
        """Give what compares this answer; None where nothing is promised of it, or that cannot be compiled."""
        key = (id(operation), result.status, result.headers.get("content-type", "")[:200])
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known[1]
        made = await asyncio.to_thread(self._made, operation, key)
        with self._lock:
            self._known[key] = (operation, made)  # held, so that no other operation gets its id
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return made

    def _made(self, operation: Operation, key: _Key) -> Comparer | None:
        promise = self._sources[operation.api].promised(operation, key[1], key[2])
        try:
            return Comparer(promise[0], operation.signature.schemas, each=promise[1]) if promise else None
        except ValueError:
            return None

    def say(self, operation: Operation, status: int, mismatch: Mismatch) -> None:
        """Tell the operator, once for each kind and place: where, which part of the document, what would mend it."""
        key = (operation.qualified, mismatch.kind, mismatch.at)
        if key in self._said or len(self._said) >= _MAX_SAID:
            return
        self._said.add(key)
        actions = self._sources[operation.api].mends(mismatch)
        log.warning(
            "an answer is not as its document says", operation=operation.qualified, status=status, what=mismatch.text,
            schema=mismatch.spot.pointer, overlay=json.dumps(actions) if actions else None,
        )  # fmt: skip


class Compare:
    """The gateway step of one run: notes on a result how it differs, each kind at each place of an operation once."""

    def __init__(self, promises: Promises) -> None:
        self._promises = promises
        self._noted: set[tuple[str, str, str]] = set()
        self._work = 0

    async def __call__(self, call: Call, next: Next) -> Result:  # noqa: A002  (the onion's word)
        """Pass on, then look."""
        result = await next(call)
        operation = call.operation
        if operation.ad_hoc or not 200 <= result.status < 300 or isinstance(result.body, bytes | None):
            return result
        comparer = await self._promises.of(operation, result)
        if comparer is None or self._work > _RUN_WORK:
            return result
        self._work += min(result.size // 2 * comparer.weight, WORK)
        if result.size > _SMALL:  # on a thread: other runs must not wait
            found = await asyncio.to_thread(comparer.differences, result.body, result.size)
        else:
            found = comparer.differences(result.body, result.size)
        fresh: list[str] = []
        for mismatch in found:
            self._promises.say(operation, result.status, mismatch)
            key = (operation.qualified, mismatch.kind, mismatch.at)
            if key not in self._noted and len(self._noted) < _MAX_NOTED:
                self._noted.add(key)
                fresh.append(mismatch.text)
        return replace(result, mismatches=tuple(fresh)) if fresh else result
