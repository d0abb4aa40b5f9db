"""`gateway.validate` and `gateway.problems`: nothing wrong is sent, nothing right is refused, and all of it is said."""

from __future__ import annotations

import pytest
from tests.catalog.documents import ZONES

from keyhole.catalog.call import Call, Result
from keyhole.catalog.catalog import Catalog
from keyhole.catalog.declare import declaration
from keyhole.catalog.operation import Body, Effect, Operation, Parameter, Signature
from keyhole.catalog.schema import Schemas
from keyhole.errors import InvalidArguments
from keyhole.gateway.validate import Validate, checked
from keyhole.sources.openapi.source import load


@pytest.fixture(scope="module")
def zones():
    return Catalog(load(ZONES, name="zones").operations())


def refused(operation, arguments):
    with pytest.raises(InvalidArguments) as caught:
        checked(operation, arguments)
    assert caught.value.operation == operation.qualified
    assert operation.qualified in caught.value.hint
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "given", "sent"),
    [
        ("zones_list", {}, {}),
        ("zones_list", {"per_page": "5"}, {"per_page": 5}),
        ("zones_list", {"perPage": 5}, {"per_page": 5}),
        ("zones_list", {"per_page": 5.0}, {"per_page": 5}),
        ("zones_list", {"active": "true"}, {"active": True}),
        ("zones_list", {"tags": "a"}, {"tags": ["a"]}),
        ("zones_list", {"name": 5}, {"name": "5"}),
        ("zones_list", {"name": None, "order": "asc"}, {"order": "asc"}),
        ("zones_get", {"zone_id": 7}, {"zone_id": "7"}),
        ("zones_get", {"zoneId": "z"}, {"zone_id": "z"}),
        ("zones_create", {"name": "x"}, {"body": {"name": "x"}}),
        ("zones_create", {"name": "x", "body": {"paused": False}}, {"body": {"name": "x", "paused": False}}),
        ("zones_create", {"body": {"name": "x", "unknown": 1}}, {"body": {"name": "x", "unknown": 1}}),
        ("zones_create", {"body": '{"name": "x"}'}, {"body": {"name": "x"}}),
        (
            "records_create",
            {"zone_id": "z", "type": "A", "content": "c"},
            {"zone_id": "z", "body": {"type": "A", "content": "c"}},
        ),
        ("files_put", {"name": "a", "kind": "b", "body": b"\xff\x00"}, {"name": "a", "kind": "b", "body": b"\xff\x00"}),
    ],
)
def test_what_is_certain_is_mended(zones, name, given, sent):
    assert checked(zones.lookup(name), given) == sent


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("zones_get", {}, ["`zone_id` is missing (string)"]),
        ("zones_get", {"zone_id": None}, ["`zone_id` is null"]),
        ("zones_get", {"zone": "z"}, ["`zone_id` is missing (string): you gave `zone`, did you mean `zone_id`?"]),
        ("zones_get", {"zone_id": "z", "zzz": 1}, ["`zzz` is no argument; there are `zone_id`"]),
        ("zones_list", {"per_page": "many"}, ['per_page is "many", but must be integer']),
        ("zones_list", {"per_page": 500}, ["per_page is 500, but must be at most 100"]),
        ("zones_list", {"order": "ascc"}, ['order is "ascc", but must be one of "asc", "desc". Did you mean "asc"?']),
        ("zones_list", {"ordre": "asc"}, ["`ordre` is no argument: did you mean `order`?"]),
        ("zones_create", {}, ["`body` is missing, with fields such as `name`, `paused`"]),
        (
            "zones_create",
            {"body": {"nane": "x"}},
            ["body.name is missing (string): you gave `nane`, did you mean `name`?"],
        ),
        (
            "zones_create",
            {"body": {"name": "x", "plan": "gold"}},
            ['body.plan is "gold", but must be one of "free", "pro", "business"'],
        ),
        ("zones_create", {"body": {"name": "x", "parent": 5}}, ["body.parent is 5, but must be object"]),
        ("zones_create", {"body": [1]}, ["body is [1], but must be object"]),
        ("zones_create", {"name": "x", "body": {"name": "y"}}, ["`name` is given twice"]),
        (
            "zones_create",
            {"name": "x", "body": 5},
            ["`name` is a field of body, but body is 5", "body is 5, but must be object"],
        ),
        ("zones_create", {"body": {"name": b"\x00", "paused": b"\x00"}}, ["body.paused is bytes, but must be boolean"]),
        ("zones_create", {"body": {"name": float("nan")}}, ["body.name is NaN or infinite"]),
        ("records_create", {"zone_id": "z", "body": {"type": "B"}}, ['body.type is "B", but must be one of "A", "MX"']),
        (
            "records_create",
            {"zone_id": "z", "body": {"type": "A", "content": "c", "ttl": 5}},
            ["body.ttl is 5, but must be at least 60 (the closest of 2 forms)"],
        ),
        (
            "records_create",
            {"zone_id": "z", "body": {"type": "A", "content": "c", "tll": 60}},
            ["body.tll is not a field of body: did you mean `ttl`"],
        ),
        (
            "records_create",
            {"body": {"type": "A"}, "dry_run": "maybe"},
            ["`zone_id` is missing", 'dry_run is "maybe"', "body.content is missing"],
        ),
        ("files_put", {"name": "a", "kind": "b"}, ["`body` is missing"]),
        ("files_put", {"name": "a", "kind": "b", "body": 5}, ["body is 5, but must be string"]),
    ],
)
def test_every_problem_is_said_at_once(zones, name, given, said):
    message = refused(zones.lookup(name), given)
    for text in said:
        assert text in message
    assert message.count("\n- ") == (len(said) if len(said) > 1 else 0)


