"""A value cut to a budget is valid JSON, within the budget, and says what is missing."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from keyhole import tokens
from keyhole.answer.shorten import MIN_TOKENS, prefix, shorten

pytestmark = pytest.mark.usefixtures("exact_counts")


def deep(levels: int, *, wide: bool = False) -> object:
    value: object = 1
    for _ in range(levels):
        value = {"a": value, "b": value} if wide and levels < 20 else [value]
    return value


def test_what_fits_is_left_as_it_is():
    value = {"a": [1, 2.5, None, True, "é\u2028"], "b": {}, "c": []}
    assert shorten(value, 1500).text == '{"a":[1,2.5,null,true,"é\\u2028"],"b":{},"c":[]}'
    assert shorten(value, 1500).left_out == ""


def test_long_arrays_and_strings_are_shortened_where_they_stand():
    value = {
        "zones": [{"id": index, "name": f"zone-{index}.example.com"} for index in range(500)],
        "note": "word " * 400,
        "count": 500,
    }
    short = shorten(value, 120)
    assert short.left_out == snapshot("494 array items, 1 long string")
    assert json.loads(short.text) == snapshot(
        {
            "zones": [
                {"id": 0, "name": "zone-0.example.com"},
                {"id": 1, "name": "zone-1.example.com"},
                {"id": 2, "name": "zone-2.example.com"},
                {"id": 3, "name": "zone-3.example.com"},
                {"id": 4, "name": "zone-4.example.com"},
                {"id": 5, "name": "zone-5.example.com"},
                "… 494 more items",
            ],
            "note": "word word word word word word word word word word word word word word word word word word word word word… (1,896 more characters)",
            "count": 500,
        }
    )


def test_objects_with_many_keys_keep_the_first_and_count_the_rest():
    short = shorten({f"key{index}": index for index in range(100_000)}, 60)
    value = json.loads(short.text)
    assert value["key0"] == 0
    assert value["…"].endswith(" more keys")
    assert short.left_out.endswith(" object keys")


def test_a_key_that_looks_like_our_mark_is_not_lost():
    value = json.loads(shorten({"…": 1, **{f"k{index}": "x" * 50 for index in range(1000)}}, 100).text)
    assert value["…"] == 1
    assert value["……"].endswith(" more keys")


def test_binary_is_told_by_its_size_unless_it_is_short():
    short = shorten({"a": b"\x00" * 5000, "b": b"hi"}, 1500)
    assert json.loads(short.text) == {"a": "[bytes: 5,000]", "b": {"$bytes": "aGk="}}
    assert short.left_out == "1 binary value"


@pytest.mark.parametrize("levels", [50, 101, 5000])
def test_nesting_has_an_end(levels):
    text = shorten(deep(levels), 1500).text
    assert json.loads(text)
    assert text.count("[") == min(levels, 101)


@pytest.mark.parametrize("max_tokens", [-1, 0, 1, 60, 200, 1500, 20_000])
def test_a_real_document_fits_any_budget(shared, max_tokens):
    document = json.loads((shared / "specs" / "slack.json").read_bytes())
    short = shorten(document, max_tokens)
    assert tokens.count(short.text) <= max(max_tokens, MIN_TOKENS)
    json.loads(short.text)
    assert short.left_out
    assert shorten(document, max_tokens) == short
    if max_tokens >= 1500:
        assert tokens.count(short.text) > max_tokens / 3


def test_numbers_that_json_does_not_have_do_no_harm():
    value = json.loads(shorten([float("nan"), float("inf"), 10**5000, object(), (1, 2)], 500).text)
    assert value == [None, None, "(a whole number of 16610 bits)", "(object)", [1, 2]]


HOSTILE_TEXT = (
    st.text()
    | st.text(alphabet='\ud800\udfff\x00\u2028\\"🤖a', max_size=300)
    | st.sampled_from(["x" * 5000, " " * 5000, "\x00" * 2000])
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | HOSTILE_TEXT | st.binary(max_size=400),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(HOSTILE_TEXT, inner, max_size=20),
    max_leaves=60,
)


@settings(max_examples=150, deadline=None)
@given(VALUES, st.integers(0, 300))
@example(["\ud800" * 4000], 50)
@example({"\u2028" * 300: {"a" * 300: 1}, "\u2028" * 301: 2}, 50)
def test_any_value_becomes_valid_json_within_its_budget(value, max_tokens):
    short = shorten(value, max_tokens)
    assert tokens.count(short.text) <= max(max_tokens, MIN_TOKENS)
    assert "\n" not in short.text
    short.text.encode()
    json.loads(short.text)


STEP = re.compile(r"\.([A-Za-z_$][\w$]*)(?!\()|\[(\d+|\"(?:[^\"\\]|\\.)*\")\]")


def whole(text):
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def follow(value, rest):
    """Read a path in JavaScript, up to its `.slice(N)`; give what is there, and N."""
    path, _, start = rest.rpartition(".slice(")
    at = 0
    while at < len(path):
        step = STEP.match(path, at)
        key = step[1] if step[1] is not None else json.loads(step[2])
        # To JavaScript two halves of a surrogate pair are one character; to Python they need not be.
        value = {whole(name): held for name, held in value.items()}[key] if isinstance(value, dict) else value[key]
        at = step.end()
    return value, int(start.removesuffix(")"))


@settings(max_examples=150, deadline=None)
@given(VALUES, st.integers(50, 200))
@example({"\ud800\udfff": "0" * 120}, 50)
@example({"a b": {"list": list(range(9000))}}, 60)
@example([{"text": "word " * 900}], 60)
def test_where_the_rest_is(value, max_tokens):
    short = shorten(value, max_tokens)
    assert short == shorten(value, max_tokens), "the same every time"
    if short.rest:
        whole, start = follow(value, short.rest)
        shown, _ = follow(json.loads(short.text), short.rest)
        assert 0 < start < len(whole)
        assert isinstance(shown, str if isinstance(whole, str) else list)
        assert shown[-1] != whole[-1]


def test_a_list_of_a_few_scalars_stays_whole():
    rows = [{"id": index, "labels": ["bug", "ui", "cache", "login", "slow", "old"]} for index in range(3000)]
    short = shorten(rows, 100)
    assert json.loads(short.text)[0] == rows[0]
    assert short.rest.startswith(".slice(")


@settings(max_examples=100, deadline=None)
@given(HOSTILE_TEXT, st.integers(1, 100))
def test_a_prefix_is_the_longest_beginning_that_fits(text, max_tokens):
    kept, missing = prefix(text, max_tokens)
    assert tokens.count(kept) <= max_tokens
    assert len(kept) + missing == len(text)
    kept.encode()
    assert missing == 0 or len(kept) <= len(text)
