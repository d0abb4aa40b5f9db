"""A server that gets a new document serves what it had until the new one is ready, and then that."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import keyhole
from keyhole.config import Config, SandboxSettings
from keyhole.sandbox.workers.crew import Crew
from keyhole.serve.desk import Desk

if TYPE_CHECKING:
    from pathlib import Path


def described(*paths: str) -> str:
    answers = {"200": {"description": "ok"}}
    return json.dumps({
        "openapi": "3.1.0", "info": {"title": "Shelf", "version": "1"}, "servers": [{"url": "http://127.0.0.1:9"}],
        "paths": {path: {"get": {"operationId": f"get{path.replace('/', '_')}", "responses": answers}} for path in paths},
    })  # fmt: skip


async def paths(code_mode: keyhole.CodeMode) -> Any:
    execution = await code_mode.execute("return ops.map(o => o.path)")
    assert execution.error is None
    return execution.value


@pytest.mark.parametrize("in_process", [False, True])
async def test_a_new_document_is_served_when_it_is_ready(tmp_path, cache, in_process):
    document = tmp_path / "shelf.json"
    document.write_text(described("/books"))
    config = Config(cache_dir=cache, sandbox=SandboxSettings(in_process=in_process))
    async with keyhole.CodeMode([keyhole.OpenAPI(str(document), name="shelf")], config=config) as code_mode:
        desk = Desk(code_mode)
        long = asyncio.create_task(code_mode.execute("await new Promise(d => setTimeout(d, 700)); return ops.length"))
        await asyncio.sleep(0.05)
        document.write_text(described("/books", "/authors"))
        reload = asyncio.create_task(code_mode.reload())
        meanwhile = 0
        while not reload.done():
            assert len(await paths(code_mode)) in {1, 2}
            meanwhile += 1
        assert meanwhile > 1
        assert await paths(code_mode) == ["/books", "/authors"]
        assert "(2 operations)" in desk.tools[0]["description"]
        assert (await long).value == 1
        await asyncio.gather(*code_mode._retiring)


async def test_overlays_are_read_again_and_are_in_the_image(tmp_path, cache):
    document, overlay = tmp_path / "shelf.json", tmp_path / "fix.json"
    document.write_text(described("/books", "/authors"))

    def lay(*actions):
        overlay.write_text(json.dumps({"overlay": "1.0.0", "info": {}, "actions": actions}))

    lay({"target": "$.paths['/books']", "remove": True})
    config = Config(cache_dir=cache)
    api = keyhole.OpenAPI(str(document), name="shelf", overlays=(str(overlay),))
    async with keyhole.CodeMode([api], config=config) as code_mode:
        assert await paths(code_mode) == ["/authors"]
        lay({"target": "$.paths['/authors'].get", "update": {"summary": "Mended"}})
        await code_mode.reload()
        told = await code_mode.execute("return [ops.map(o => o.summary), spec.paths['/authors'].get.summary]")
        assert told.value == [["", "Mended"], "Mended"]
        lay({"target": "authors", "remove": True})
        with pytest.raises(keyhole.DocumentError, match="is not JSONPath"):
            await code_mode.reload()
        assert await paths(code_mode) == ["/books", "/authors"]
        await asyncio.gather(*code_mode._retiring)


async def test_a_document_that_cannot_be_used_changes_nothing(tmp_path, cache):
    document = tmp_path / "shelf.json"
    document.write_text(described("/books"))
    async with keyhole.CodeMode([keyhole.OpenAPI(str(document), name="shelf")], config=Config(cache_dir=cache)) as code_mode:  # fmt: skip
        document.write_text("{")
        with pytest.raises(keyhole.DocumentError):
            await code_mode.reload()
        assert await paths(code_mode) == ["/books"]


async def test_a_reload_confines_programs_no_less(tmp_path, cache, monkeypatch):
    document = tmp_path / "shelf.json"
    document.write_text(described("/books"))
    async with keyhole.CodeMode([keyhole.OpenAPI(str(document), name="shelf")], config=Config(cache_dir=cache)) as code_mode:  # fmt: skip
        document.write_text(described("/books", "/authors"))
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", "/nowhere/python3")  # as after an upgrade of Python
            with pytest.raises(keyhole.SandboxError):
                await code_mode.reload()
        assert await paths(code_mode) == ["/books"]
        await code_mode.reload()
        assert await paths(code_mode) == ["/books", "/authors"]


@pytest.mark.parametrize("moments", [0, 1, 2, 3, 5, 8])
async def test_what_was_replaced_is_closed_whenever_the_end_comes(tmp_path, cache, moments):
    document = tmp_path / "shelf.json"
    document.write_text(described("/books"))
    async with keyhole.CodeMode([keyhole.OpenAPI(str(document), name="shelf")], config=Config(cache_dir=cache)) as code_mode:  # fmt: skip
        place = code_mode._open.engine.place
        assert isinstance(place, Crew)
        zygote = place._zygote._process
        await code_mode.reload()
        for _ in range(moments):
            await asyncio.sleep(0)
    assert zygote.returncode is not None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
def test_sighup_reads_the_documents_again(tmp_path: Path, cache: Path) -> None:
    document = tmp_path / "shelf.json"
    document.write_text(described("/books"))
    command = [sys.executable, "-m", "keyhole", "serve", f"shelf={document}", "--http", "127.0.0.1:0"]
    environment = {**os.environ, "KEYHOLE_CACHE_DIR": str(cache)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stderr
        said = iter(server.stderr.readline, "")
        try:
            assert "(1 operation)" in next(line for line in said if line.startswith("serving"))
            document.write_text(described("/books", "/authors"))
            server.send_signal(signal.SIGHUP)
            assert "(2 operations)" in next(line for line in said if line.startswith("serving"))
            document.write_text("{")
            server.send_signal(signal.SIGHUP)
            assert next(line for line in said if line.startswith("error"))
            assert "as it was" in next(line for line in said if line.startswith("note"))
        finally:
            server.terminate()
        assert server.wait(20) == 143
