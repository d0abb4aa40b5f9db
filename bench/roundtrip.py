"""A round trip against schemathesis: `python bench/roundtrip.py [--cases N] [demo] [powerdns]`.

What schemathesis draws is given to Keyhole as arguments: the request has to be the one that schemathesis itself sends,
and a second, equal server has to answer it the same. What the server answered Keyhole is judged by schemathesis. What
schemathesis draws to be wrong, Keyhole must not send, unless it has become right (openapi-core decides).
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import inspect
import json
import logging
import re
import sys
import warnings
from collections import Counter
from contextlib import ExitStack, contextmanager
from email.parser import BytesParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx2
import structlog
from peer import HOME, SCHEMATHESIS, SCRIPTS, environment, run_peer, swagger2openapi
from report import Table, machine

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "judges"), str(ROOT / "tests" / "integration"), str(ROOT)]

from core_judge import CoreJudge
from judge_cases import Case
from judge_documents import as_openapi_3, for_judges
from judge_prism import message
from judge_wire import Names

from keyhole.catalog.call import Call
from keyhole.config import Config, OpenAPI, Secrets
from keyhole.demo import running
from keyhole.edition import Edition
from keyhole.errors import KeyholeError
from keyhole.gateway.audit import Audit
from keyhole.gateway.decision import Budget

if TYPE_CHECKING:
    from collections.abc import Iterator

OUT = HOME / "roundtrip"
TOKEN = "a-token-of-the-round-trip"
_TIME = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?|\b1[67]\d{8}\b|20\d{8}")


@contextmanager
def demo() -> Iterator[tuple[str, dict[str, str]]]:
    with running(TOKEN) as url:
        yield url, {"Authorization": f"Bearer {TOKEN}"}


@contextmanager
def powerdns() -> Iterator[tuple[str, dict[str, str]]]:
    import test_powerdns as pdns  # its fixture starts the real server

    class Folders:
        def mktemp(self, name: str) -> Path:
            import tempfile

            return Path(tempfile.mkdtemp(prefix=name))

    made = inspect.unwrap(pdns.powerdns)(Folders())
    server = next(made)
    try:
        key = {"X-API-Key": pdns.KEY}
        zone = {"name": _KNOWN["zone_id"], "kind": "Native", "nameservers": ["ns1.example.org."]}
        httpx2.post(f"{server.url}/api/v1/servers/localhost/zones", json=zone, headers=key).raise_for_status()
        yield server.url, key
    finally:
        next(made, None)


_KNOWN = {"server_id": "localhost", "zone_id": "example.org."}
"""What PowerDNS has: with names drawn by chance every answer would be 404."""

TARGETS = {"demo": (demo, "/openapi.json"), "powerdns": (powerdns, "/api/docs")}


class Recorder:
    """Stands before a server, passes everything on and keeps both sides' bytes."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self.seen: list[tuple[bytes, bytes]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head, body = await message(reader, has_body=True)
                self.seen.append((head + body, await exchange(self._target.port or 80, head + body)))
                writer.write(self.seen[-1][1])
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()


async def exchange(port: int, raw: bytes) -> bytes:
    """Send the bytes of one request to a server on loopback and give those of its answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    writer.write(raw)
    await writer.drain()
    try:
        head, body = await asyncio.wait_for(message(reader, has_body=not raw.startswith(b"HEAD ")), 30)
    finally:
        writer.close()
    head = re.sub(rb"(?im)^(transfer-encoding|content-length):.*\r\n", b"", head)
    return head[:-2] + b"Content-Length: %d\r\n\r\n" % len(body) + body


def bytes_of(told: dict[str, Any], headers: dict[str, str]) -> bytes:
    """Give a request of schemathesis' as it goes over the wire, with the credentials that Keyhole adds."""
    url = urlsplit(told["url"])
    body = base64.b64decode(told["body"])
    kept = {name: value for name, value in told["headers"].items() if name.lower() not in ("content-length", "host")}
    lines = [
        f"{told['method']} {url.path or '/'}{'?' + url.query if url.query else ''} HTTP/1.1",
        f"Host: {url.netloc}",
    ]
    lines += [
        f"{name}: {value}"
        for name, value in {**kept, **headers, **({"Content-Length": str(len(body))} if body else {})}.items()
    ]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


def meaning(raw: bytes, declared: set[str]) -> dict[str, Any]:
    """Give what a request says: decoded path and query, the headers that the document has, the body as its type reads."""  # noqa: E501
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    method, target, _ = line.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in fields)}
    path, _, query = target.partition("?")
    kind = headers.get("content-type", "").partition(";")[0] if body else ""
    return {
        "method": method, "path": [unquote(part) for part in path.split("/")], "query": sorted(parse_qsl(query, keep_blank_values=True)),  # noqa: E501
        "headers": {name: value for name, value in headers.items() if name in declared}, "type": kind, "body": _read(kind, headers, body),  # noqa: E501
    }  # fmt: skip


