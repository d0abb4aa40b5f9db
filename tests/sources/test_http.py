"""Sending, against a real server that misbehaves."""

from __future__ import annotations

import base64
import json
import socket

import pytest

from keyhole.catalog.call import Call, Credentials
from keyhole.errors import CredentialError, InvalidArguments, Unreachable

SECRET = "s3cret/token+value=="
BEARER = Credentials(headers={"Authorization": f"Bearer {SECRET}"}, secrets=(SECRET,))


@pytest.fixture
def api(open_api, document, server):
    """One operation for each behaviour of the server, below /v1."""
    names = [
        "echo",
        "slow",
        "half",
        "hangup",
        "garbage",
        "html",
        "broken-json",
        "fail",
        "empty",
        "ndjson",
        "binary",
        "latin",
        "text-json",
        "gzip",
        "bomb",
        "brotli",
        "big",
        "here",
        "away",
        "up",
        "root",
        "loop",
        "post-here",
        "climb",
    ]
    operation = {"responses": {"200": {"description": "", "content": {"application/json": {"schema": {}}}}}}
    paths = {f"/{name}": {"get": operation, "post": operation, "head": operation} for name in names}
    return open_api(document(paths), base_url=f"{server.url}/v1", timeout_s=2.0, max_bytes=1 << 20)


async def test_credentials_are_added_and_do_not_come_back(api, server):
    packed = base64.b64encode(f"user:{SECRET}".encode()).decode()
    credentials = Credentials(
        headers={"Authorization": f"Basic {packed}"},
        query={"api_key": SECRET},
        cookies={"sid": SECRET},
        secrets=(SECRET,),
    )
    result = await api.call("GET /echo", credentials)
    sent = server.seen[-1]
    assert sent["headers"]["authorization"] == f"Basic {packed}"
    assert sent["headers"]["cookie"] == f"sid={SECRET}"
    assert sent["path"] == "/v1/echo?api_key=s3cret%2Ftoken%2Bvalue%3D%3D"
    assert sent["headers"]["user-agent"].startswith("keyhole")
    shown = json.dumps([result.body, dict(result.headers), result.url])
    assert "s3cret" not in shown
    assert packed not in shown
    assert base64.b64encode(SECRET.encode()).decode()[:12] not in shown
    assert "[redacted]" in result.body["headers"]["authorization"]
    assert result.body["headers"]["cookie"] == "sid=[redacted]"
    assert result.url == f"{server.url}/v1/echo"
    assert "set-cookie" not in result.headers


async def test_a_cookie_that_the_api_sets_is_not_sent_in_the_next_call(api, server):
    await api.call("GET /echo")
    await api.call("GET /echo")
    assert "cookie" not in server.seen[-1]["headers"]


async def test_what_an_answer_becomes(api):
    assert (await api.call("GET /empty")).body is None
    assert (await api.call("GET /ndjson")).body == [{"a": 1}, {"a": 2}]
    assert (await api.call("GET /binary")).body == b"\x00\x01\xff"
    assert (await api.call("GET /latin")).body == "é"
    assert (await api.call("GET /text-json")).body == {"a": 1}
    assert (await api.call("GET /gzip")).body == {"packed": True}
    assert (await api.call("GET /html")).body == "<html>Sign in</html>"
    assert (await api.call("HEAD /echo")).body is None
    failed = await api.call("GET /fail")
    assert (failed.status, failed.body, failed.headers["retry-after"]) == (500, {"message": "on fire"}, "7")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("half", "broke off"),
        ("hangup", "broke off"),
        ("garbage", "did not speak HTTP"),
        ("broken-json", "not JSON"),
        ("bomb", "more than 1 MB"),
        ("big", "more than 1 MB"),
        ("brotli", "content-encoding 'br'"),
    ],
)
async def test_a_bad_answer_is_unreachable_and_says_why(api, name, said):
    with pytest.raises(Unreachable, match=said) as caught:
        await api.call(f"POST /{name}", BEARER)
    assert caught.value.sent
    assert caught.value.operation.startswith("test.")
    assert SECRET not in str(caught.value)


async def test_malformed_json_shows_its_first_bytes(api):
    with pytest.raises(Unreachable, match="oops"):
        await api.call("GET /broken-json")


