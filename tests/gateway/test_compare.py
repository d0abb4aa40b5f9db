"""An answer that is not as its document says: the program gets it, the run notes it once, the operator is told how to mend it."""

from __future__ import annotations

import json
import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

import keyhole
from keyhole.catalog.mismatch import WORK, Comparer
from keyhole.catalog.schema import Schemas
from keyhole.catalog.spot import Spot
from keyhole.config import Config, SandboxSettings
from keyhole.sources.openapi import load
from keyhole.sources.openapi.mend import mends

SECRET = "sk-live-a-value-that-nobody-logs"
USER = {"type": "object", "required": ["login"], "properties": {"login": {"type": "string"}}}
ISSUE = {
    "type": "object",
    "required": ["id", "owner"],
    "properties": {
        "id": {"type": "integer", "maximum": 100},
        "owner": {"$ref": "#/components/schemas/User"},
        "state": {"type": "string", "enum": ["open", "closed"]},
        "tags": {
            "type": "array",
            "items": {"type": "object", "properties": {"n": {"type": "string"}}, "additionalProperties": False},
        },
        "key": {"type": "string", "pattern": "^[a-z]+$"},
        "extra": {"type": "object", "additionalProperties": {"type": "integer"}},
        "either": {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/User"}]},
    },
}
GOOD = {
    "id": 1,
    "owner": {"login": "mia"},
    "state": "open",
    "tags": [{"n": "x"}],
    "key": "abc",
    "extra": {"a": 1},
    "either": "x",
}


def schemas(dialect="3.1", **more):
    return Schemas({"components": {"schemas": {"User": USER, "Issue": ISSUE, **more}}}, dialect)


def differences(value, dialect="3.1", name="Issue", size=None, **more):
    found = schemas(dialect, **more)
    spot = Spot.of(found.root, ("components", "schemas", name))
    return Comparer(spot, found).differences(value, len(json.dumps(value)) if size is None else size)


LIES = [
    ({"owner": None}, "null", "$.owner is null, not an object", "#/components/schemas/Issue/properties/owner"),
    ({"id": "1"}, "type", "$.id is a string, not an integer", "#/components/schemas/Issue/properties/id"),
    ({"id": 1.5}, "type", "$.id is a number, not an integer", "#/components/schemas/Issue/properties/id"),
    ({"id": 101}, "maximum", "$.id is not as its `maximum` says", "#/components/schemas/Issue/properties/id"),
    ({"owner": {}}, "missing", "$.owner.login is missing", "#/components/schemas/User"),
    ({"state": SECRET}, "enum", "$.state is none of its 2 values", "#/components/schemas/Issue/properties/state"),
    ({"tags": [{SECRET: 1}]}, "extra", "$.tags[*] has a field that is not declared", "#/components/schemas/Issue/properties/tags/items"),
    ({"tags": [{"n": [SECRET]}]}, "type", "$.tags[*].n is an array, not a string", "#/components/schemas/Issue/properties/tags/items/properties/n"),
    ({"key": SECRET}, "pattern", "$.key is not as its `pattern` says", "#/components/schemas/Issue/properties/key"),
    ({"extra": {SECRET: "x"}}, "type", "$.extra.* is a string, not an integer", "#/components/schemas/Issue/properties/extra/additionalProperties"),
    ({"either": {}}, "missing", "$.either.login is missing", "#/components/schemas/User"),
    ({"either": 1}, "alternatives", "$.either is none of its 2 alternatives", "#/components/schemas/Issue/properties/either"),
]  # fmt: skip


MENDED_TYPES = {
    "$.id is a string, not an integer",
    "$.id is a number, not an integer",
    "$.extra.* is a string, not an integer",
}


def test_what_fits_does_not_differ():
    assert differences(GOOD) == []


@pytest.mark.parametrize(("change", "kind", "text", "pointer"), LIES)
def test_each_kind_is_told_with_its_place_and_no_value(change, kind, text, pointer):
    (found,) = differences({**GOOD, **change})
    assert (found.kind, found.text, found.spot.pointer) == (kind, text, pointer)
    assert SECRET not in found.text


@pytest.mark.parametrize("dialect", ["2.0", "3.0", "3.1"])
@pytest.mark.parametrize(("change", "kind", "text", "pointer"), LIES)
def test_what_mends_it_mends_it(dialect, change, kind, text, pointer):
    """The overlay that is offered makes the document say what the API does, and breaks nothing else."""
    value = {**GOOD, **change}
    (found,) = differences(value, dialect)
    actions = [edit.action for edit in mends(found, dialect)]
    assert bool(actions) == (kind in ("null", "missing", "extra") or text in MENDED_TYPES)
    if not actions:
        return
    document = {
        "openapi": "3.1.0", "info": {"title": "T"}, "paths": {"/x": {"get": {}}},
        "components": {"schemas": {"User": USER, "Issue": ISSUE}},
    }  # fmt: skip
    overlay = {"overlay": "1.0.0", "info": {"title": "M", "version": "1"}, "actions": actions}
    mended = load(document, overlays=[overlay])
    assert not [notice for notice in mended.notices if notice.rule == "overlay-idle"]
    root = Schemas(mended.document, dialect)
    comparer = Comparer(Spot.of(root.root, ("components", "schemas", "Issue")), root)
    assert comparer.differences(value, 100) == []
    assert comparer.differences(GOOD, 100) == [] or kind == "type"


def test_items_of_a_list_are_one_place():
    found = differences(
        [{**GOOD, "id": "x"}] * 500 + [{**GOOD, "owner": None}],
        name="List",
        List={"type": "array", "items": {"$ref": "#/components/schemas/Issue"}},
    )
    assert [one.text for one in found] == ["$[*].id is a string, not an integer"]


def test_what_is_wrong_beyond_the_first_items_is_found_too():
    lists = {"List": {"type": "array", "items": {"$ref": "#/components/schemas/Issue"}, "minItems": 80}}
    (found,) = differences([GOOD] * 100 + [{**GOOD, "owner": None}], name="List", **lists)
    assert found.text == "$[*].owner is null, not an object"
    assert differences([GOOD] * 100, name="List", **lists) == []


HEAVY = {
    "anyOf": [
        {"type": "object", "required": [f"f{n}"], "properties": {f"f{n}": {"type": "integer"}}} for n in range(400)
    ]
}
HOSTILE = {
    "alternatives of alternatives": ({"anyOf": [{"anyOf": [{"anyOf": [{"type": "string", "minLength": n * m * k} for n in range(1, 17)]} for m in range(1, 17)]} for k in range(1, 17)]}, [1] * 16_000),
    "items that are each judged by many": ({"type": "array", "items": HEAVY}, [{"a": 1}] * 200_000),
    "a regular expression that backtracks": ({"type": "array", "items": {"type": "string", "pattern": "^(a+)+$"}}, ["a" * 20_000 + "!"] * 50),
    "one that looks behind": ({"type": "array", "items": {"type": "string", "pattern": "^(?=(a+)+b)(?:(a|aa)+)$"}}, ["a" * 20_000] * 50),
    "a long enumeration": ({"type": "array", "items": {"enum": [f"value {n}" for n in range(20_000)]}}, ["x"] * 100_000),
    "a map of many": ({"type": "object", "additionalProperties": {"type": "integer"}}, {f"k{n}": "x" for n in range(200_000)}),
    "a value nested deeply": ({"type": "array", "items": {"type": "array", "items": {"type": "string"}}}, json.loads("[" * 150 + "]" * 150)),
    "a schema that holds itself": ({"$ref": "#/components/schemas/Self"}, json.loads('{"a":' * 150 + "1" + "}" * 150)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_schemas_and_answers_cost_little(name):
    schema, value = HOSTILE[name]
    looped = {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Self"}}, "anyOf": [{"$ref": "#/components/schemas/Self"}, {"type": "object"}]}  # fmt: skip
    found = Schemas({"components": {"schemas": {"H": schema, "Self": looped}}}, "3.1")
    comparer = Comparer(Spot.of(found.root, ("components", "schemas", "H")), found)
    size = len(json.dumps(value))
    for _ in range(20):  # without the bounds, one takes longer than anybody waits
        assert len(comparer.differences(value, size)) <= 40


def test_the_bound_is_on_values_times_what_judges_them():
    found = Schemas({"components": {"schemas": {"H": HEAVY}}}, "3.1")
    comparer = Comparer(Spot.of(found.root, ("components", "schemas", "H")), found)
    assert comparer.weight > 400
    assert WORK // comparer.weight < 1_000


class Api:
    """A real API that answers what it is told to."""

    def __init__(self) -> None:
        api = self
        self.answers: dict[str, tuple[int, str, object]] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, value = api.answers[self.path]
                body = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        Thread(target=self.server.serve_forever, daemon=True).start()


def operation(name, schema, kind="application/json", **responses):
    return {"operationId": name, "responses": {"200": {"content": {kind: {"schema": schema}}}, **responses}}


ISSUE_REF = {"$ref": "#/components/schemas/Issue"}
DOCUMENT = {
    "openapi": "3.0.3", "info": {"title": "T"}, "components": {"schemas": {"Issue": ISSUE, "User": USER}},
    "paths": {
        "/one": {"get": operation("one", ISSUE_REF, **{"202": {"content": {"application/json": {"schema": {"type": "array", "items": {}}}}}, "4XX": {"content": {"application/json": {"schema": ISSUE_REF}}}})},
        "/all": {"get": operation("all", {"type": "array", "items": ISSUE_REF})},
        "/lines": {"get": operation("lines", ISSUE_REF, "application/x-ndjson")},
        "/other": {"$ref": "#/components/pathItems/Other"},
    },
}  # fmt: skip
DOCUMENT["components"]["pathItems"] = {"Other": {"get": operation("other", ISSUE_REF)}}


@pytest.fixture(scope="module")
def lying():
    api = Api()
    yield api
    api.server.shutdown()
    api.server.server_close()


@pytest.fixture
def opened(lying, cache):
    def make(**settings) -> keyhole.CodeMode:
        config = Config(cache_dir=cache, sandbox=SandboxSettings(in_process=True))
        return keyhole.CodeMode([keyhole.OpenAPI(DOCUMENT, name="api", base_url=lying.url, **settings)], config=config)

    return make


def noted(execution):
    return [text for call in execution.json()["calls"] for text in call.get("mismatches", [])]


async def test_the_program_gets_it_and_the_run_notes_it_once(lying, opened, caplog):
    lying.answers["/one"] = (200, "application/json", {**GOOD, "owner": None, "state": SECRET})
    async with opened() as code_mode:
        code = "const r = []; for (let i = 0; i < 5; i++) r.push(await api.one({})); return r.map(x => x.owner)"
        with caplog.at_level(logging.WARNING, "keyhole"):
            first = await code_mode.execute(code)
            second = await code_mode.execute(code)
    assert first.value == [None] * 5
    told = ["$.owner is null, not an object", "$.state is none of its 2 values"]
    for execution in (first, second):  # each run notes it
        assert noted(execution) == told
        assert [call.mismatches for call in execution.calls] == [tuple(told), (), (), (), ()]
    lines = [record.getMessage() for record in caplog.records if "not as its document says" in record.getMessage()]
    assert len(lines) == 2, "and the log says it once"
    assert "schema=#/components/schemas/Issue/properties/owner" in lines[0]
    assert '{"target": "$.components.schemas.Issue.properties.owner", "remove": true}' in lines[0]
    assert SECRET not in caplog.text


async def test_a_model_is_told_where_it_matters_and_pays_nothing_elsewhere(lying, opened):
    lying.answers["/one"] = (200, "application/json", {**GOOD, "owner": None})
    note = "note: the API answered otherwise than its types say: api.one: $.owner is null, not an object"
    async with opened() as code_mode:
        failed = await code_mode.execute("return (await api.one({})).owner.login")
        empty = await code_mode.execute("return { login: (await api.one({})).owner?.login ?? null }")
        fine = await code_mode.execute("return (await api.one({})).id")
    assert note in failed.text().splitlines()
    assert note in empty.text().splitlines()
    assert fine.text() == "1"
    assert noted(fine)


async def test_the_cause_is_among_what_a_model_is_told(lying, opened):
    """Several places of one kind are all told, and wrong types before all else."""
    lies = {"id": "7", "owner": {}, "state": SECRET, "tags": "x,y", "key": 1}
    lying.answers["/one"] = (200, "application/json", {**GOOD, **lies})
    lying.answers["/all"] = (200, "application/json", [{**GOOD, "key": 2}])
    told = [
        "$.id is a string, not an integer", "$.key is a number, not a string", "$.tags is a string, not an array",
        "$.owner.login is missing", "$.state is none of its 2 values",
    ]  # fmt: skip
    async with opened() as code_mode:
        code = "await api.all({}); const r = await api.one({}); return r.tags.map(tag => tag.n)"
        execution = await code_mode.execute(code)
    assert execution.error is not None
    first, second = (call.mismatches for call in execution.calls)
    assert first == ("$[*].key is a number, not a string",)
    assert sorted(second[:3]) == told[:3]
    assert second[3:] == tuple(told[3:])
    (note,) = [line for line in execution.text().splitlines() if line.startswith("note: the API answered")]
    assert "api.one: $.tags is a string, not an array" in note
    assert note.index("api.all") < note.index("$.owner.login")
    assert SECRET not in execution.text()


def test_a_wrong_type_behind_many_other_errors_is_found():
    schema = {
        "type": "object",
        "properties": {f"e{n:03}": {"enum": ["a"]} for n in range(100)} | {"z": {"type": "array"}},
    }
    value = {f"e{n:03}": "b" for n in range(100)} | {"z": "x"}
    found = differences(value, name="Wide", Wide=schema)
    assert found[0].text == "$.z is a string, not an array"
    assert len(found) == 40


@pytest.mark.parametrize(
    ("path", "call", "answer", "told"),
    [
        ("/one", "one", (200, "application/json", GOOD), []),
        ("/one", "one", (200, "application/vnd.x.v2+json", {**GOOD, "id": "1"}), ["$.id is a string, not an integer"]),
        ("/one", "one", (202, "application/json", {"x": 1}), ["$ is an object, not an array"]),
        ("/one", "one", (202, "application/json", [{}]), []),
        ("/one", "one.raw", (404, "application/json", {"x": 1}), []),
        ("/one", "one", (204, "application/json", b""), []),
        ("/one", "one", (200, "text/plain", b"hello"), []),
        ("/one", "one", (200, "application/octet-stream", b"\xff\x00"), []),
        ("/all", "all", (200, "application/json", [GOOD, {**GOOD, "owner": {}}]), ["$[*].owner.login is missing"]),
        ("/lines", "lines", (200, "application/x-ndjson", b'{"id": 1, "owner": {"login": "a"}}\n{"id": "1", "owner": {}}\n'), ["$[*].id is a string, not an integer", "$[*].owner.login is missing"]),
        ("/other", "other", (200, "application/json", {**GOOD, "key": None}), ["$.key is null, not a string"]),
        ("/nowhere", "request", (200, "application/json", {"x": 1}), []),
    ],
)  # fmt: skip
async def test_an_answer_is_held_against_its_own_promise(lying, opened, path, call, answer, told):  # noqa: PLR0917
    lying.answers[path] = answer
    code = f"api.{call}({{}})" if call != "request" else 'api.request({ method: "GET", path: "/nowhere" })'
    async with opened(allow="all") as code_mode:
        execution = await code_mode.execute(f"return await {code}")
    assert execution.error is None, execution.error
    assert noted(execution) == told


async def test_a_large_answer_is_looked_at_too(lying, opened):
    lying.answers["/all"] = (200, "application/json", [{**GOOD, "owner": None}] * 20_000)
    async with opened() as code_mode:
        execution = await code_mode.execute("return (await api.all({})).length")
    assert execution.value == 20_000, execution.error
    assert noted(execution) == ["$[*].owner is null, not an object"]


async def test_with_the_overlay_from_the_log_there_is_nothing_left_to_say(lying, opened, caplog):
    lying.answers["/one"] = (200, "application/json", {**GOOD, "owner": None, "id": "7", "tags": [{"z": 1}]})
    with caplog.at_level(logging.WARNING, "keyhole"):
        async with opened() as code_mode:
            await code_mode.execute("return await api.one({})")
    texts = [record.getMessage().partition("overlay='")[2].partition("' schema=")[0] for record in caplog.records]
    actions = [action for text in texts for action in json.loads(text)]
    overlay = {"overlay": "1.0.0", "info": {"title": "M", "version": "1"}, "actions": actions}
    async with opened(overlays=(overlay,)) as code_mode:
        execution = await code_mode.execute("return await api.one({})")
        described = await code_mode.execute('return await describe("one")')
    assert noted(execution) == []
    assert "null" in described.value
