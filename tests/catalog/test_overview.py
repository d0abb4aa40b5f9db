"""`catalog.overview` and `answer.search`: what several hits have in common is said once, and how to see the rest."""

from __future__ import annotations

import re
from time import process_time

import pytest

from keyhole.answer.search import NEAR, Search
from keyhole.catalog.catalog import Catalog
from keyhole.catalog.describe import describe
from keyhole.catalog.overview import declarations
from keyhole.catalog.repeats import named_once
from keyhole.sources.openapi.source import load
from keyhole.tokens import estimate

STRING = {"type": "string"}
ENTRY = {
    "type": "object",
    "required": ["name"],
    "properties": dict.fromkeys(("name", "kind", "text", "note"), STRING),
}


def api(*routes, security=None):
    """Give a catalog of (method, path, summary, operation's own fields)."""
    paths = {}
    for at, (method, path, summary, more) in enumerate(routes):
        said = {"operationId": f"op{at}", "summary": summary, "responses": {"204": {"description": ""}}, **more}
        paths.setdefault(path, {})[method] = said
    schemes = {name: {"type": "http", "scheme": "bearer"} for name in ("key", "admin")}
    document = {
        "openapi": "3.1.0", "info": {"title": "T"}, "paths": paths,
        "components": {"schemas": {"Entry": ENTRY}, "securitySchemes": schemes},
    }  # fmt: skip
    return Catalog(load({**document, **({"security": security} if security else {})}).operations())


BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Entry"}}},
    }
}


def test_a_type_that_several_take_is_named_once():
    records = api(("post", "/records", "Create", BODY), ("put", "/records/1", "Replace", BODY))
    text = declarations(records.operations)
    assert text.count("type Entry = { name: string; kind?: string; text?: string; note?: string };") == 1
    assert text.count("(args: { body: Entry })") == 2


