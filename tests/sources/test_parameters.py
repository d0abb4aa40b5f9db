"""Round trips: what was serialised, an independent decoder reads back."""

from __future__ import annotations

import json
import math
import re
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyhole.sources.openapi.parameters import (
    SerialisationError,
    Wire,
    bracketed,
    cookie_parts,
    header_text,
    number_text,
    path_text,
    plain,
    query_parts,
)

text = st.text(st.characters(exclude_categories=["Cs"]))
filled = text.filter(bool)
scalar = st.one_of(text, st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))


def wire(place: str, style: str, *, explode: bool = False, **more: Any) -> Wire:
    return Wire("the name", place, style, explode, **more)


def spelled(value: Any) -> str:
    return (
        ("true" if value else "false")
        if isinstance(value, bool)
        else value
        if isinstance(value, str)
        else number_text(value)
    )


def decoded(parts: list[str]) -> list[tuple[str, str]]:
    return parse_qsl("&".join(parts), keep_blank_values=True, strict_parsing=bool(parts), max_num_fields=10_000)


@given(scalar)
def test_a_query_value_comes_back(value):
    for style in ("form", "spaceDelimited", "pipeDelimited", "deepObject"):
        assert decoded(query_parts(wire("query", style), value)) == [("the name", spelled(value))]


@given(text)
def test_a_reserved_value_comes_back_but_for_what_it_encoded_itself(value):
    if "%" not in value:
        assert decoded(query_parts(wire("query", "form", reserved=True), value)) == [("the name", value)]


@given(st.lists(scalar))
def test_an_exploded_list_comes_back(values):
    assert decoded(query_parts(wire("query", "form", explode=True), values)) == [
        ("the name", spelled(value)) for value in values
    ]


@given(
    st.lists(text, min_size=1), st.sampled_from([("form", ","), ("spaceDelimited", "%20"), ("pipeDelimited", "%7C")])
)
def test_a_joined_list_comes_back_from_its_encoded_parts(values, rule):
    style, delimiter = rule
    (part,) = query_parts(wire("query", style), values)
    name, _, joined = part.partition("=")
    assert unquote(name) == "the name"
    # Before it is decoded: a delimiter inside a value looks just like one between values in the two old styles.
    if style == "form":
        assert [unquote(one) for one in joined.split(delimiter)] == values


@given(st.dictionaries(filled, scalar))
def test_an_object_comes_back(value):
    expected = [(key, spelled(item)) for key, item in value.items()]
    assert decoded(query_parts(wire("query", "form", explode=True), value)) == expected
    deep = decoded(query_parts(wire("query", "deepObject", explode=True), value))
    assert deep == [(f"the name[{key}]", item) for key, item in expected]


@given(filled)
def test_a_path_value_stays_one_segment(value):
    for style in ("simple", "label", "matrix"):
        segment = path_text(wire("path", style), value)
        assert not set(segment) & set("/?#\\ \r\n")
        assert unquote(segment).endswith(value)


@given(text)
def test_a_header_is_one_line_or_refused(value):
    try:
        sent = header_text(wire("header", "simple"), value)
    except SerialisationError:
        return
    assert not set(sent) & set("\r\n\0")
    assert sent == value.strip(" \t")


@given(text)
def test_a_cookie_cannot_bring_another(value):
    (part,) = cookie_parts(wire("cookie", "form"), value)
    assert ";" not in part
    assert unquote(part.partition("=")[2]) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_has_no_exponent_and_the_same_value(value):
    shown = number_text(value)
    assert "e" not in shown.lower()
    assert float(shown) == value


def test_what_cannot_be_sent():
    for value in (math.nan, math.inf, b"bytes", [b"bytes"], "\ud83d"):
        with pytest.raises(SerialisationError):
            query_parts(wire("query", "form"), value)
    deep: Any = 1
    for _ in range(300):
        deep = {"a": deep}
    with pytest.raises(SerialisationError, match="nested"):
        bracketed("a", deep)
    with pytest.raises(SerialisationError, match="nested"):
        plain(deep)


def test_nothing_is_not_sent():
    for value in (None, [], {}, [None], {"a": None}):
        assert query_parts(wire("query", "form", explode=True), value) == []