async def test_a_slow_api_is_given_up(open_api, document, server):
    api = open_api(document({"/slow": {"post": {}}}), base_url=server.url, timeout_s=0.3)
    with pytest.raises(Unreachable, match=r"did not answer in 0\.3 s") as caught:
        await api.call("POST /slow")
    assert caught.value.sent


async def test_an_api_that_is_down(open_api, document):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    api = open_api(document({"/x": {"get": {}}}), base_url=f"http://127.0.0.1:{port}")
    with pytest.raises(Unreachable, match="refused the connection") as caught:
        await api.call("GET /x", BEARER)
    assert not caught.value.sent
    assert "base-url" in caught.value.hint


async def test_a_name_that_does_not_exist(open_api, document):
    api = open_api(document({"/x": {"get": {}}}), base_url="http://no-such-host.invalid")
    with pytest.raises(Unreachable) as caught:
        await api.call("GET /x")
    assert "no-such-host.invalid" in caught.value.message
    assert not caught.value.sent


async def test_tls_where_there_is_none(open_api, document, server):
    api = open_api(document({"/x": {"get": {}}}), base_url=server.url.replace("http:", "https:"))
    with pytest.raises(Unreachable, match="does not speak TLS") as caught:
        await api.call("GET /x")
    assert "SSL_CERT_FILE" in caught.value.hint


async def test_redirects_within_the_base_are_followed(api, server):
    server.redirects["here"] = (302, "/v1/echo?a=1")
    result = await api.call("GET /here", BEARER)
    assert result.url == f"{server.url}/v1/echo?a=1"
    assert server.seen[-1]["headers"]["authorization"] == f"Bearer {SECRET}"
    server.redirects["here"] = (307, "echo")
    assert (await api.call("POST /here")).body["method"] == "POST"
    server.redirects["post-here"] = (303, "echo")
    assert (await api.call("POST /post-here")).status == 303


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost:{port}/v1/echo",
        "/admin",
        "/v1/../admin",
        "//evil.test/x",
        "file:///etc/passwd",
        "http://[",
        "/v1/%2e%2e/admin",
        "/v1/..%2fadmin",
    ],
)
async def test_redirects_out_of_the_base_are_not(api, server, location):
    server.redirects["away"] = (302, location.format(port=server.server_address[1]))
    with pytest.raises(Unreachable, match="redirects to") as caught:
        await api.call("GET /away", BEARER)
    assert SECRET not in str(caught.value)
    assert len(server.seen) == 1


async def test_a_redirect_that_repeats_the_credential_in_its_query(api, server):
    server.redirects["here"] = (302, f"echo?a=1&key={SECRET}")
    credentials = Credentials(query={"key": SECRET}, secrets=(SECRET,))
    result = await api.call("GET /here", credentials)
    assert server.seen[-1]["path"] == "/v1/echo?a=1&key=s3cret%2Ftoken%2Bvalue%3D%3D"
    assert result.url == f"{server.url}/v1/echo?a=1"


async def test_a_redirect_to_https_says_what_to_give(api, server):
    server.redirects["up"] = (301, "https://127.0.0.1/v1/echo")
    with pytest.raises(Unreachable) as caught:
        await api.call("GET /up")
    assert caught.value.hint == "give --base-url https://127.0.0.1/v1"


async def test_a_redirect_in_a_circle_ends(api, server):
    server.redirects["loop"] = (302, "/v1/loop")
    with pytest.raises(Unreachable, match="more than 5 times"):
        await api.call("GET /loop")
    assert len(server.seen) == 6


async def test_an_operation_on_another_host_gets_no_credentials(open_api, document, server):
    paths = {
        "/echo": {"get": {"operationId": "there", "servers": [{"url": server.url}]}, "post": {"operationId": "home"}}
    }
    api = open_api(document(paths, servers=[{"url": "https://api.example.com"}]), allow_private=True)
    with pytest.raises(CredentialError, match="not sent there"):
        await api.call("there", BEARER)
    assert not server.seen
    assert (await api.call("there")).status == 200


