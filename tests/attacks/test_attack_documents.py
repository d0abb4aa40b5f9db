"""Documents that reach for files and networks, break out of the text they are put into, or take time without end."""

from __future__ import annotations

import json
import socket

import pytest
from attack_target import described, get, listening, reply, run

import keyhole
from keyhole.catalog.call import Call, Credentials
from keyhole.config import Config
from keyhole.errors import DocumentError, KeyholeError, Unreachable
from keyhole.sources.openapi import dynamic, load

PRIVATE = [
    "http://127.0.0.1:{port}", "http://localhost:{port}", "http://localhost.:{port}", "http://LOCALHOST:{port}",
    "http://2130706433:{port}", "http://0x7f000001:{port}", "http://0177.0.0.1:{port}", "http://127.1:{port}",
    "http://0:{port}", "http://[::1]:{port}", "http://[::ffff:127.0.0.1]:{port}", "http://[::ffff:7f00:1]:{port}",
    "http://[64:ff9b::7f00:1]:{port}", "http://169.254.169.254", "http://[fd00:ec2::254]", "http://10.0.0.1",
    "http://\uff4cocalhost:{port}", "http://\u2460\u2461\u2466.0.0.1:{port}", "http://rebound.test:{port}",
]  # fmt: skip


@pytest.fixture
def rebound(monkeypatch):
    """A name of somebody else's that means this machine."""
    real = socket.getaddrinfo

    def resolve(host, *rest, **more):
        return real("127.0.0.1" if host in ("rebound.test", b"rebound.test") else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.parametrize("server", PRIVATE)
async def test_what_only_the_document_names_is_not_private(target, rebound, server):
    source = load(described({"/x": get()}, servers=[{"url": server.format(port=target.url.rpartition(":")[2])}]))
    with pytest.raises(Unreachable):
        await source.send(Call(source.operations()[0], {}), Credentials())
    await source.aclose()
    assert target.seen == []


@pytest.mark.parametrize("server", PRIVATE)
async def test_nor_is_what_it_refers_to(target, tmp_path, rebound, server):
    port = target.url.rpartition(":")[2]
    schema = {"$ref": f"{server.format(port=port)}/x.json"}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(described({"/x": get(parameters=[{"name": "a", "in": "query", "schema": schema}])})))
    source = load(path, timeout_s=1)
    assert [notice for notice in source.notices if "left out" in notice.message]
    assert target.seen == []


async def test_a_redirected_document_does_not_make_its_place_trusted(target, elsewhere):
    """The host that a redirect names may be public now and mean this machine when it is called."""
    source = load(described({"/x": get()}), base_url=None)
    del source
    target.answer = lambda _: reply("", "302 Found", "text/plain", f"location: {elsewhere.url}/openapi.json")
    async with keyhole_over(f"{target.url}/openapi.json") as error:
        assert "private address" in error
    assert elsewhere.seen == []


class keyhole_over:  # noqa: N801
    def __init__(self, document: str) -> None:
        self.document = document

    async def __aenter__(self) -> str:
        try:
            async with keyhole.CodeMode([keyhole.OpenAPI(self.document)], config=Config()):
                return ""
        except KeyholeError as error:
            return str(error)

    async def __aexit__(self, *_: object) -> None:
        pass


FILES = [
    ".env", "./.env", "sub/../.env", "%2eenv", ".git/config", "key.pem", "notes.txt", "secret.json", "../outside.json",
    "link.json", "file:///etc/passwd", "/etc/passwd", "a\0.json", "a%00.json", "x" * 5000 + ".json", "sub", "C:\\x.json",
    "\\\\host\\share\\x.json", "~/x.json", "//evil.test/x.json", "gopher://127.0.0.1/x", "data:,x",
]  # fmt: skip