def test_an_object_where_the_style_has_no_place_for_one_is_json():
    assert decoded(query_parts(wire("query", "form", explode=True), [{"a": 1.0}])) == [("the name", '{"a":1}')]


def test_the_cookie_style_of_3_2_encodes_nothing_and_lets_nothing_in():
    there = Wire("n", "cookie", "cookie", explode=True)
    assert cookie_parts(there, "a=b%20c/d") == ["n=a=b%20c/d"]
    assert cookie_parts(there, ["a", "b"]) == ["n=a", "n=b"]
    for value in ("a; other=1", "a\r\nX: y", 'a"', "a b", "ü", "\\"):
        with pytest.raises(SerialisationError, match="cookie"):
            cookie_parts(there, value)


# What a style cannot tell from its own delimiters, by the specification (4.8.12.4), is left out of the values.
member = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=". |"), min_size=1)
LEADS = {"simple": ("", ","), "label": (".", "."), "matrix": (";", ";")}


def undone(place: str, style: str, text: str, kind: str, *, explode: bool) -> Any:
    """Read a serialised value back by the table alone: split first, decode after."""
    lead, between = LEADS.get(style, ("", "&"))
    assert text.startswith(lead)
    pieces = text.removeprefix(lead).split(between if explode else "\0")
    if place == "query" or style == "matrix":
        named = [piece.partition("=") for piece in pieces]
        if explode and kind == "object":
            return {unquote(key): unquote(item) for key, _, item in named}
        assert {unquote(name) for name, _, _ in named} == {"the name"}
        pieces = [item for _, _, item in named]
    elif explode and kind == "object":
        return {unquote(key): unquote(item) for key, _, item in (piece.partition("=") for piece in pieces)}
    if not explode and kind != "primitive":
        pieces = pieces[0].split({"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(style, ","))
    items = [unquote(piece) for piece in pieces]
    if kind == "object":
        return dict(zip(items[::2], items[1::2], strict=True))
    return items if kind == "array" else items[0]


TABLE = [
    (place, style, explode, kind)
    for place, styles in (("path", LEADS), ("query", ("form", "spaceDelimited", "pipeDelimited")))
    for style in styles
    for explode in (False, True)
    for kind in ("primitive", "array", "object")
    if style not in ("spaceDelimited", "pipeDelimited") or (kind != "primitive" and not explode)
]


@pytest.mark.parametrize(("place", "style", "explode", "kind"), TABLE)
@given(data=st.data())
def test_every_row_of_the_table_is_read_back_by_the_table_alone(data, place, style, explode, kind):
    shapes = {"primitive": member, "array": st.lists(member, min_size=1),
              "object": st.dictionaries(member, member, min_size=1)}  # fmt: skip
    value = data.draw(shapes[kind])
    there = wire(place, style, explode=explode)
    try:
        text = path_text(there, value) if place == "path" else "&".join(query_parts(there, value))
    except SerialisationError:
        return
    assert undone(place, style, text, kind, explode=explode) == value


# What stands in a header or a cookie as it is: no delimiter of the style, nothing that would be trimmed.
bare = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=',=;%"\\'), min_size=1)
EXPLODE_AND_KIND = [(explode, kind) for explode in (False, True) for kind in ("primitive", "array", "object")]


def drawn(data: Any, text: Any, kind: str) -> Any:
    return data.draw({
        "primitive": text, "array": st.lists(text, min_size=1), "object": st.dictionaries(text, text, min_size=1),
    }[kind])  # fmt: skip


@pytest.mark.parametrize(("explode", "kind"), EXPLODE_AND_KIND)
@given(data=st.data())
def test_every_header_is_read_back_by_the_table_alone(data, explode, kind):
    value = drawn(data, bare, kind)
    sent = header_text(wire("header", "simple", explode=explode), value).split(",")
    if kind == "object":
        pairs = [one.split("=") for one in sent] if explode else zip(sent[::2], sent[1::2], strict=True)
        assert dict(pairs) == value
    else:
        assert (sent if kind == "array" else ",".join(sent)) == value