async def test_what_a_credential_sets_a_program_may_not(api, server):
    ad_hoc = api.source.ad_hoc("get", "/echo")
    credentials = Credentials(headers={"X-Key": "k3y-value"}, query={"token": "t0ken-value"})
    for arguments in ({"headers": {"x-key": "mine"}}, {"query": {"token": "mine"}}, {"query": {"a": 1, "token": "x"}}):
        with pytest.raises(InvalidArguments, match="set by the API's credential"):
            await api.source.send(Call(ad_hoc, arguments), credentials)
    assert not server.seen


@pytest.mark.parametrize(
    "name",
    ["Authorization", "Cookie", "Host", "Content-Length", "Transfer-Encoding", "Connection", "X-HTTP-Method-Override"],
)
async def test_headers_that_no_program_sets(api, server, name):
    with pytest.raises(InvalidArguments, match="not a program's to set"):
        await api.source.send(Call(api.source.ad_hoc("GET", "/echo"), {"headers": {name: "x"}}), Credentials())
    assert not server.seen


@pytest.mark.parametrize(
    "path",
    [
        "http://evil.test/",
        "//evil.test/x",
        "/../admin",
        "/a/%2e%2e/b",
        "/a/..%2fb",
        "/a\\..\\b",
        "echo",
        "/%252e%252e/x",
    ],
)
async def test_an_ad_hoc_path_cannot_leave_the_base(api, path):
    with pytest.raises(InvalidArguments):
        api.source.ad_hoc("GET", path)


async def test_an_ad_hoc_request(api, server):
    operation = api.source.ad_hoc("patch", "/echo?a=1#part")
    assert (operation.effect, operation.method, operation.name) == ("destructive", "PATCH", "request")
    arguments = {"query": {"b": [1, 2], "c": {"d": "é"}}, "headers": {"X-A": 1}, "body": {"n": 1.0, "z": None}}
    result = await api.source.send(Call(operation, arguments), BEARER)
    assert result.url == f"{server.url}/v1/echo?a=1&b=1&b=2&c%5Bd%5D=%C3%A9"
    assert server.seen[-1]["body"] == b'{"n":1,"z":null}'
    assert server.seen[-1]["headers"]["x-a"] == "1"
    whole = api.source.ad_hoc("GET", f"{server.url}/v1/echo")
    assert api.source.preview(Call(whole, {})) == ("GET", f"{server.url}/v1/echo")


async def test_a_private_server_that_only_the_document_names_is_refused(open_api, document, server):
    api = open_api(document({"/echo": {"get": {}}}, servers=[{"url": server.url}]))
    with pytest.raises(Unreachable, match="private address") as caught:
        await api.call("GET /echo")
    assert caught.value.hint.endswith(f"--base-url {server.url}")
    assert not caught.value.sent
    named = open_api(document({"/echo": {"get": {}}}, servers=[{"url": server.url.replace("127.0.0.1", "localhost")}]))
    with pytest.raises(Unreachable, match="private address"):
        await named.call("GET /echo")
    assert not server.seen


async def test_a_name_that_resolves_to_loopback_is_refused_at_the_connection(open_api, document, server, monkeypatch):
    def rebound(host, port, *args, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    port = server.server_address[1]
    api = open_api(document({"/echo": {"get": {}}}, servers=[{"url": f"http://api.example.com:{port}"}]))
    with pytest.raises(Unreachable, match="private address"):
        await api.call("GET /echo")
    assert not server.seen


async def test_a_file_without_a_server_says_what_to_give(open_api, document):
    for servers in ([], [{"url": "/v1"}], [{"url": "https://{host}/"}]):
        api = open_api(document({"/x": {"get": {}}}, servers=servers))
        with pytest.raises(Unreachable, match="does not say where") as caught:
            await api.call("GET /x")
        assert "--base-url" in caught.value.hint
        assert not caught.value.sent


async def test_a_proxy_of_the_environment_is_used(open_api, document, server, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    server.files["http://api.example.com/x"] = ("application/json", b'{"by": "proxy"}')
    api = open_api(document({"/x": {"get": {}}}, servers=[{"url": "http://api.example.com"}]))
    await api.call("GET /x")
    assert server.seen[-1]["path"] == "http://api.example.com/x"