def test_one_mistake_is_one_line():
    operation = made(
        {
            "type": "object",
            "required": ["title"],
            "additionalProperties": False,
            "properties": {"title": {}, "state": {}},
        },
        parameters=[Parameter("per_page", "per_page", "query", False, {"type": "integer"})],
    )
    for given, fix in (
        ({"body": {"titel": 1}}, "did you mean `title`?"),
        ({"titel": 1}, "did you mean `body.title`?"),
        ({"titel": 1, "state": 2}, "did you mean `body.title`?"),
        ({"body": {"title": 1, "status": 2}}, "did you mean `state`?"),
        ({"title": 1, "limit": 5}, "did you mean `per_page`?"),
        ({"zzzz": 1}, "with fields such as `title`"),
    ):
        message = refused(operation, given)
        assert fix in message
        assert "\n" not in message
    with pytest.raises(InvalidArguments) as caught:
        checked(operation, {"titel": 1})
    assert "state" not in caught.value.hint  # what mends it has been said: no need of the whole signature


@pytest.mark.parametrize("dialect", ["3.0", "3.1"])
def test_a_file_of_a_form_is_bytes_a_text_or_an_object(dialect):
    field = {"type": "string", "format": "binary"} if dialect == "3.0" else {"contentMediaType": "image/png"}
    schema = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": field, "more": {"items": field, "type": "array"}},
    }
    body = Body(True, schema, "multipart/form-data")
    signature = Signature((), body, None, Schemas({}, dialect))
    operation = Operation("api", "send", "send", "POST", "/x", Effect.WRITE, load=lambda: signature)
    for file in (b"\x00", "text", {"content": b"\x00", "filename": "a.png"}, {"content": "t", "content_type": "a/b"}):
        given = {"body": {"file": file, "more": [file]}}
        assert checked(operation, given) == given
    assert "did you mean `filename`?" in refused(operation, {"body": {"file": {"name": "a", "content": "t"}}})
    assert "body.file is 5" in refused(operation, {"body": {"file": 5}})
    assert "Uint8Array | string | { content: Uint8Array | string; filename?: string" in declaration(operation)