def _read(kind: str, headers: dict[str, str], body: bytes) -> Any:
    if kind.endswith("json"):
        return json.loads(body)
    if kind.startswith("multipart"):
        parts = BytesParser().parsebytes(f"Content-Type: {headers['content-type']}\r\n\r\n".encode() + body)
        return sorted(
            (str(one.get_param("name", header="content-disposition")), one.get_payload(decode=True))
            for one in parts.get_payload()
        )
    return sorted(parse_qsl(body.decode(), keep_blank_values=True)) if "urlencoded" in kind else body


def revived(value: Any) -> Any:
    if isinstance(value, dict):
        return (
            base64.b64decode(value["$bytes"])
            if set(value) == {"$bytes"}
            else {key: revived(item) for key, item in value.items()}
        )
    return [revived(item) for item in value] if isinstance(value, list) else value


def drawn(document: Path, base: str, mode: str, count: int) -> list[dict[str, Any]]:
    python = environment("schemathesis", SCHEMATHESIS)
    return [
        json.loads(line)
        for line in run_peer(
            python, SCRIPTS / "schemathesis_cases.py", "draw", document, base, mode, str(count)
        ).splitlines()
    ]


def case_of(told: dict[str, Any]) -> Case:
    # A path's values are percent-encoded already when schemathesis has drawn them.
    parameters = [
        (place, name, unquote(value) if place == "path" and isinstance(value, str) else revived(value))
        for place, name, value in told["parameters"]
    ]
    return Case(told["operation"], "", parameters, told["media"] if told["has_body"] else "", revived(told.get("body")))


async def trip(name: str, count: int) -> list[tuple[str, Counter[str], list[str]]]:
    """Go both ways on one API; give the counts of each way, and examples of what differed."""
    start, place = TARGETS[name]
    OUT.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        ours, headers = stack.enter_context(start())
        theirs, their_headers = stack.enter_context(start())
        raw = OUT / f"{name}.json"
        answer = httpx2.get(ours + place, headers={**headers, "Accept": "application/json"}).raise_for_status()
        raw.write_bytes(answer.content)
        document = as_openapi_3(raw, swagger2openapi(), OUT / f"{name}.3.json")
        new = OUT / f"{name}.new.json"
        new.write_text(json.dumps(_for_drawing(document)), "utf-8")
        loose = OUT / f"{name}.loose.json"
        loose.write_text(json.dumps(_for_drawing(document, {})), "utf-8")
        recorder = Recorder(ours)
        server = await asyncio.start_server(recorder.serve, "127.0.0.1", 0, limit=1 << 22)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        base = url + (urlsplit((document.get("servers") or [{"url": ""}])[0]["url"]).path.rstrip("/"))
        api = OpenAPI(document=raw, name="api", base_url=base, headers=headers)
        config = Config(apis=(api,), allow="all", cache_dir=HOME / "cache", tsc="off")
        edition = await Edition.open(config, Secrets())
        try:
            there = await _there(
                edition, recorder, drawn(new, base, "positive", count), urlsplit(theirs).port or 80, their_headers
            )
            back = _back(new, there[2])
            wrong = await _wrong(
                edition, recorder, drawn(loose, base, "negative", count), CoreJudge(for_judges(document, url))
            )
        finally:
            await edition.aclose()
            server.close()
    return [
        (f"{name}: valid, as schemathesis sends it", there[0], there[1]),
        (f"{name}: the answers to Keyhole, judged by schemathesis", *back),
        (f"{name}: invalid", *wrong),
    ]


