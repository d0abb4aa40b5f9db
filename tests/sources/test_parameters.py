"""Round trips: what was serialised, an independent decoder reads back."""

from __future__ import annotations

import math
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