def test_a_document_reads_no_file_but_parts_of_documents(tmp_path):
    home = tmp_path / "home"
    (home / "sub").mkdir(parents=True)
    (home / ".git").mkdir()
    for name in (".env", ".git/config", "key.pem", "notes.txt", "../outside.json"):
        (home / name).write_text('{"a": "TOP-SECRET"}')
    (home / "secret.json").write_text('"TOP-SECRET"')
    (home / "link.json").symlink_to(tmp_path / "outside.json")
    for ref in FILES:
        parameters = [{"name": "a", "in": "query", "schema": {"$ref": ref}}]
        (home / "api.json").write_text(json.dumps(described({"/x": get(parameters=parameters)})))
        source = load(home / "api.json", timeout_s=1)
        assert "x-keyhole-files" not in source.document, ref
        assert "TOP-SECRET" not in json.dumps([str(notice) for notice in source.notices])


POINTERS = [
    "#/__proto__", "#/__proto__/polluted", "#/constructor/prototype", "#/constructor/constructor", "#/toString", "#", "#/",
    "#/%", "#/%00", "#/~", "#/components/schemas/Self", "#/components/schemas/constructor/constructor", "#/paths/__proto__",
    "#/components/schemas/length", "#/../..", "#/x-keyhole-files/a",
]  # fmt: skip
TEXT = "*/ } evil() /* ` ${process} \u2028 \u202e \x1b[31m \x9b2J \x07 \r\n// </script> ```"


def hostile(url: str) -> dict:
    schemas = {f"P{at}": {"$ref": pointer} for at, pointer in enumerate(POINTERS)}
    properties = {
        "__proto__": {"type": "integer", "description": TEXT},
        "constructor": {"enum": [TEXT, "a"]},
        TEXT: {"type": "string"},
    }
    body = {"type": "object", "properties": properties, "required": ["__proto__"], "description": TEXT}
    names = [
        "__proto__",
        "constructor",
        "toString",
        "then",
        "toJSON",
        "raw",
        "request",
        "get",
        "host",
        "hasOwnProperty",
        TEXT,
    ]
    paths = {
        f"/{at}/{TEXT.replace('{', '(') if at % 2 else ''}": {
            "post": {
                "operationId": name, "summary": TEXT, "description": TEXT, "tags": [TEXT, "__proto__"],
                "parameters": [{"name": name, "in": "query", "description": TEXT, "schema": {"type": "string", "default": TEXT}}],
                "requestBody": {"content": {"application/json": {"schema": body}}}, "responses": {"200": {"description": TEXT}},
            }
        }
        for at, name in enumerate(names)
    }  # fmt: skip
    schemas |= {
        "Self": {"$ref": "#/components/schemas/Self"},
        "__proto__": {"polluted": True, "toJSON": "x", "then": 1},
    }
    document = described(paths, components={"schemas": schemas}, servers=[{"url": url}], polluted=1)
    document["__proto__"] = {"polluted": "yes", "$ref": "#/__proto__"}
    document["info"]["title"] = TEXT
    return document


LOOK = """
const own = [{}, [], () => 1, ''].map(v => [v.polluted, Object.getOwnPropertyNames(Object.getPrototypeOf(v)).length]);
const kept = [typeof Object.prototype.toString, typeof spec.good.paths['/x'].get, Object.keys(spec), ({}).then, typeof evil.then];
return [own, kept, ops.filter(o => o.api === 'good').length, (await good.x()).ok, globalThis.__documents, globalThis.__apis];
"""


@pytest.mark.filterwarnings("ignore:open_binary is deprecated:DeprecationWarning")  # the tokenizer's own
async def test_a_document_changes_nothing_but_itself(target, cache):
    target.answer = lambda _: reply('{"ok": true}')
    good = keyhole.OpenAPI(described({"/x": get(operationId="x")}), name="good", base_url=target.url)
    seen = []
    for document in (hostile(target.url), described({"/y": get()})):
        evil = keyhole.OpenAPI(document, name="evil", base_url=target.url)
        async with keyhole.CodeMode([evil, good], config=Config(cache_dir=cache, allow="all")) as code_mode:
            seen.append(await run(code_mode, LOOK))
            for operation in code_mode.catalog.apis["evil"]:
                await run(
                    code_mode,
                    f"return evil.{operation.name}({{ body: JSON.parse('{{\"__proto__\": 1}}') }}).catch(e => e.code)",
                )
                for text in (
                    await run(code_mode, f"return describe('evil.{operation.name}')"),
                    (await code_mode.search(operation.name)).text(),
                ):
                    assert not set(text) & set("\x1b\x9b\x07\u2028\u202e")
                    assert "\n//" not in text.partition("function")[2].replace("\n// ", "")
    assert seen[0] == seen[1]


