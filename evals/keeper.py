"""Keeps one run alive: starts its servers and its arm, holds one MCP session, records every call, checks the end.

`run.py start` starts it in the background with the run's folder. It listens on a loopback port for one JSON object a
connection (`call.py`, `run.py finish`), and ends with the run or at its time limit, whichever comes first.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
import time
import traceback
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import servers
from cost import definition, packed, tokens, totals
from httpx2 import AsyncClient, Timeout
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from places import environment, write_json
from tasks import TASKS
from world import World

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tasks.task import Task

LIMIT_S = 900
_CALL_S = 180


@dataclass
class Keeper:
    """One run. `serve` does everything, and leaves `result.json` in the folder."""

    folder: Path
    task: str
    arm: str
    limit_s: float
    secret: str = field(default_factory=lambda: secrets.token_hex(16))
    transcript: list[dict[str, Any]] = field(default_factory=list)
    answer: str | None = None
    misuses: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)
    result: dict[str, Any] = field(default_factory=dict)
    started: float = field(default_factory=time.time)

    async def serve(self) -> None:
        """Start everything, serve until the run is finished or out of time, check, stop everything."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.done.set)  # run.py stop
        async with self.opened():
            door = await asyncio.start_server(self._answer, "127.0.0.1", 0, limit=1 << 26)
            async with door:
                self._ready(door.sockets[0].getsockname()[1])
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.done.wait(), self.limit_s)
                if not self.result:
                    await self._finish("stopped" if self.done.is_set() else "out of time")
                await asyncio.sleep(0.2)  # the last answer is on its way

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[None]:
        """Start the servers, seed them, start the arm and open the session; end them all on the way out."""
        task, fleet = TASKS[self.task], servers.Fleet(self.folder)
        try:
            starts = (asyncio.to_thread(servers.STARTS[name], fleet) for name in task.apis)
            apis = dict(zip(task.apis, await asyncio.gather(*starts), strict=True))
            arm = asyncio.to_thread(servers.arm, fleet, self.arm, list(apis.values()))
            url, _ = await asyncio.gather(arm, asyncio.to_thread(self._fill, task, apis))
            async with AsyncExitStack() as stack:
                await self._open(stack, url)
                yield
        finally:
            await asyncio.to_thread(fleet.stop)

    def _fill(self, task: Task, apis: dict[str, servers.Api]) -> None:
        """Seed the servers, and read the truth from them before anybody changes it."""
        self.world = World(apis)
        self.world.seed()
        if task.setup:
            task.setup(self.world)
        self.truth = task.truth(self.world)

    async def _open(self, stack: AsyncExitStack, url: str) -> None:
        client = await stack.enter_async_context(AsyncClient(timeout=Timeout(_CALL_S), trust_env=False))
        streams = await stack.enter_async_context(
            streamable_http_client(url, http_client=client, max_sse_event_size=None)
        )
        self.session = await stack.enter_async_context(ClientSession(*streams[:2], read_timeout_seconds=_CALL_S))
        hello = await self.session.initialize()
        self.instructions = hello.instructions or ""
        self.tools: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = await self.session.list_tools(cursor=cursor) if cursor else await self.session.list_tools()
            self.tools += [tool.model_dump(by_alias=True, exclude_none=True, mode="json") for tool in page.tools]
            cursor = page.next_cursor
            if not cursor:
                break
        told = [packed(definition(tool)) for tool in self.tools]
        self.listing = "\n".join(
            [*([f"Instructions of the server: {self.instructions}", ""] if self.instructions else []), *told]
        )
        self.definitions = tokens(self.instructions) + tokens("[" + ",".join(told) + "]")
        self.full = tokens(self.instructions) + tokens(packed(self.tools))

    def _ready(self, port: int) -> None:
        write_json(
            self.folder / "run.json",
            {
                "task": self.task, "arm": self.arm, "say": TASKS[self.task].say, "port": port, "secret": self.secret,
                "started": self.started, "limit_s": self.limit_s, "ready_s": round(time.time() - self.started, 2),
            },
        )  # fmt: skip
        (self.folder / "listing.txt").write_text(self.listing, "utf-8")

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = json.loads(await reader.readline())
            if asked.get("secret") != self.secret:
                return
            told = await self._do(asked)
        except Exception:
            told = {"text": f"the harness failed, which is no fault of yours:\n{traceback.format_exc()}", "fault": True}
        finally:
            with suppress(Exception):
                writer.write(json.dumps(told).encode() + b"\n")
                await writer.drain()
            writer.close()

    async def _do(self, asked: dict[str, Any]) -> dict[str, Any]:
        match asked["do"]:
            case "tools":
                return {"text": self.listing}
            case "call":
                return {"text": await self.call(asked["tool"], asked["arguments"])}
            case "misuse":
                self.misuses += 1
                return {"text": ""}
            case "answer":
                self.answer = asked["text"]
                return {"text": "The answer is recorded. You are done."}
            case "finish":
                if asked.get("text") is not None:
                    self.answer = asked["text"]
                await self._finish("finished")
                return {"result": self.result}
            case other:
                return {"text": f"unknown: {other}"}

    async def call(self, tool: str, arguments: dict[str, Any]) -> str:
        """Call a tool and record it; give the text that a model would read."""
        started = time.perf_counter()
        try:
            answer = await self.session.call_tool(tool, arguments)
            text = "\n".join(_shown(part) for part in answer.content)
            failed = bool(answer.is_error)
        except Exception as problem:  # a refusal by the protocol is an answer too: the model reads it
            text, failed = f"{type(problem).__name__}: {problem}", True
        self.transcript.append(
            {
                "tool": tool, "arguments": arguments, "answer": text, "is_error": failed,
                "ms": round((time.perf_counter() - started) * 1000),
                "call_tokens": tokens(packed({"name": tool, "arguments": arguments})), "answer_tokens": tokens(text),
            }
        )  # fmt: skip
        write_json(self.folder / "transcript.json", self.transcript)
        return text

    async def _finish(self, how: str) -> None:
        task = TASKS[self.task]
        said = self.answer or ""
        try:
            problems = await asyncio.to_thread(task.check, self.world, self.truth, said)
        except Exception:
            problems = [f"the check failed: {traceback.format_exc()}"]
        if self.answer is None:
            problems = [f"{how} without an answer", *problems]
        costs = [(each["call_tokens"], each["answer_tokens"]) for each in self.transcript]
        self.result = {
            "task": self.task, "kind": task.kind, "arm": self.arm, "solved": not problems, "problems": problems[:20],
            "tool_calls": len(self.transcript), "failed_calls": sum(each["is_error"] for each in self.transcript),
            "misuses": self.misuses, "answer": said, "how": how, "seconds": round(time.time() - self.started),
            "tokens": {**totals(self.definitions, tokens(task.say), costs, tokens(said)), "definitions_full": self.full},
            "truth": self.truth if len(packed(self.truth)) < 600 else None,
        }  # fmt: skip
        write_json(self.folder / "result.json", self.result)
        self.done.set()


def _shown(part: Any) -> str:
    return part.text if part.type == "text" else f"[{part.type}: {packed(part.model_dump(mode='json'))[:2000]}]"


def main() -> None:
    """Arguments: FOLDER TASK ARM [LIMIT_S]."""
    os.environ.update(environment())
    folder, task, arm = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    if task not in TASKS:
        sys.exit(f"there is no task {task!r}; there are: {', '.join(TASKS)}")
    limit_s = float(sys.argv[4]) if len(sys.argv) > 4 else LIMIT_S
    try:
        asyncio.run(Keeper(folder, task, arm, limit_s).serve())
    except Exception:
        (folder / "failed").write_text(traceback.format_exc(), "utf-8")
        raise


if __name__ == "__main__":
    main()