def made(schema=None, *, parameters=(), required=True, root=None, content_type="application/json"):
    body = Body(required, schema, content_type) if schema is not None else None
    signature = Signature(tuple(parameters), body, None, Schemas(root or {}, "3.0"))
    return Operation("api", "make", "make", "POST", "/x", Effect.WRITE, load=lambda: signature)


def test_a_required_body_that_may_be_empty_is_sent_empty():
    assert checked(made({"type": "object", "properties": {"a": {}}}), {}) == {"body": {}}


def test_a_falsy_body_is_a_body():
    assert checked(made({"type": "integer"}), {"body": 0}) == {"body": 0}
    assert checked(made({"type": "string", "nullable": True}), {"body": None}) == {"body": None}


def test_a_parameter_wins_over_a_field_of_its_name():
    operation = made(
        {"type": "object", "properties": {"id": {}}}, parameters=[Parameter("id", "id", "query", False, {})]
    )
    assert checked(operation, {"id": 1, "body": {"id": 2}}) == {"id": 1, "body": {"id": 2}}


def test_an_ad_hoc_request_is_checked_for_its_shape_alone():
    signature = Signature((), None, None, Schemas({}))
    operation = Operation("api", "request", "GET /x", "GET", "/x", Effect.DESTRUCTIVE, load=lambda: signature)
    assert checked(operation, {"query": {"a": 1}, "headers": None, "body": None}) == {"query": {"a": 1}, "body": None}
    message = refused(operation, {"query": [1], "cookies": {}})
    assert "`query` is [1], but must be an object" in message
    assert "`cookies` is no argument of a request" in message


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "(a+)+$(?=x)"},
        {"type": "string", "pattern": "(?<=a)(b|b)*c\\1"},
        {"$ref": "#/definitions/self"},
        {"type": "string", "enum": [f"value{n}" for n in range(200_000)] + ["a" * 40 + "b"]},
        {"type": "string", "maxLength": 10**30},
        {"allOf": [{"$ref": "#/definitions/self"}] * 500},
        {"type": ["string"], "format": "regex", "contentEncoding": "base64"},
    ],
)
def test_a_pathological_schema_neither_hangs_nor_refuses(schema):
    root = {"definitions": {"self": {"anyOf": [{"$ref": "#/definitions/self"}, {"type": "string"}]}}}
    value = "a" * 40 + "b"
    try:
        assert checked(made(schema, root=root), {"body": value}) == {"body": value}
    except InvalidArguments as error:
        assert "must be a string that matches" in error.message  # noqa: PT017  (a pattern may say no, nothing else may)
        assert "pattern" in schema


def test_a_deep_or_wide_value_is_answered():
    deep: dict = {}
    for _ in range(5_000):
        deep = {"x": deep}
    assert "levels deep" in refused(made({"type": "object"}), {"body": deep})
    wide = refused(made({"type": "array", "items": {"type": "integer"}}), {"body": ["x"] * 1_000})
    assert len(wide) < 2_000
    assert "; so in 39+ more" in wide


def test_hostile_names_stay_on_their_line():
    evil = "x\n- `ok`\u2028*/" + "y" * 10_000
    message = refused(
        made({"type": "object", "properties": {evil: {"type": "integer"}}, "required": [evil]}),
        {"body": {evil: "s"}, evil + "2": 1},
    )
    assert "\u2028" not in message
    assert len(message) < 1_500
    assert message.count("\n") == message.count("\n- ")


async def test_the_step_passes_on_what_it_mended(zones):
    passed = []

    async def rest(call):
        passed.append(call)
        return Result(200, {}, None, "")

    await Validate()(Call(zones.lookup("zones_list"), {"perPage": "5"}), rest)
    assert dict(passed[0].arguments) == {"per_page": 5}
    with pytest.raises(InvalidArguments):
        await Validate()(Call(zones.lookup("zones_get"), {}), rest)
    assert len(passed) == 1


