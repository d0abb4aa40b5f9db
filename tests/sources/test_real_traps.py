"""The traps of `test_traps` in real documents, whose numbers are counted a second way, without any of our code."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
import yaml

from keyhole.catalog.call import Call
from keyhole.sources.openapi import load

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@pytest.fixture(scope="module")
def real(shared):
    """Load a real document, and parse it a second time without any of our code."""

    def both(name):
        path = next(path for folder in ("openapi-corpus", "specs") if (path := shared / folder / name).exists())
        text = path.read_text()
        raw = json.loads(text) if name.endswith(".json") else yaml.load(text, Loader=yaml.CBaseLoader)
        return load(path), raw

    return both


def each(raw):
    for path, item in raw["paths"].items():
        for method in item:
            if method in METHODS:
                yield path, method, item, item[method]


def pointed(raw, node):
    while "$ref" in node:
        found = raw
        for part in node["$ref"][2:].split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


@pytest.mark.parametrize("name", ["discord.json", "amazonaws.com__glue__2017-03-31__openapi.yaml"])
def test_real_parameters_of_paths(real, name):
    source, raw = real(name)
    for operation, (path, method, item, own) in zip(source.operations(), each(raw), strict=True):
        assert (operation.path, operation.method) == (path, method.upper())
        listed = [pointed(raw, one) for one in [*item.get("parameters", []), *own.get("parameters", [])]]
        wanted = {(one["name"], one["in"]) for one in listed}
        security = own.get("security", raw.get("security", []))
        schemes = [raw["components"]["securitySchemes"][name] for option in security for name in option]
        wanted -= {(one.get("name"), one.get("in")) for one in schemes}
        wanted = {one for one in wanted if one != ("Authorization", "header")}
        got = {(one.wire, one.place) for one in operation.signature.parameters}
        assert got - {("Content-Type", "header")} == wanted - {("Content-Type", "header")}


@pytest.mark.parametrize("name", ["cenit.io__v1__swagger.yaml", "discord.json", "bbci.co.uk__1.0__openapi.yaml", "api2cart.com__1.1__swagger.yaml"])  # fmt: skip
def test_real_security(real, name):
    source, raw = real(name)
    wanted = [tuple(tuple(option) for option in own.get("security", raw.get("security", []))) for *_, own in each(raw)]
    assert [one.origin.security for one in source.operations()] == wanted
    kinds = Counter("and" if any(len(option) > 1 for option in one) else "none" if one == () else "optional" if () in one else "plain" for one in wanted)  # fmt: skip
    assert kinds.total() > kinds["plain"]


@pytest.mark.parametrize(
    "name",
    ["cloudflare.json", "channel4.com__1.0.0__swagger.yaml", "bitbucket.org__2.0__swagger.yaml", "clever-cloud.com__1.0.0__swagger.yaml"],
)  # fmt: skip
def test_real_operation_ids(real, name):
    source, raw = real(name)
    ids = [own.get("operationId") for *_, own in each(raw)]
    times = Counter(ids)
    operations = source.operations()
    for operation, own in zip(operations, ids, strict=True):
        unique = own and times[own] == 1
        assert operation.id == (own if unique else f"{operation.method} {operation.path}")
    assert len({one.name for one in operations}) == len(operations)
    assert all(re.fullmatch(r"[a-z_][a-z0-9_]{0,47}", one.name) for one in operations)


def test_real_servers(real):
    source, raw = real("amazonaws.com__glue__2017-03-31__openapi.yaml")
    assert raw["servers"][0]["variables"]["region"]["default"] == "us-east-1"
    assert source.base_url == "https://glue.us-east-1.amazonaws.com"
    source, raw = real("powerdns-auth.yaml")
    assert raw["servers"] == [{"url": "/api/v1"}]
    assert source.base_url == ""
    source, raw = real("adyen.com__MarketPayNotificationService__5__openapi.yaml")
    assert "servers" not in raw
    assert source.base_url == ""


@pytest.mark.parametrize("name", ["twilio_api_v2010.json", "channel4.com__1.0.0__swagger.yaml", "amazonaws.com__s3__2006-03-01__openapi.yaml"])  # fmt: skip
def test_real_parts_of_segments(real, name):
    source, raw = real(name)
    partial = 0
    for operation, (path, *_) in zip(source.operations(), each(raw), strict=True):
        assert operation.path == path
        wanted = set(re.findall(r"\{\+?([^}]+?)\*?\}", path))
        assert {one.wire for one in operation.signature.parameters if one.place == "path"} == wanted
        partial += bool(re.search(r"[^/]\{|\}[^/]", path))
    assert partial > 20


def test_real_paths_that_are_nearly_equal(real):
    for name in ("github.json", "amazonaws.com__lex-models__2017-04-19__openapi.yaml", "amazonaws.com__glue__2017-03-31__openapi.yaml"):  # fmt: skip
        source, raw = real(name)
        assert [(one.path, one.method.lower()) for one in source.operations()] == [found[:2] for found in each(raw)]
        assert len({one.name for one in source.operations()}) == len(source.operations())


def test_the_largest_circle_of_stripe(real):
    source, raw = real("stripe.yaml")
    schemas = raw["components"]["schemas"]

    def refs(node):
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"].rpartition("/")[2]
            for value in node.values():
                yield from refs(value)
        elif isinstance(node, list):
            for value in node:
                yield from refs(value)

    graph = {name: {ref for ref in refs(schema) if ref in schemas} for name, schema in schemas.items()}

    def reach(name):
        seen, queue = set(), [name]
        while queue:
            for following in graph[queue.pop()] - seen:
                seen.add(following)
                queue.append(following)
        return seen

    around = {name for name in reach("customer") if "customer" in reach(name)}
    assert len(around) >= 71
    resolver = source.operations()[0].signature.schemas
    for name in around:
        assert resolver.properties({"$ref": f"#/components/schemas/{name}"}).keys() == schemas[name].get("properties", {}).keys()  # fmt: skip
    assert not source.notices


@pytest.mark.parametrize(
    "name",
    ["stripe.yaml", "cloudflare.json", "kubernetes.json", "box.com__2.0__openapi.yaml", "configcat.com__v1__openapi.yaml",
     "slack.json", "daniweb.com__4__swagger.yaml", "callfire.com__V2__swagger.yaml", "clickmeter.com__v2__swagger.yaml"],
)  # fmt: skip
def test_real_bodies(real, name):
    source, raw = real(name)
    for operation, (_, _, item, own) in zip(source.operations(), each(raw), strict=True):
        found = operation.signature.body
        listed = [pointed(raw, one) for one in [*item.get("parameters", []), *own.get("parameters", [])]]
        types = pointed(raw, own.get("requestBody", {})).get("content", {})
        wanted = bool(types) or any(one["in"] in ("body", "formData") for one in listed)
        assert (found is not None) == wanted, operation.id
        if types:
            assert set(found.content_types) == set(types)
            schema = pointed(raw, types[found.content_type].get("schema", {}))
            if schema.get("type") == "array":
                assert operation.signature.schemas.resolve(found.schema)["type"] == "array"
        form = {one["name"] for one in listed if one["in"] == "formData"}
        assert form <= set(operation.signature.schemas.properties(found.schema) if found else ())


@pytest.mark.parametrize("name", ["brandlovers.com__1.0.0__swagger.yaml", "citrixonline.com__gotomeeting__1.0.0__swagger.yaml", "akeneo.com__1.0.0__swagger.yaml"])  # fmt: skip
def test_real_headers_that_are_not_parameters(real, name):
    source, raw = real(name)
    seen = 0
    for operation, (_, _, item, own) in zip(source.operations(), each(raw), strict=True):
        listed = [pointed(raw, one) for one in [*item.get("parameters", []), *own.get("parameters", [])]]
        special = {one["name"].lower() for one in listed if one["in"] == "header"} & {"authorization", "accept", "content-type"}  # fmt: skip
        seen += bool(special)
        got = {one.wire.lower(): one.required for one in operation.signature.parameters if one.place == "header"}
        assert "authorization" not in got
        assert not any(got[name] for name in special & got.keys())
    assert seen


def test_real_names_in_two_places(real):
    source, raw = real("kubernetes.json")
    twice = 0
    for operation, (_, _, item, own) in zip(source.operations(), each(raw), strict=True):
        listed = [pointed(raw, one) for one in [*item.get("parameters", []), *own.get("parameters", [])]]
        wanted = {(one["name"], one["in"]) for one in listed if one["in"] != "body"}
        got = {(one.wire, one.place) for one in operation.signature.parameters} - {("Content-Type", "header")}
        assert got == wanted
        twice += len({name for name, _ in wanted}) < len(wanted)
    assert twice == 21


@pytest.mark.parametrize("name", ["stripe.yaml", "azure.com__cognitiveservices-ComputerVision__1.0__swagger.yaml", "apacta.com__0.0.1__swagger.yaml"])  # fmt: skip
def test_real_styles(real, name):
    source, raw = real(name)
    seen = 0
    for operation, (_, _, item, own) in zip(source.operations(), each(raw), strict=True):
        for one in [pointed(raw, one) for one in [*item.get("parameters", []), *own.get("parameters", [])]]:
            kind = pointed(raw, one.get("schema", one)).get("type")
            if one.get("style") == "deepObject" and kind == "object":
                sent = source.preview(Call(operation, {**{p.name: "1" for p in operation.signature.parameters if p.required}, one["name"]: {"k": "v"}}))[1]  # fmt: skip
                assert f"{one['name']}%5Bk%5D=v" in sent
            elif one["in"] == "query" and kind == "array" and one.get("explode", one.get("collectionFormat", "csv")) in ("false", "csv"):  # fmt: skip
                required = {p.name: "1" for p in operation.signature.parameters if p.required}
                sent = source.preview(
                    Call(
                        operation,
                        {**required, one["name"]: ["k", "v"], **({"body": {}} if operation.signature.body else {})},
                    )
                )[1]
                assert f"{one['name']}=k,v" in sent
            else:
                continue
            seen += 1
    assert seen


def test_a_real_yaml_is_what_its_json_is(shared, tmp_path):
    raw = json.loads((shared / "specs" / "powerdns-served.json").read_text())
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False))
    assert load(tmp_path / "a.yaml").document == raw