async def test_what_is_said_of_a_document_is_plain_text(target):
    source = load(hostile(target.url))
    bad = [f"openapi: '{TEXT!r}'", json.dumps({"openapi": TEXT}), json.dumps({TEXT: 1})]
    messages = []
    for text in bad:
        async with listening() as place:
            place.answer = lambda _, text=text: reply(text)
            async with keyhole_over(f"{place.url}/a") as message:
                messages.append(message)
    assert source.title
    assert not set("".join(messages)) & set("\x1b\x9b\x07\u2028\u202e")


def test_long_chains_of_references_are_walked_once():
    count = 30_000
    schemas = {f"A{at}": {"$ref": f"#/components/schemas/A{at + 1}"} for at in range(count)}
    assert load(described({"/x": get()}, components={"schemas": schemas})).notices[0].message.count("nowhere")


def ring(count: int) -> dict:
    """Resources that fill in one another's template, each a step further."""
    return {f"T{at}": {"$id": f"t{at}", "$dynamicAnchor": "n", "properties": {
        "a": {"$dynamicRef": "#n"}, "b": {"$ref": f"t{(at + 1) % count}"}}} for at in range(count)}  # fmt: skip


def pair(count: int) -> dict:
    """Two resources with the same many templates, each used once."""
    return {name: {
        "$id": name, "items": {"$ref": other},
        "$defs": {f"d{at}": {"$dynamicAnchor": f"n{at}", "items": {"$dynamicRef": f"#n{at}"}} for at in range(count)},
        "properties": {f"p{at}": {"$ref": f"#/$defs/d{at}"} for at in range(count)},
    } for name, other in (("o0", "o1"), ("o1", "o0"))}  # fmt: skip


@pytest.mark.parametrize("schemas", [ring, pair])
def test_the_work_for_templates_is_bounded(monkeypatch, schemas):
    steps = 0

    def counting(real, cost):
        def count(*given):
            nonlocal steps
            steps += cost(given)
            return real(*given)

        return count

    binder = dynamic._Binder
    monkeypatch.setattr(binder, "_look", counting(binder._look, lambda _: 1))
    monkeypatch.setattr(dynamic, "frozenset", counting(frozenset, lambda given: len(given[0])), raising=False)
    load(described({"/x": get()}, components={"schemas": schemas(2000)}))
    assert 2000 < steps < 250_000


async def test_a_document_that_trickles_or_never_ends_is_given_up(target):
    async def endless():
        yield b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n"
        import gzip

        while True:
            yield gzip.compress(b"") * 1000

    import anyio

    target.answer = lambda _: endless()
    with pytest.raises(DocumentError, match="larger than"):
        await anyio.to_thread.run_sync(lambda: load(f"{target.url}/a", timeout_s=30))


def sent(schema: dict, **schemas: dict) -> dict:
    body = {"content": {"application/json": {"schema": schema}}}
    return described({"/x": {"post": {"operationId": "x", "requestBody": body}}}, components={"schemas": schemas})


STEPS = 1000
DEEP = {f"A{at}": {"anyOf": [{"$ref": f"#/components/schemas/A{at + 1}"}, {"type": "integer"}]} for at in range(STEPS)}
LARGE = {"type": "object", "properties": {"a": {"type": "integer", "maximum": 10**400}}}


@pytest.mark.parametrize(
    ("document", "code"),
    [(sent(LARGE), "api.x({ body: { a: 1 } })"), (sent({"$ref": "#/components/schemas/A0"}, **DEEP), "describe('x')")],
    ids=["large", "deep"],
)
async def test_no_schema_ends_a_run(open_api, target, document, code):
    async with open_api(document, {"allow": "all"}) as code_mode:
        execution = await code_mode.execute(f"return await {code}")
    assert execution.error is None