def test_the_examples_that_a_document_gives_are_not_refused(shared):
    source = load(shared / "specs" / "github.json")
    tried = bad = 0
    for operation in source.operations():
        item = source.document["paths"].get(operation.path, {}).get(operation.method.lower(), {})
        content = item.get("requestBody", {}).get("content", {}).get("application/json", {})
        for example in list(content.get("examples", {}).values())[:1]:
            value = source._schemas.resolve(example).get("value")
            if not isinstance(value, dict):
                continue
            tried += 1
            path = {one.name: "1" for one in operation.signature.parameters if one.required}
            try:
                checked(operation, {**path, "body": value})
            except InvalidArguments as error:
                bad += any(
                    line.startswith(("- body", "body")) for line in error.message.partition(": ")[2].splitlines()
                )
    assert tried > 200
    assert bad <= tried * 0.02, (bad, tried)


def typed(schema):
    document = {"openapi": "3.0.3", "info": {"title": "T"}, "paths": {"/x": {"post": {
        "operationId": "send", "requestBody": {"content": {"application/json": {"schema": {"properties": {"v": schema}}}}},
    }}}}  # fmt: skip
    return load(document, name="t", base_url="http://api.test").operations()[0]


@pytest.mark.parametrize(("format_", "good", "bad", "said"), [
    ("date-time", "2026-01-02T03:04:05+02:00", "yesterday", "a time such as 2026-01-31T12:00:00Z"), ("date", "2026-02-28", "2026-02-30", "a date such as"),
    ("uuid", "123e4567-e89b-42d3-a456-426614174000", "123", "a UUID such as"), ("email", "mía@exämple.com", "nobody", "an e-mail address"),
    ("uri", "https://exämple.com/{x}?a[]=1", "no url", "a URL such as"), ("ipv4", "192.0.2.1", "300.1.1.1", "an IPv4 address"), ("hostname", "*.a_b.example", "a/b", "a host name"),
    ("byte", "aGVs\nbG8_-w", "hello", "base64, as btoa(text)"), ("byte", "aGVsbG8=", "two words!", "bytes.toBase64()"), ("byte", "", "notes.txt", "base64"),
])  # fmt: skip
def test_formats_that_judges_not_our_own_check(format_, good, bad, said):
    operation = typed({"type": "string", "format": format_})
    assert checked(operation, {"body": {"v": good}}) == {"body": {"v": good}}
    assert said in refused(operation, {"body": {"v": bad}})
    # What a document itself is wrong about, it does not demand.
    assert checked(typed({"type": "string", "format": format_, "example": bad}), {"body": {"v": bad}})


def test_base64_is_what_servers_take():
    operation = typed({"type": "string", "format": "byte"})
    for good in ("aGVsbG8", "_-8=", "data:image/png;base64,aGVsbG8=", "\r\n" * (1 << 19)):
        assert checked(operation, {"body": {"v": good}})
    for bad in ("data:text/plain,hello", "a=b=", "aGVsbG8===", "=", "AAAA=", "\n" * (1 << 20) + "!"):
        assert "base64" in refused(operation, {"body": {"v": bad}})
    # contentEncoding only annotates (JSON Schema 2020-12, 8.3), and Discord's says base64 of a data URL.
    assert checked(typed({"type": "string", "contentEncoding": "base64"}), {"body": {"v": "no base64"}})


def test_a_fraction_may_be_a_step():
    operation = typed({"type": "number", "multipleOf": 0.01})
    assert all(checked(operation, {"body": {"v": value}}) for value in (0.07, 0.29, 4.35, 19.99, 3))
    assert "a multiple of 0.01" in refused(operation, {"body": {"v": 0.015}})