def _for_drawing(document: dict[str, Any], known: dict[str, str] = _KNOWN) -> dict[str, Any]:
    """Credentials are no arguments: both sides get the same from here, and the same names of what is there."""
    made = json.loads(json.dumps(document))
    made.pop("security", None)
    for parameter in (
        one
        for item in made["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
        for one in operation.get("parameters", ())
    ):
        if parameter.get("name") in known:
            parameter["schema"] = {"type": "string", "enum": [known[parameter["name"]]]}
    made.get("components", {}).pop("securitySchemes", None)
    for item in made["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    return made


async def _call(edition: Edition, case: Case) -> str:
    operation, arguments = Names(edition.gateway.catalog.operations).arguments(case)
    found = next(one for one in edition.gateway.catalog.operations if one.name == operation)
    try:
        await edition.gateway.way(Audit(), Budget(1 << 30, 1 << 40))(Call(found, arguments))
    except KeyholeError as error:
        return f"{error.message}"
    return ""


async def _there(
    edition: Edition, recorder: Recorder, cases: list[dict[str, Any]], port: int, headers: dict[str, str]
) -> Any:
    counts, differing, answers = Counter[str](), list[str](), list[dict[str, Any]]()
    for told in cases:
        counts["cases"] += 1
        if told["request"] is None:
            counts["not sent by schemathesis itself"] += 1
            continue
        before = len(recorder.seen)
        why = await _call(edition, case_of(told))
        if len(recorder.seen) == before:
            counts["refused by Keyhole"] += 1
            differing.append(
                f"refused: {told['operation']} {told['parameters']} {str(told.get('body'))[:200]}: {why[:300]}"
            )
            continue
        raw, answer = recorder.seen[-1]
        negotiated = {"Accept": _header(raw, "accept")}  # what kind of error page comes back is not the point
        own = bytes_of({**told["request"], "headers": {**told["request"]["headers"], **negotiated}}, headers)
        declared = {name.lower() for place, name, _ in told["parameters"] if place == "header"}
        same = meaning(raw, declared) == meaning(own, declared)
        counts["the same request"] += same
        if not same:
            differing.append(f"request: {told['operation']}\n  {meaning(raw, declared)}\n  {meaning(own, declared)}")
        theirs = await exchange(port, own)
        alike = _answer(answer) == _answer(theirs)
        counts["the same answer"] += alike
        if same and not alike:
            differing.append(f"answer: {told['operation']}\n  {_answer(answer)!r:.300}\n  {_answer(theirs)!r:.300}")
        head, _, body = answer.partition(b"\r\n\r\n")
        first, *fields = head.decode("latin-1").split("\r\n")
        answers.append({
            "operation": told["operation"], "method": told["request"]["method"], "url": told["request"]["url"], "status": int(first.split(" ")[1]),  # noqa: E501
            "headers": {key: value.strip() for key, _, value in (each.partition(":") for each in fields)}, "body": base64.b64encode(body).decode(),  # noqa: E501
        })  # fmt: skip
    return counts, differing, answers


def _header(raw: bytes, name: str) -> str:
    lines = raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    return next((line.partition(":")[2].strip() for line in lines if line.lower().startswith(f"{name}:")), "*/*")


def _answer(raw: bytes) -> tuple[bytes, bytes]:
    head, _, body = raw.partition(b"\r\n\r\n")
    return head.split(b" ")[1], _TIME.sub(b"TIME", body)


def _back(document: Path, answers: list[dict[str, Any]]) -> tuple[Counter[str], list[str]]:
    file = OUT / "answers.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in answers), "utf-8")
    told = run_peer(
        environment("schemathesis", SCHEMATHESIS), SCRIPTS / "schemathesis_cases.py", "judge", document, file
    ).split("\n")[: len(answers)]
    counts = Counter(
        {
            "cases": len(answers),
            "as the document says": sum(not line for line in told),
            "server errors": sum(one["status"] >= 500 for one in answers),
        }
    )
    counts["successes among them"] = sum(one["status"] < 300 for one in answers)
    return counts, [
        f"{one['operation']} {one['status']}: {line}" for one, line in zip(answers, told, strict=True) if line
    ]


async def _wrong(
    edition: Edition, recorder: Recorder, cases: list[dict[str, Any]], judge: CoreJudge
) -> tuple[Counter[str], list[str]]:
    counts, differing = Counter[str](), list[str]()
    for told in cases:
        counts["cases"] += 1
        before = len(recorder.seen)
        try:
            why = await _call(edition, case_of(told))
        except StopIteration:
            why = "no such operation"
        if len(recorder.seen) == before:
            counts["refused by Keyhole"] += 1
            continue
        problem = judge.problem(recorder.seen[-1][0])
        counts["sent, and right by openapi-core" if not problem else "sent, and wrong by openapi-core"] += 1
        if problem:
            differing.append(
                f"sent: {told['operation']} {told['parameters']} {str(told.get('body'))[:200]} {why}: {problem[:300]}"
            )
    return counts, differing


def main() -> int:
    """Print a table; the differences go to standard error."""
    parser = argparse.ArgumentParser(prog="python bench/roundtrip.py")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []])
    parser.add_argument("--cases", type=int, default=20, help="cases an operation")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    warnings.simplefilter("ignore")
    print(f"{machine()}\n")
    table = Table("Round trip with schemathesis", ["what", "counted"])
    for name in options.targets or TARGETS:
        for what, counts, differing in asyncio.run(trip(name, options.cases)):
            table.add(what, "; ".join(f"{key}: {value:,}" for key, value in counts.items()))
            print(*(f"[{what}] {one}" for one in differing), sep="\n", file=sys.stderr, flush=True)
    print(table.markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main())