def both_ways(entry):
    """Give operations that take and give `entry`, two of them."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    said = {
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": "", "content": content}},
    }
    document = {
        "openapi": "3.1.0", "info": {"title": "T"}, "components": {"schemas": {"Thing": entry}},
        "paths": {
            f"/{name}": {"post": {"operationId": name, "summary": name, **said}} for name in ("create", "replace")
        },
    }  # fmt: skip
    return Catalog(load(document).operations()).operations


SECRET = {"properties": {"id": {"writeOnly": True}}}


@pytest.mark.parametrize(
    "where",
    [
        {"id": {"readOnly": True}},
        {"in": SECRET},
        {"in": {"additionalProperties": SECRET}},
        {"in": {"prefixItems": [SECRET]}},
    ],
)
def test_what_is_sent_and_what_comes_back_are_two_types_where_they_differ(where):
    text = declarations(both_ways({**ENTRY, "properties": {**ENTRY["properties"], **where}}))
    assert text.count("body: ThingInput") == 2
    assert text.count("Promise<Thing>") == 2


def test_what_is_sent_and_what_comes_back_are_one_type_where_they_are_alike():
    text = declarations(both_ways(ENTRY))
    assert text.count("type ") == 1
    assert text.count("(args: { body: Thing }): Promise<Thing>") == 2


def test_what_is_repeated_word_for_word_gets_a_name():
    shape = "{ width: number; height: number; file: string; language: string | null; votes: number }"
    texts = [
        f"function a(): Promise<{{ posters: {shape}[] }}>;",
        f'function b(c: "{{"): Promise<{{ posters: {shape}[]; id: 1 }}>;',
    ]
    assert named_once(texts, {"Posters"}) == [
        f"type Posters2 = {shape};",
        "function a(): Promise<{ posters: Posters2[] }>;",
        'function b(c: "{"): Promise<{ posters: Posters2[]; id: 1 }>;',
    ]
    assert named_once(texts[:1], set()) == texts[:1]


def test_credentials_are_told_once_where_all_are_alike_and_each_where_not():
    alike = api(("get", "/a", "A", {}), ("get", "/b", "B", {}), security=[{"key": []}])
    assert declarations(alike.operations).splitlines()[1] == "// auth: key"
    differ = api(
        ("get", "/a", "A", {}),
        ("get", "/b", "B", {"security": [{"admin": []}]}),
        ("get", "/c", "C", {"security": []}),
        security=[{"key": []}],
    )
    heads = [line for line in declarations(differ.operations).splitlines() if line.startswith("// GET")]
    assert heads == [
        "// GET /a · read · auth key · A",
        "// GET /b · read · auth admin · B",
        "// GET /c · read · auth none · C",
    ]
    assert "auth" not in declarations(api(("get", "/a", "A", {})).operations)


def parameter(name, place="query", *, required=False, **schema):
    return {"name": name, "in": place, "required": required, "schema": {"type": "string", **schema}}


def test_what_every_operation_takes_is_told_once():
    version, key = parameter("x-version", "header"), parameter("key", required=True)
    routes = [("get", f"/{name}", name, {"parameters": [version, key, parameter(name)]}) for name in "abc"]
    text = declarations(api(*routes).operations)
    assert text.count("x-version") == 1
    assert '// each also takes { "x-version"?: string }' in text
    assert text.count("key: string") == 3, "what must be given is told of each"
    assert "each also takes" not in declarations(api(*routes[:2]).operations)


def test_what_else_a_write_does_is_told_of_what_was_asked_for():
    said = {"description": "Sets the schedule to inactive. Runs that it has made and that have not begun are deleted."}
    catalog = api(("post", "/deployments/1/pause", "Pause", said), ("post", "/pools/1/pause", "Pause pool", said))
    text = declarations(catalog.operations, best=(0,))
    assert "// POST /deployments/1/pause · write · Pause. Sets the schedule to inactive. Runs" in text
    assert "// POST /pools/1/pause · write · Pause pool\n" in text


def test_room_that_is_left_goes_to_what_the_arguments_asked_for_are():
    says = {
        "active": "Only those who can still sign in.",
        "q": "What to look for",
        "kind": "x" * 80 + " and so on and on",
    }
    query = [{**parameter(name), "description": text} for name, text in says.items()]
    catalog = api(("get", "/users", "List users", {"parameters": query}), ("get", "/x", "X", {"parameters": query}))
    text = declarations(catalog.operations, best=(0,))
    assert text.count("{ active?: string /*Only those who can still sign in*/; q?: string; kind?: string }") == 1
    assert "/*Only" not in declarations(catalog.operations, budget=70, best=(0,))


def test_parameters_that_turn_pages_are_left_to_items():
    listed = {
        "200": {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": ENTRY}}}}
    }
    paged = [parameter("page", type="integer"), parameter("per_page", type="integer"), parameter("q")]
    catalog = api(("get", "/entries", "List", {"parameters": paged, "responses": listed}))
    text = declarations(catalog.operations)
    assert ".items()" in text
    assert "(args?: { per_page?: number; q?: string })" in text
    assert "page?: number" in describe(catalog.operations[0]).replace("per_page", "")


def test_what_turns_pages_is_not_what_all_take():
    listed = {
        "200": {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": ENTRY}}}}
    }
    query = [parameter("page", type="integer"), parameter("per_page", type="integer")]
    catalog = api(*(("get", f"/{name}", name, {"parameters": query, "responses": listed}) for name in "abc"))
    assert "// each also takes { per_page?: number }" in declarations(catalog.operations)


def test_types_of_many_references_are_compared_once():
    fields = {f"f{at}": {"$ref": f"#/components/schemas/S{at}"} for at in range(40)}
    schemas = {f"S{at}": {"type": "object", "properties": fields} for at in range(40)}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}
    said = {"requestBody": {"content": content}, "responses": {"200": {"description": "", "content": content}}}
    paths = {f"/{name}": {"post": {"operationId": name, **said}} for name in ("a", "b")}
    document = {"openapi": "3.1.0", "info": {"title": "T"}, "components": {"schemas": schemas}, "paths": paths}
    began = process_time()
    assert "body?: S0" in declarations(load(document).operations())
    assert process_time() - began < 10, "without care it takes minutes"


def test_a_page_that_is_no_number_is_told():
    listed = {
        "200": {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": ENTRY}}}}
    }
    query = [{**parameter("page"), "description": "The URL of the page."}, parameter("offset", type="integer")]
    catalog = api(("get", "/visits", "List", {"parameters": query, "responses": listed}))
    assert "{ page?: string" in declarations(catalog.operations)


def test_a_body_s_names_are_those_that_are_sent():
    thing = {**ENTRY, "properties": {**ENTRY["properties"], "made": {"readOnly": True}, "key": {"writeOnly": True}}}
    text = declarations(both_ways({"type": "object", "properties": {"in": thing}}), budget=1)
    assert "made" not in text.partition("Promise")[0].rpartition("body")[2]
    assert (
        "made"
        not in describe(both_ways({"type": "object", "properties": {"in": thing}})[0], depth=1).partition("Promise")[0]
    )


def test_what_a_part_of_a_path_looks_like_is_told_where_it_stands_first():
    project = parameter("project", "path", required=True, pattern="^[A-Z]+$")
    routes = [("get", f"/projects/{{project}}/{name}", name, {"parameters": [project]}) for name in "abc"]
    text = declarations(api(*routes).operations)
    assert text.count("project: string") == 3
    assert text.count("/^[A-Z]+$/") == 1


def test_more_lines_get_more_room(shared):
    catalog = Catalog(load(shared / "specs" / "github.json").operations())
    sizes = [estimate(found(catalog, "\n".join(INTENTS[:count])).text()) for count in (1, 5)]
    assert sizes[0] <= 700 < sizes[1] <= 1_100


INTENTS = ("create an issue", "list labels", "merge a pull request", "list commits", "add a comment to an issue")


def found(catalog, query, limit=5):
    return Search.of(query, catalog.search(query, limit=limit + NEAR), limit=limit)


def test_what_is_near_is_named_where_the_first_hit_is_no_better():
    catalog = api(*(("get", f"/things/{at}", f"Show thing {at}", {}) for at in range(40)))
    answer = found(catalog, "show thing")
    text = answer.text()
    assert text.count("function ") == 5
    near = re.search(r"// near: (.*)", text)[1].split(", ")
    assert near == [operation.name for operation in catalog.find("show thing", limit=5 + len(near))[5:]]
    assert f"{40 - 5 - len(near)} more match: await find(query, {{limit: 40}})" in text


def test_nothing_is_near_a_hit_that_is_plain():
    catalog = api(
        ("post", "/invoices/void", "Void an invoice", {}),
        *(("get", f"/things/{at}", "Show an invoice", {}) for at in range(9)),
    )
    assert "near:" not in found(catalog, "void invoice").text()


@pytest.mark.parametrize("limit", [1, 5])
def test_the_rest_is_where_the_answer_says(limit):
    catalog = api(*(("get", f"/things/{at}", f"Show thing {at}", {}) for at in range(40)))
    text = found(catalog, "show thing", limit=limit).text()
    asked = int(re.search(r"limit: (\d+)", text)[1])
    assert len(catalog.find("show thing", limit=asked)) == 40


def test_several_lines_say_how_much_more_there_is(shared):
    catalog = Catalog(load(shared / "specs" / "github.json").operations())
    text = found(catalog, "create an issue\nlist labels").text()
    assert re.search(r"\d+ more match: await find\(query, \{limit: \d+\}\)", text)
    assert estimate(text) < 800  # 600, 80 for the second line, 100 for how to go on
