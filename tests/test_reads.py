"""`reads`: an operator says which POSTs only read; nobody else can."""

from __future__ import annotations

import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from keyhole import CodeMode, OpenAPI
from keyhole.cli.options import Options, configure
from keyhole.config import Config, SandboxSettings

ANSWER = {"responses": {"200": {"description": "", "content": {"application/json": {"schema": {"type": "array"}}}}}}


def document():
    said = {
        "/runs/filter": {"post": {"operationId": "read_runs", **ANSWER}},
        "/runs": {"post": {"operationId": "create_run", **ANSWER}},
        "/runs/{id}/filter": {"delete": {"operationId": "drop", "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
        ]}},
    }  # fmt: skip
    said["/wipe/filter"] = {"post": {"operationId": "wipe", "x-keyhole-effect": "destructive", **ANSWER}}
    flag = {"parameters": [{"name": "on", "in": "path", "required": True, "schema": {"type": "boolean"}}]}
    said["/flags/{on}"] = {"post": {"operationId": "read_flag", **flag, **ANSWER}}
    said["/flags/true"] = {"post": {"operationId": "set_flag", **ANSWER}}
    texts = {"type": "array", "items": {"type": "string"}}
    several = {"parameters": [{"name": "ids", "in": "path", "required": True, "schema": texts}]}
    said["/teams/{ids}"] = {"post": {"operationId": "read_teams", **several, **ANSWER}}
    said["/teams/purge"] = {"post": {"operationId": "purge_teams", **ANSWER}}
    named = {"parameters": [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}]}
    said["/kinds/{name}"] = {"post": {"operationId": "read_kind", **named, **ANSWER}}
    said["/kinds/purge"] = {"post": {"operationId": "purge_kinds", **ANSWER}}
    return {"openapi": "3.1.0", "info": {"title": "Runs"}, "paths": said}


class Lists(BaseHTTPRequestHandler):
    """A real API that answers every POST with an empty list, and counts them."""

    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def prefect():
    Lists.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Lists) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def opened(prefect, cache):
    def make(*reads: str) -> CodeMode:
        config = Config(cache_dir=cache, read_only=True, sandbox=SandboxSettings(in_process=True))
        return CodeMode([OpenAPI(document(), name="runs", base_url=prefect, reads=reads)], config=config)

    return make


async def test_what_the_operator_says_reads_runs_like_a_read(opened):
    async with opened("*/filter") as code_mode:
        by_name = await code_mode.execute("return [await runs.read_runs(), await runs.post('/runs/filter')]")
        ad_hoc = await code_mode.execute("return await runs.request({method: 'POST', path: '/runs/filter'})")
        created = await code_mode.execute("return await runs.create_run()")
        deleted = await code_mode.execute("return await runs.drop({id: 'x'})")
        found = await code_mode.search("read runs")
    assert (by_name.value, ad_hoc.value) == ([[], []], [])
    assert "writes" not in by_name.text()
    assert "POST /runs/filter · read" in found.text()
    assert [run.outcome for run in (created, deleted)] == ["failed", "failed"], "a DELETE reads nothing"
    assert Lists.asked == ["/runs/filter"] * 3


async def test_what_the_document_calls_destructive_stays_so(opened):
    async with opened("*/filter") as code_mode:
        assert (await code_mode.execute("return await runs.wipe()")).outcome == "failed"
    assert not Lists.asked


async def test_an_argument_that_spells_another_operation_s_path_is_that_operation_to_the_policy(opened):
    async with opened("/kinds/{name}") as code_mode:
        read = await code_mode.execute("return await runs.read_kind({name: 'big'})")
        purged = await code_mode.execute("return await runs.read_kind({name: 'purge'})")
        encoded = await code_mode.execute("return await runs.read_kind({name: 'p%75rge'})")
    assert read.value == []
    for stopped in (purged, encoded):
        assert "runs.purge_kinds (POST /kinds/purge) is a write call" in stopped.text()
    assert Lists.asked == ["/kinds/big"], "a server may decode once more than it should"


