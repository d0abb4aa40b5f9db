"""Serialisation against vectors that others wrote: the specification's own tables, swagger-js's, and RFC 6570's."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from keyhole.catalog.call import Call
from keyhole.sources.openapi import load
from keyhole.sources.openapi.parameters import SerialisationError, Wire, cookie_parts, path_text, query_parts

if TYPE_CHECKING:
    from pathlib import Path


def test_the_style_tables_of_every_version_of_the_specification(shared: Path):
    given = json.loads((shared / "param-vectors" / "oas_style_examples.json").read_text())
    checked = 0
    for version, rows in given["tables"].items():
        for row in rows:
            for kind, value in given["values"].items():
                expected = row[kind].removeprefix("?")
                if expected == "_n/a_":
                    continue
                explode = row["explode"] != "false"
                got = spelled(row["style"], given["parameter"], value, explode=explode)
                assert got == expected, (version, row, kind)
                checked += 1
    assert checked > 90


def spelled(style: str, name: str, value: Any, *, explode: bool) -> str:
    if style in ("matrix", "label", "simple"):
        return path_text(Wire(name, "path", style, explode), value)
    if style == "cookie":
        return "; ".join(cookie_parts(Wire(name, "cookie", style, explode), value))
    return "&".join(query_parts(Wire(name, "query", style, explode), value))


def differs(vector: dict[str, Any]) -> str:
    """Why swagger-js and Keyhole differ on a vector, on purpose; empty where they must not."""
    arguments = vector["input"].get("parameters", {})
    if any(isinstance(value, str) and value.startswith(("[", "{")) for value in arguments.values()):
        return "Swagger UI types lists and objects as JSON text; a program passes the list or object itself"
    if "label/no-explode" in vector["name"] and "primitive" not in vector["name"]:
        return "OpenAPI 3.0.4 and later join a label's members by commas; swagger-js keeps the dots of 3.0.0"
    if vector["file"] == "cookie" and "primitive" not in vector["name"]:
        return "OpenAPI's form style and its table; swagger-js encodes the whole and takes explode=false as the default"
    return ""


def test_the_vectors_of_swagger_js(shared: Path):
    vectors = json.loads((shared / "param-vectors" / "swagger_js_style_explode.json").read_text())["vectors"]
    checked = 0
    for vector in vectors:
        if differs(vector):
            continue
        given, expected = vector["input"], vector["expected"]
        source = load(given["spec"], base_url="http://api.test")
        operation = next(one for one in source.operations() if one.id == given["operationId"])
        arguments = {
            name.rpartition(".")[2] if name.startswith(("query.", "path.")) else name: value
            for name, value in given.get("parameters", {}).items()
        }
        made = source._outgoing(Call(operation, arguments))
        # Decoded: of the reserved characters, what would break a query apart (#, &, +) is encoded here, and "|".
        assert unquote(made.url) == unquote("http://api.test" + expected["url"]), vector["name"]
        headers = {**made.headers, **({"cookie": "; ".join(made.cookies)} if made.cookies else {})}
        for name, value in expected.get("headers", {}).items():
            # Leading white space cannot be sent in a header (RFC 9110 section 5.5).
            assert headers[name.lower()] == value.strip(), vector["name"]
        checked += 1
    assert checked >= 60


EXPRESSION = re.compile(r"\{([+.;?&]?)([A-Za-z_]+)(\*?)\}")
STYLES = {"": "simple", "+": "simple", ".": "label", ";": "matrix", "?": "form", "&": "form"}


@pytest.mark.parametrize("file", ["spec-examples.json", "spec-examples-by-section.json"])
def test_the_rfc_6570_suite_where_openapi_has_the_expression(shared: Path, file: str):
    sections = json.loads((shared / "param-vectors" / "uritemplate" / file).read_text())
    checked = 0
    for section in sections.values():
        for template, expected in section["testcases"]:
            found = EXPRESSION.fullmatch(template)
            value = section["variables"].get(found[2]) if found else None
            if found is None or value is None or value in ("", [], {}):
                continue
            operator, name, explode = found[1], found[2], bool(found[3])
            wire = Wire(name, "path", STYLES[operator], explode, reserved=operator == "+")
            got = operator + "&".join(query_parts(wire, value)) if operator in ("?", "&") else path_text(wire, value)
            # The members of an object may come in any order.
            assert got in (expected if isinstance(expected, list) else [expected]), template
            checked += 1
    assert checked > 15


def test_what_would_make_an_empty_segment_is_refused():
    for value in ("", [], {}, [None]):
        with pytest.raises(SerialisationError, match="empty"):
            path_text(Wire("id", "path", "simple", explode=False), value)