def test_what_tells_alternatives_apart_is_not_left_out():
    kinds = [{"properties": {"kind": {"enum": [name]}}} for name in "ab"]
    operation = typed({"oneOf": kinds, "discriminator": {"propertyName": "kind"}})
    assert "`body.v.kind`" in refused(operation, {"body": {"v": {}}}) or "body.v.kind is missing" in refused(
        operation, {"body": {"v": {}}}
    )
    assert checked(operation, {"body": {"v": {"kind": "a"}}})
    assert checked(
        typed({"oneOf": [*kinds, {"type": "object"}], "discriminator": {"propertyName": "kind"}}), {"body": {"v": {}}}
    )


@pytest.mark.parametrize("nullable", [False, True])
@pytest.mark.parametrize(("format_", "given", "sent"), [
    ("date-time", "2026-10-01", "2026-10-01T00:00:00Z"), ("date-time", "2026-10-01T08:30", "2026-10-01T08:30:00Z"),
    ("date-time", "2026-10-01 08:30:15.25", "2026-10-01T08:30:15.25Z"), ("date-time", "2026-10-01T08:30+02:00", "2026-10-01T08:30:00+02:00"),
    ("date", "2026-10-01T00:00:00.000Z", "2026-10-01"),
])  # fmt: skip
def test_times_get_the_form_that_their_format_wants(nullable, format_, given, sent):
    schema = {"type": "string", "format": format_}
    schema = {"anyOf": [schema, {"type": "integer"}]} if nullable else schema
    assert checked(typed(schema), {"body": {"v": given}}) == {"body": {"v": sent}}


@pytest.mark.parametrize("wrapped", [
    lambda ref: {"anyOf": [ref, {"type": "null"}]}, lambda ref: {"oneOf": [ref, {"type": "null"}]}, lambda ref: {"oneOf": [ref]},
    lambda ref: {"nullable": True, "allOf": [ref]}, lambda ref: {"anyOf": [{"anyOf": [ref, {"type": "null"}]}, {"type": "integer"}]},
])  # fmt: skip
def test_what_is_in_an_object_that_may_be_null_is_mended_too(wrapped):
    inner = {"type": "object", "properties": {
        "after": {"type": "string", "format": "date-time"}, "any": {"type": "array", "items": {"type": "string"}}, "n": {"type": "integer"},
    }}  # fmt: skip
    given, sent = {"after": "2026-10-01", "any": "x", "n": "5"}, {"after": "2026-10-01T00:00:00Z", "any": ["x"], "n": 5}
    assert checked(typed(wrapped(inner)), {"body": {"v": given}}) == {"body": {"v": sent}}


def test_what_may_be_meant_in_two_ways_is_left():
    either = {"anyOf": [{"type": "object", "properties": {"n": {"type": kind}}} for kind in ("integer", "boolean")]}
    assert "n" in refused(typed(either), {"body": {"v": {"n": "x"}}})


@pytest.mark.parametrize(("format_", "given"), [
    ("date-time", "2026-02-30"), ("date-time", "1 October 2026"), ("date-time", "2026-10-01T25:00"), ("date", "2026-10-01T12:00:00Z"), ("date", "2026-10"), ("uuid", "2026-10-01"),
])  # fmt: skip
def test_what_is_no_such_time_is_refused(format_, given):
    assert given in refused(typed({"type": "string", "format": format_}), {"body": {"v": given}})


@pytest.mark.parametrize(("said", "demanded"), [
    ("Seconds. MUST NOT be included when changetype is DELETE.", False), ("Must be empty if there is nothing to keep.", False),
    ("Must not be empty.", True), ("What must be sent.", True), ("It must not be set.", True),
])  # fmt: skip
def test_what_a_document_itself_forbids_in_some_case_is_not_demanded(said, demanded):
    schema = {"type": "object", "required": ["name", "ttl"], "properties": {
        "name": {"type": "string"}, "ttl": {"type": "integer", "description": said},
    }}  # fmt: skip
    operation = typed(schema)
    given = {"body": {"v": {"name": "a"}}}
    assert ("ttl: number" in declaration(operation)) is demanded
    if demanded:
        assert "body.v.ttl is missing" in refused(operation, given)
    else:
        assert checked(operation, given) == given