@pytest.mark.parametrize(
    ("call", "other"), [("read_flag({on: true})", "set_flag"), ("read_teams({ids: ['purge']})", "purge_teams")]
)
async def test_so_it_is_however_the_argument_is_written(opened, call, other):
    harmless = "return [await runs.read_flag({on: false}), await runs.read_teams({ids: ['a', 'b']})]"
    async with opened("/flags/{on}", "/teams/{ids}") as code_mode:
        assert (await code_mode.execute(harmless)).value == [[], []]
        assert f"runs.{other} (POST" in (await code_mode.execute(f"return await runs.{call}")).text()
    assert Lists.asked == ["/flags/false", "/teams/a,b"]


async def test_what_reads_nothing_is_told(opened, caplog):
    with caplog.at_level(logging.WARNING, "keyhole"):
        async with opened("*/search") as code_mode:
            assert (await code_mode.execute("return await runs.read_runs()")).outcome == "failed"
    assert "no POST has a path that reads as configured" in caplog.text
    assert not Lists.asked


def test_options_by_api():
    assert configure(["p.json"], Options(reads=["*/filter", "*/count"])).apis[0].reads == ("*/filter", "*/count")
    both = configure(["a=a.json", "b=b.json"], Options(reads=["b=/x/search"])).apis
    assert [api.reads for api in both] == [(), ("/x/search",)]


async def test_a_refusal_of_what_looks_like_a_read_says_how(prefect, cache):
    config = Config(cache_dir=cache, sandbox=SandboxSettings(in_process=True))
    async with CodeMode([OpenAPI(document(), name="runs", base_url=prefect)], config=config) as code_mode:
        listed = await code_mode.execute("return await runs.read_runs()")
        created = await code_mode.execute("return await runs.create_run()")
    assert (
        "--allow write (or, if it only reads, put /runs/filter into `reads` of runs). Tell the user." in listed.text()
    )
    assert "--allow write. Tell the user." in created.text()


@pytest.mark.parametrize(
    "path", ["/users/me#a", "/users/me?x=/y", "/users//me", "/users/me/", "/users/%6de", "/users/{id}", "/{id}/me"]
)
async def test_a_rule_that_denies_a_path_is_about_what_is_sent(prefect, cache, path):
    one = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    said = {"post": {"operationId": "me", "parameters": [one] if "{" in path else [], **ANSWER}}
    paths = {path: said, "/x": {"post": {"operationId": "x", **ANSWER}}}
    api = OpenAPI(
        {"openapi": "3.1.0", "info": {"title": "Runs"}, "paths": paths}, name="runs", base_url=prefect,
        rules=({"decision": "deny", "path": "/users/me"},),
    )  # fmt: skip
    given = {"/users/{id}": "{id: 'me'}", "/{id}/me": "{id: 'users'}"}.get(path, "")
    config = Config(cache_dir=cache, allow="all", sandbox=SandboxSettings(in_process=True))
    async with CodeMode([api], config=config) as code_mode:
        assert (await code_mode.execute("return await runs.x()")).value == []
        assert "denies it" in (await code_mode.execute(f"return await runs.me({given})")).text()
    assert Lists.asked == ["/x"]


async def test_what_reads_goes_by_the_path_and_not_by_what_stands_behind_it(prefect, cache):
    ends = ("#/search", "?x=/search")
    paths = {f"/delete-all{end}": {"post": {"operationId": f"wipe{at}", **ANSWER}} for at, end in enumerate(ends)}
    said = {"openapi": "3.1.0", "info": {"title": "Runs"}, "paths": paths}
    config = Config(cache_dir=cache, sandbox=SandboxSettings(in_process=True))
    async with CodeMode([OpenAPI(said, name="runs", base_url=prefect, reads=("*/search",))], config=config) as cm:
        for at in range(2):
            assert (await cm.execute(f"return await runs.wipe{at}()")).outcome == "failed"
    assert not Lists.asked