@pytest.mark.parametrize("style", ["form", "cookie"])
@pytest.mark.parametrize(("explode", "kind"), EXPLODE_AND_KIND)
@given(data=st.data())
def test_every_cookie_is_read_back_by_the_table_alone(data, style, explode, kind):
    text = bare if style == "cookie" else member.filter(lambda one: "," not in one)
    value = drawn(data, text, kind)
    there = Wire("the_name", "cookie", style, explode)
    decode = unquote if style == "form" else str
    # A cookie header as RFC 6265 has it: pairs, parted by "; ".
    pairs = [one.split("=", 1) for one in "; ".join(cookie_parts(there, value)).split("; ")]
    if explode and kind == "object":
        assert {decode(key): decode(item) for key, item in pairs} == value
        return
    assert {key for key, _ in pairs} == {"the_name"}
    items = (
        [decode(item) for _, item in pairs]
        if explode or kind == "primitive"
        else [*map(decode, pairs[0][1].split(","))]
    )
    if kind == "object":
        assert dict(zip(items[::2], items[1::2], strict=True)) == value
    else:
        assert (items if kind == "array" else items[0]) == value


key = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="[]"), min_size=1)
nested = st.recursive(filled, lambda inner: st.dictionaries(key, inner, min_size=1), max_leaves=8)


def unbracketed(parts: list[str]) -> Any:
    """Read `name[a][b]=c` back, as qs and PHP do."""
    root: dict[str, Any] = {}
    for path, item in decoded(parts):
        name, *steps = path.replace("]", "").split("[")
        assert name == "the name"
        here = root
        for step in steps[:-1]:
            here = here.setdefault(step, {})
        here[steps[-1]] = item
    return root


@given(st.dictionaries(key, nested, min_size=1))
def test_a_deep_object_is_read_back_however_deep(value):
    assert unbracketed(query_parts(wire("query", "deepObject", explode=True), value)) == value


json_value = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), text),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(text, inner)),
    max_leaves=8,
)


@given(json_value)
def test_a_content_parameter_is_its_json_in_every_place(value):
    media = {"media": "application/vnd.x+json"}
    assert json.loads(unquote(path_text(wire("path", "simple", **media), value))) == value
    for style in ("form", "cookie"):
        parts = cookie_parts(wire("cookie", style, **media), value)
        assert value is None or json.loads(unquote(parts[0].partition("=")[2])) == value
    if value is not None:
        ((name, sent),) = decoded(query_parts(wire("query", "form", **media), value))
        assert (name, json.loads(sent)) == ("the name", value)
        (whole,) = query_parts(wire("query", "querystring", media="application/json"), value)
        assert json.loads(unquote(whole)) == value
    try:
        assert json.loads(header_text(wire("header", "simple", **media), value)) == value
    except SerialisationError:
        assert re.search("[\\x7f]", json.dumps(value, ensure_ascii=False))


@given(st.dictionaries(filled, st.one_of(text, st.lists(text, min_size=1)), min_size=1))
def test_a_whole_query_of_3_2_is_read_back_as_a_form(value):
    sent = query_parts(wire("query", "querystring", media="application/x-www-form-urlencoded"), value)
    wanted = [(name, one) for name, item in value.items() for one in (item if isinstance(item, list) else [item])]
    assert decoded(sent) == wanted


RESERVED = ":/?#[]@!$&'()*+,;="


@given(st.text(RESERVED + "a%", min_size=1))
def test_reserved_characters_stay_where_they_are_allowed_and_nowhere_else(value):
    apart = wire("query", "form")
    assert not set(query_parts(apart, value)[0].partition("=")[2]) & set(RESERVED)
    assert not set(path_text(wire("path", "simple"), value)) & set(RESERVED)
    (sent,) = query_parts(wire("query", "form", reserved=True), value)
    # What would end the query, or part it, is encoded all the same (OpenAPI 3.1.1, 4.8.12.2); triplets pass through.
    assert unquote(sent.partition("=")[2]) == unquote(value)
    assert {one for one in sent.partition("=")[2] if one in RESERVED} == {
        one for one in value if one in ":/?@!$'()*,;="
    }


@pytest.mark.parametrize("style", ["spaceDelimited", "pipeDelimited"])
def test_delimiters_have_no_place_where_a_list_is_exploded(style):
    exploded = wire("query", style, explode=True)
    assert query_parts(exploded, ["a", "b"]) == query_parts(wire("query", "form", explode=True), ["a", "b"])
    assert query_parts(exploded, {"a": "b"}) == query_parts(wire("query", "form", explode=True), {"a": "b"})
