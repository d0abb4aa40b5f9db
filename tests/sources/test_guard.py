"""What may be connected to, how much may be unpacked, what must not come back: the small parts that keep others safe."""

from __future__ import annotations

import base64
import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyhole.sources.openapi.answer import MalformedError, value_of
from keyhole.sources.openapi.guard import Guard, PrivateAddressError, is_public, origin_of, origin_text
from keyhole.sources.openapi.http import is_within
from keyhole.sources.openapi.inflate import EncodingError, Inflate, TooLargeError
from keyhole.sources.openapi.redact import Redactor


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "192.0.2.1", "2001:db8::1", "not an address",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "140.82.121.6", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_that_are(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost",
        "http://a.localhost:80",
        "http://0x7f.1",
        "http://2130706433",
        "http://127.1",
        "http://[::1]",
        "https://10.0.0.1",
    ],
)
def test_names_that_mean_a_private_address(url):
    origin = origin_of(url)
    with pytest.raises(PrivateAddressError):
        Guard(()).refuse_literal(origin)
    Guard([origin]).refuse_literal(origin)
    Guard((), allow_private=True).refuse_literal(origin)


def test_trust_is_of_host_and_port():
    guard = Guard([("http", "127.0.0.1", 8080)])
    with pytest.raises(PrivateAddressError):
        guard.refuse_literal(("http", "127.0.0.1", 8081))
    Guard(()).refuse_literal(("https", "api.example.com", 443))


def test_origins():
    assert origin_of("HTTPS://API.Example.com./x") == ("https", "api.example.com", 443)
    assert origin_text(("http", "::1", 8080)) == "http://[::1]:8080"
    for url in ("ftp://a", "//a", "a", "", "http://", "http://a:99999", "http://["):
        assert origin_of(url) is None


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("https://a.test/v1", True), ("https://a.test/v1/x?y", True), ("https://A.test:443/v1/x", True),
        ("https://a.test/v10", False), ("https://a.test/", False), ("http://a.test/v1/x", False),
        ("https://a.test:444/v1/x", False), ("https://a.test.evil.test/v1/x", False), ("https://a.test@evil.test/v1/x", False),
        ("https://a.test/v1/../x", False), ("https://a.test/v1/%2e%2e/x", False), ("https://a.test/v1/%2E./x", False),
        ("https://a.test/v1/..%5cx", False), ("", False),
    ],
)  # fmt: skip
def test_within_a_base(url, inside):
    assert is_within(url, "https://a.test/v1") is inside


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lambda data: zlib.compress(data)[2:-4]])
def test_unpacking_in_any_pieces(pack):
    plain = json.dumps(list(range(5000))).encode()
    packed = pack(plain)
    for size in (1, 7, 1000, len(packed)):
        inflate = Inflate("deflate" if pack is not gzip.compress else "gzip", len(plain))
        for start in range(0, len(packed), size):
            inflate.feed(packed[start : start + size])
        assert inflate.finish() == plain


def test_unpacking_several_members_and_bad_data():
    inflate = Inflate("gzip", 100)
    inflate.feed(gzip.compress(b"one ") + gzip.compress(b"two"))
    assert inflate.finish() == b"one two"
    with pytest.raises(EncodingError):
        Inflate("br", 100)
    broken = Inflate("gzip", 100)
    with pytest.raises(EncodingError):
        broken.feed(b"certainly not packed")
    short = Inflate("gzip", 1000)
    short.feed(gzip.compress(b"x" * 500)[:15])
    with pytest.raises(EncodingError, match="ends early"):
        short.finish()


def test_unpacking_stops_at_the_bound():
    bomb = gzip.compress(b"\0" * (64 << 20))
    with pytest.raises(TooLargeError):
        Inflate("gzip", 1000).feed(bomb)
    with pytest.raises(TooLargeError):
        Inflate("", 10).feed(b"x" * 11)
    Inflate("", 10).feed(b"x" * 10)


@given(st.binary(max_size=20), st.binary(max_size=20), st.text(st.characters(codec="utf-8"), min_size=8, max_size=40))
def test_a_secret_in_base64_is_found_wherever_it_starts(before, after, secret):
    packed = base64.b64encode(before + secret.encode() + after)
    cleaned = Redactor([secret]).clean(packed)
    # At most the characters that it shares with its neighbours are left.
    assert b"[redacted]" in cleaned
    assert len(cleaned.replace(b"[redacted]", b"")) <= len(packed) - (len(secret.encode()) * 4 // 3 - 4)


def test_the_forms_of_a_secret():
    redactor = Redactor(['pass"word/ü +1', "", "abc"])
    for form in (
        'pass"word/ü +1',
        "pass%22word%2F%C3%BC%20%2B1",
        "pass%22word%2F%C3%BC+%2B1",
        json.dumps('pass"word/ü +1'),
    ):
        assert "[redacted]" in redactor.clean_text(f"x{form}y"), form
        assert b"[redacted]" in redactor.clean(f"x{form}y".encode()), form
    assert redactor.clean(b"abc") == b"abc"
    assert Redactor([]).clean(b"abc") == b"abc"


def test_answers():
    assert value_of(b"", "application/json") is None
    assert value_of(b" ", "application/json") is None
    assert value_of(b"\xef\xbb\xbf[1]", "application/problem+json; charset=utf-8") == [1]
    assert value_of(b'{"a": NaN, "b": "\\ud83d", "c": "\\ud83d\\ude00"}', "application/json") == {
        "a": None,
        "b": "\ufffd",
        "c": "\U0001f600",
    }
    assert value_of(b'{"a": 1}', "") == {"a": 1}
    assert value_of(b"{not json", "") == "{not json"
    assert value_of(b"\xff\xfe\x00", "") == b"\xff\xfe\x00"
    assert value_of(b'{"a": 1}', "text/plain") == '{"a": 1}'
    assert value_of(b'{"a": 1}', "text/plain", expect_json=True) == {"a": 1}
    assert value_of(b"<a/>", "application/atom+xml") == "<a/>"
    assert value_of(b"x", "text/plain; charset=nonsense") == "x"
    for broken in (b"{", b"[" * 10_000, b"\xff"):
        with pytest.raises(MalformedError):
            value_of(broken, "application/json")
