"""The demo API does what its document says: every operation is called with its documented shapes and answers them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx2
import jsonschema_rs
import pytest

from keyhole.demo import document, running

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "test-token"
DOCUMENT = document()
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, item, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}


def follow(thing: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in thing:
        found: Any = DOCUMENT
        for part in thing["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        thing = found
    return thing


def problems(schema: dict[str, Any], value: Any) -> list[str]:
    whole = {**schema, "components": DOCUMENT["components"]}
    return [str(e) for e in jsonschema_rs.Draft202012Validator(whole, validate_formats=True).iter_errors(value)]


class Caller:
    """Calls operations by id, and checks every request and answer against the document."""

    def __init__(self, url: str) -> None:
        self.http = httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"})
        self.called: set[str] = set()

    def __call__(
        self, operation_id: str, *, expect: int | None = None, body: Any = None, files: Any = None, **arguments: Any
    ) -> Any:
        method, path, item, operation = OPERATIONS[operation_id]
        expected = expect or next(int(s) for s in operation["responses"] if s < "300")
        declared = [follow(p) for p in [*item.get("parameters", []), *operation.get("parameters", [])]]
        names = {p["name"] for p in declared}
        assert set(arguments) <= names, f"{operation_id} documents no parameter {set(arguments) - names}"
        query = {p["name"]: arguments[p["name"]] for p in declared if p["in"] == "query" and p["name"] in arguments}
        for parameter in declared:
            if expected < 300 and parameter["name"] in arguments:
                assert not problems(parameter["schema"], arguments[parameter["name"]])
        sent: dict[str, Any] = {}
        if files is not None:
            sent = {"files": files, "data": body or {}}
        elif isinstance(body, bytes):
            sent = {"content": body, "headers": {"Content-Type": "application/octet-stream"}}
        elif body is not None:
            sent = {"json": body}
            if expected < 300:
                assert not problems(operation["requestBody"]["content"]["application/json"]["schema"], body)
        answer = self.http.request(method, path.format(**arguments), params=query, **sent)
        assert answer.status_code == expected, answer.text
        response = follow(operation["responses"][str(expected)])
        if "content" not in response:
            assert answer.content == b""
            value = None
        else:
            (media_type,) = response["content"]
            assert answer.headers["content-type"] == media_type
            value = answer.json() if media_type == "application/json" else answer.content
            if media_type == "application/json":
                assert not problems(response["content"][media_type]["schema"], value)
        for header in response.get("headers", {}):
            assert header in answer.headers
        if expected < 300:
            self.called.add(operation_id)
        return value


@pytest.fixture(scope="module")
def call() -> Iterator[Caller]:
    with running(TOKEN) as url:
        caller = Caller(url)
        yield caller
        caller.http.close()


@pytest.fixture(scope="module")
def tour(call: Caller) -> set[str]:
    """One walk through everything that the API can do."""
    call("meta/health")
    assert call("meta/me")["username"] == "ada"
    assert {u["role"] for u in call("users/list", role="guest", active=True, q="r", sort="name")} == {"guest"}
    assert call("users/get", username="emi")["name"] == "Emi Tanaka"

    assert call("projects/list", status="active", sort="key", direction="desc")[0]["key"] == "WEB"
    made = call(
        "projects/create", body={"key": "NEW", "name": "New", "description": "d", "status": "active", "lead": "ben"}
    )
    assert (made["key"], made["lead"]["username"], made["open_issues"]) == ("NEW", "ben", 0)
    assert call("projects/update", project="NEW", body={"name": "Newer"})["name"] == "Newer"

    assert call("members/set", project="NEW", username="ada", body={"role": "owner"})["role"] == "owner"
    assert [m["user"]["username"] for m in call("members/list", project="NEW", role="owner")] == ["ada", "ben"]

    call("labels/create", project="NEW", body={"name": "bug", "color": "ff0000", "description": "broken"})
    call("labels/create", project="NEW", body={"name": "odd"})
    assert call("labels/update", project="NEW", label="odd", body={"name": "even"})["name"] == "even"
    assert [x["name"] for x in call("labels/list", project="NEW")] == ["bug", "even"]

    milestone = call("milestones/create", project="NEW", body={"title": "One", "due_on": "2026-01-01"})["id"]
    assert call("milestones/get", project="NEW", milestone_id=milestone)["due_on"] == "2026-01-01"
    assert call("milestones/list", project="NEW", state="open")[0]["id"] == milestone

    body = {
        "title": "First",
        "body": "text",
        "priority": "urgent",
        "assignee": "ada",
        "labels": ["bug"],
        "milestone_id": milestone,
        "estimate_hours": 2.5,
    }
    issue = call("issues/create", project="NEW", body=body)
    assert (issue["number"], issue["assignee"]["username"], issue["milestone"]["open_issues"]) == (1, "ada", 1)
    here = {"project": "NEW", "number": 1}
    assert call("issues/get", **here)["labels"][0]["color"] == "ff0000"
    assert [x["name"] for x in call("issues/set-labels", body={"labels": ["even"]}, **here)] == ["even"]
    assert [x["name"] for x in call("issues/list-labels", **here)] == ["even"]
    found = call(
        "issues/list-for-project",
        project="NEW",
        state="open",
        label=["even"],
        assignee="ada",
        q="FIRST",
        milestone_id=milestone,
        priority="urgent",
    )
    assert [i["number"] for i in found] == [1]
    assert call("projects/get-stats", project="NEW")["overdue"] == 1

    comment = call("comments/create", body={"body": "hm"}, **here)["id"]
    assert call("comments/update", comment_id=comment, body={"body": "hm!"})["body"] == "hm!"
    assert call("comments/get", comment_id=comment)["issue"] == 1
    assert call("comments/list-for-issue", **here)[0]["author"]["username"] == "ada"

    raw = bytes(range(256))
    attachment = call(
        "attachments/upload", files={"file": ("ü.bin", raw, "image/png")}, body={"description": "d"}, **here
    )
    assert (attachment["name"], attachment["media_type"], attachment["size"]) == ("ü.bin", "image/png", 256)
    assert call("attachments/download", attachment_id=attachment["id"]) == raw
    assert call("attachments/replace", attachment_id=attachment["id"], body=b"\0other")["size"] == 6
    assert call("attachments/get", attachment_id=attachment["id"])["size"] == 6
    assert len(call("attachments/list-for-issue", **here)) == 1

    closed = call("issues/update", body={"state": "closed", "assignee": None}, **here)
    assert closed["closed_at"]
    assert closed["assignee"] is None
    assert call("issues/update", body={"state": "open", "labels": []}, **here)["closed_at"] is None
    kinds = [e["kind"] for e in call("events/list-for-project", project="NEW")["items"]]
    assert kinds[:3] == ["issue_reopened", "issue_closed", "attachment_added"]
    assert (
        call("milestones/update", project="NEW", milestone_id=milestone, body={"state": "closed", "due_on": None})[
            "due_on"
        ]
        is None
    )

    call("projects/delete", project="NEW", expect=409)
    call("attachments/delete", attachment_id=attachment["id"])
    call("comments/delete", comment_id=comment)
    call("labels/delete", project="NEW", label="even")
    call("milestones/delete", project="NEW", milestone_id=milestone)
    assert call("issues/get", **here)["milestone"] is None
    call("members/remove", project="NEW", username="ben")
    call("members/remove", project="NEW", username="ada", expect=409)
    call("issues/delete", **here)
    call("issues/create", project="NEW", body={"title": "Second"})
    call("projects/delete", project="NEW", force=True)
    call("projects/get", project="NEW", expect=404)
    assert call("projects/get", project="WEB")["lead"]["username"] == "ada"
    assert (
        call("issues/search", label=["bug", "customer"], sort="priority", per_page=1)[0]["labels"][0]["name"] == "bug"
    )
    return call.called


def test_every_documented_operation_works_as_documented(tour: set[str]) -> None:
    assert sorted(set(OPERATIONS) - tour) == []
    assert len(OPERATIONS) >= 30


def test_the_document_is_served_to_anybody_and_is_openapi(call: Caller) -> None:
    served = httpx2.get(f"{call.http.base_url}/openapi.json")
    assert served.json() == DOCUMENT
    assert DOCUMENT["openapi"] == "3.1.0"
    assert "servers" not in DOCUMENT
    assert len(OPERATIONS) == sum(len(i) - ("parameters" in i) for i in DOCUMENT["paths"].values())
    pointers = set(re.findall(r"'\$ref': '([^']+)'", repr(DOCUMENT)))
    assert pointers
    assert all(follow({"$ref": pointer}) for pointer in pointers)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}])
def test_no_token_no_answer(call: Caller, headers: dict[str, str]) -> None:
    answer = httpx2.get(f"{call.http.base_url}/me", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"], answer.json()["code"]) == (
        401,
        "Bearer",
        "unauthorized",
    )


def test_pages_link_to_each_other_and_cover_everything(call: Caller) -> None:
    url, seen, total = "/projects/OPS/issues?per_page=15&sort=created_at&direction=asc", [], 0
    while url:
        answer = call.http.get(url)
        seen += [issue["number"] for issue in answer.json()]
        total = int(answer.headers["x-total-count"])
        url = next(iter(re.findall(r'<([^>]+)>; rel="next"', answer.headers["link"])), "")
    assert seen == sorted(set(seen))
    assert len(seen) == total == 40


def test_cursors_cover_everything(call: Caller) -> None:
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = call("events/list-for-project", project="OLD", kind="issue_created", per_page=7, **cursor)
        seen += [event["issue"] for event in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == list(range(40, 0, -1))


def test_refusals_say_what_is_wrong(call: Caller) -> None:
    assert call("users/get", username="nobody", expect=404)["message"] == "There is no user 'nobody'."
    assert call("issues/get", project="WEB", number=999, expect=404)["code"] == "not_found"
    assert call("projects/create", body={"key": "WEB", "name": "Again"}, expect=409)["code"] == "conflict"
    wrong = call("issues/create", project="WEB", body={"titel": "typo", "priority": "asap"}, expect=422)
    assert {e["field"] for e in wrong["errors"]} == {"", "priority"}
    assert (
        call("issues/create", project="WEB", body={"title": "x", "assignee": "mei"}, expect=422)["errors"][0]["field"]
        == "assignee"
    )
    assert (
        call("issues/create", project="WEB", body={"title": "x", "labels": ["nope"]}, expect=422)["code"] == "invalid"
    )
    assert call("issues/search", per_page=1000, expect=400)["message"].startswith("per_page")
    assert call("issues/search", updated_before="yesterday", expect=400)["code"] == "bad_request"
    assert call("events/list-for-project", project="WEB", cursor="x", expect=400)["code"] == "bad_request"
    assert (
        call("attachments/upload", project="WEB", number=1, files={"file": b"x" * 5_000_001}, expect=413)["code"]
        == "too_large"
    )
    assert call("attachments/upload", project="WEB", number=1, body={"file": "x"}, expect=415)["code"] == "media_type"
    assert call("attachments/upload", project="WEB", number=1, files={"fil": b"x"}, expect=422)["code"] == "invalid"


def test_a_refused_write_changes_nothing(call: Caller) -> None:
    before = call("projects/get-stats", project="PAY")
    call("issues/create", project="PAY", body={"title": "x", "labels": ["bug", "nope"]}, expect=422)
    assert call("projects/get-stats", project="PAY") == before


def test_what_is_no_operation_is_refused_in_json(call: Caller) -> None:
    assert call.http.get("/nowhere").json()["message"] == "There is no path '/nowhere'."
    answer = call.http.delete("/users/ada")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    answer = call.http.post("/projects", content="{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert call.http.get("/projects/WEB/issues/x").status_code == 404
    assert call.http.post("/projects", content="{}", headers={"Content-Type": "text/plain"}).status_code == 415


def test_the_data_is_the_same_every_time_and_nobody_elses() -> None:
    pages = []
    for _ in range(2):
        with running(TOKEN) as url, httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}) as http:
            pages.append(http.get("/issues?per_page=100").json())
            http.delete("/projects/WEB?force=true").raise_for_status()
    assert pages[0] == pages[1]
    assert len(pages[0]) == 100


def test_it_stops_and_frees_its_port() -> None:
    with running(TOKEN) as url:
        httpx2.get(f"{url}/health").raise_for_status()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{url}/health")


def test_many_at_once(call: Caller) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(
            pool.map(lambda n: call("issues/create", project="DOC", body={"title": f"t{n}"})["number"], range(40))
        )
    assert sorted(made) == list(range(41, 81))
