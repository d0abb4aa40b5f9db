"""Overlays: the actions of the specification (1.0 and 1.1), what they may not do, and what is said of them."""

from __future__ import annotations

import json

import pytest

from keyhole.errors import DocumentError, Unreachable
from keyhole.sources.openapi import load
from keyhole.sources.openapi.yaml_text import parse_yaml


def overlay(*actions, **more):
    return {"overlay": "1.0.0", "info": {"title": "T", "version": "1"}, "actions": list(actions), **more}


def pets(**more):
    get = {
        "summary": "List pets",
        "tags": ["a"],
        "parameters": [{"name": "q", "in": "query"}, {"name": "r", "in": "query"}],
    }
    paths = {"/pets": {"get": get, "post": {}}, "/pets/{id}": {"get": {"x-rate": 1}}}
    return {"openapi": "3.0.3", "info": {"title": "Pets"}, "paths": paths, **more}


def laid(*actions, document=None):
    return load(document or pets(), overlays=[overlay(*actions)]).document


def test_update_merges_objects_appends_to_lists_and_replaces_the_rest():
    update = {"summary": "All pets", "tags": ["b"], "x": {"y": 1}}
    get = laid({"target": "$.paths['/pets'].get", "update": update})["paths"]["/pets"]["get"]
    assert (get["summary"], get["tags"], get["x"], len(get["parameters"])) == ("All pets", ["a", "b"], {"y": 1}, 2)


def test_a_list_is_appended_to():
    one = {"name": "s", "in": "query"}
    for update in (one, [one]):
        found = laid({"target": "$.paths['/pets'].get.parameters", "update": update})
        assert [p["name"] for p in found["paths"]["/pets"]["get"]["parameters"]] == ["q", "r", "s"]


def test_a_wildcard_updates_every_node_with_a_copy_of_its_own():
    found = laid(
        {"target": "$.paths.*.get", "update": {"x-all": {"n": []}}},
        {"target": "$.paths['/pets'].get['x-all'].n", "update": 1},
    )["paths"]
    assert found["/pets"]["get"]["x-all"] == {"n": [1]}
    assert found["/pets/{id}"]["get"]["x-all"] == {"n": []}


def test_remove_takes_objects_list_items_and_values():
    found = laid(
        {"target": "$.paths.*.post", "remove": True, "update": {"ignored": 1}},
        {"target": "$.paths['/pets'].get.parameters[?@.name=='q']", "remove": True},
        {"target": "$.paths['/pets/{id}'].get['x-rate']", "remove": True},
    )["paths"]
    assert list(found["/pets"]) == ["get"]
    assert [p["name"] for p in found["/pets"]["get"]["parameters"]] == ["r"]
    assert found["/pets/{id}"]["get"] == {}


@pytest.mark.parametrize("target", ["$..parameters[*]", "$.paths['/pets'].get.parameters[-1,0]", "$..parameters[::-1]"])
def test_items_are_removed_whatever_their_order(target):
    assert laid({"target": target, "remove": True})["paths"]["/pets"]["get"]["parameters"] == []


def test_actions_see_what_the_ones_before_them_did():
    found = laid(
        {"target": "$.paths['/pets'].get", "remove": True},
        {"target": "$.paths['/pets']", "update": {"get": {"summary": "New"}}},
        {"target": "$.paths['/pets'].get", "update": {"x-late": True}},
    )
    assert found["paths"]["/pets"]["get"] == {"summary": "New", "x-late": True}


def test_overlays_apply_in_their_order():
    both = [overlay({"target": "$.info", "update": {"title": title}}) for title in ("First", "Second")]
    source = load(pets(), overlays=both)
    assert source.title == "Second"
    assert len(source.overlays) == 2


def test_copy_is_of_version_1_1():
    copying = overlay(
        {"target": "$.paths['/pets']", "update": {"put": {}}},
        {"target": "$.paths['/pets'].put", "copy": "$.paths['/pets'].get"},
        {"target": "$.paths['/pets'].put", "update": {"summary": "Other"}},
        overlay="1.1.0",
    )
    found = load(pets(), overlays=[copying]).document["paths"]["/pets"]
    assert (found["put"]["summary"], found["get"]["summary"], found["put"]["tags"]) == ("Other", "List pets", ["a"])


def test_what_an_action_has_replaced_it_does_not_look_into():
    nested = pets(**{"x-a": {"x-a": {"x-a": {}}}})
    found = laid({"target": "$..['x-a']", "update": {"x-a": 5}}, document=nested)
    assert found["x-a"] == {"x-a": 5}


def test_what_aliases_share_is_changed_in_one_place_alone(tmp_path):
    document = tmp_path / "a.yaml"
    document.write_text(
        "openapi: 3.0.0\ninfo: {title: A}\npaths:\n  /a: &it {get: {summary: x, tags: [t]}}\n  /b: *it\n"
    )
    update = {"target": "$.paths['/a'].get", "update": {"summary": "y", "tags": ["u"]}}
    found = load(document, overlays=[overlay(update)]).document["paths"]
    assert found["/a"]["get"] == {"summary": "y", "tags": ["t", "u"]}
    assert found["/b"]["get"] == {"summary": "x", "tags": ["t"]}


def test_a_target_that_selects_nothing_is_a_notice_with_the_nearest_key():
    source = load(
        pets(),
        overlays=[overlay({"target": "$.paths['/pet'].get", "remove": True}, {"target": "$.x[?@.a]", "remove": True})],
    )
    said = [(notice.pointer, notice.message) for notice in source.notices if notice.rule == "overlay-idle"]
    assert said[0][0] == "the overlay#/actions/0"
    assert "$.paths has no '/pet'; the nearest is '/pets'" in said[0][1]
    assert "$ has no 'x'" in said[1][1]
    assert source.overlays == ("the overlay: 0 of 2 actions applied, 2 selected nothing",)


def test_an_overlay_mends_what_could_not_be_read(tmp_path):
    broken = {"info": {"title": "No version"}, "paths": pets()["paths"]}
    with pytest.raises(DocumentError):
        load(broken)
    assert load(broken, overlays=[overlay({"target": "$", "update": {"openapi": "3.0.3"}})]).operations()


def test_files_that_are_referred_to(tmp_path):
    """Targets are written against the document as published; those about its files come after these are folded in."""
    (tmp_path / "part.json").write_text(json.dumps({"S": {"type": "string"}}))
    schema = {"type": "object", "properties": {"s": {"$ref": "part.json#/S"}}}
    answer = {"200": {"content": {"application/json": {"schema": schema}}}}
    (tmp_path / "a.json").write_text(json.dumps(pets(paths={"/x": {"get": {"responses": answer}}})))
    place = "$.paths['/x'].get.responses['200'].content['application/json'].schema.properties.s"
    before = overlay({"target": f"{place}", "update": {"$ref": "more.json#/T"}})
    after = overlay({"target": "$['x-keyhole-files']['part.json'].S", "update": {"enum": ["a"]}})
    assert load(tmp_path / "a.json", overlays=[after]).document["x-keyhole-files"]["part.json"]["S"]["enum"] == ["a"]
    (tmp_path / "more.json").write_text(json.dumps({"T": {"type": "integer"}}))
    source = load(tmp_path / "a.json", overlays=[before])
    assert list(source.document["x-keyhole-files"]) == ["more.json"]
    assert not source.notices


def test_an_overlay_may_bring_references_that_dangle(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(pets()))
    update = {"responses": {"200": {"$ref": "#/components/responses/None"}}}
    source = load(tmp_path / "a.json", overlays=[overlay({"target": "$.paths['/pets'].get", "update": update})])
    assert [notice.rule for notice in source.notices] == ["path-undeclared", "ref-nowhere"]


def test_from_yaml_files_and_urls(tmp_path, server):
    text = "overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nactions:\n- target: $.info\n  update: {title: Yes}\n"
    (tmp_path / "o.yaml").write_text(text)
    assert load(pets(), overlays=[tmp_path / "o.yaml"]).title == "Yes"
    server.files["/o.yaml"] = ("application/yaml", text.encode())
    source = load(pets(), overlays=[f"{server.url}/o.yaml"], cache=tmp_path / "cache")
    assert source.title == "Yes"
    assert source.overlays == (f"{server.url}/o.yaml: 1 action applied",)
    server.files["/o.yaml"] = ("text/html", b"")
    server.close()
    assert load(pets(), overlays=[f"{server.url}/o.yaml"], cache=tmp_path / "cache").title == "Yes"


def test_document_headers_do_not_go_to_an_overlay_elsewhere(tmp_path, server):
    server.files["/o.json"] = ("application/json", json.dumps(overlay({"target": "$", "update": {}})).encode())
    (tmp_path / "a.json").write_text(json.dumps(pets()))
    load(tmp_path / "a.json", overlays=[f"{server.url}/o.json"], doc_headers={"Authorization": "secret"})
    assert "authorization" not in server.seen[0]["headers"]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"openapi": "3.0.0"}, "is not an overlay"),
        ({"overlay": "2.0.0", "actions": [{}]}, "version '2.0.0'"),
        ({"overlay": "1.2.0", "actions": [{}]}, "version '1.2.0'"),
        ({"overlay": 1.0, "actions": []}, "no actions"),
        ({"overlay": "1.0.0", "actions": {"a": 1}}, "no actions"),
        (overlay("x"), "#/actions/0 is not an object"),
        (overlay({"update": {}}), "#/actions/0 has no `target`"),
        (overlay({"target": "$", "update": {}}, {"target": "$.a"}), "#/actions/1 does nothing"),
        (overlay({"target": "$", "updates": {}}), "'updates' that actions do not have\nhint: did you mean 'update'?"),
        (overlay({"target": "$", "remove": "yes"}), "`remove: yes`; it is true or false"),
        (overlay({"target": "$", "remove": True}), "would remove the whole document"),
        (overlay({"target": "$.info", "update": "x"}), "selects an object"),
        (overlay({"target": "$.info", "update": {}, "copy": "$"}), "both `update` and `copy`"),
        (overlay({"target": "$.info", "copy": "$.paths.*"}), "`copy` selects 2 nodes"),
        (overlay({"target": "paths", "remove": True}), "is not JSONPath (RFC 9535), at column 1"),
        (overlay({"target": "$.paths./pets", "remove": True}), "at column 9"),
        (overlay({"target": "$" + "[?@.a" * 2000, "remove": True}), "longer than 4000 characters"),
        (overlay({"target": "$" + "[?@.a" * 700, "remove": True}), "nested too deeply"),
        (overlay({"target": "$..*" + "['" + "x" * 5000, "remove": True}), "longer than"),
    ],
)
def test_what_is_wrong_with_an_overlay_is_said_with_its_place(document, said):
    with pytest.raises(DocumentError) as caught:
        load(pets(), overlays=[document])
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"", "is empty"), (b"a: [b", "is not usable YAML"), (b"\0\xff" * 9, "is not text"), (b"<html>", "is a web page"), (b"{}", "is not an overlay"), (b"null", "is not an overlay")],
)  # fmt: skip
def test_a_file_that_is_no_overlay_is_told_what_one_looks_like(text, said, tmp_path):
    path = tmp_path / "o.yaml"
    path.write_bytes(text)
    with pytest.raises(DocumentError) as caught:
        load(pets(), overlays=[path])
    assert said in caught.value.message
    assert "OpenAPI document" not in str(caught.value)
    hint = caught.value.hint
    assert load(pets(), overlays=[parse_yaml(hint[hint.index("{") :])]).document["info"]["title"] == "New"


@pytest.mark.parametrize("target", ["$.paths", "$.paths.*", "$.paths.*.*"])
def test_an_overlay_that_takes_all_operations_away_is_named(target, tmp_path):
    path = tmp_path / "o.json"
    path.write_text(json.dumps(overlay({"target": target, "remove": True})))
    with pytest.raises(DocumentError, match=r"no operation left after the overlay .*o\.json"):
        load(pets(), overlays=[path])
    idle = overlay({"target": "$.info", "update": {"title": "N"}})
    with pytest.raises(DocumentError, match="its `paths` are empty"):
        load({**pets(), "paths": {}}, overlays=[idle])


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ({"target": "$.openapi", "remove": True}, "bad.json made it so"),
        ({"target": "$.openapi", "update": "4.0"}, "bad.json made it so"),
        ({"target": "$.paths['/pets']", "update": {"get": "gone", "post": 1, "$ref": "#/nowhere"}}, "bad.json)"),
    ],
)
def test_what_an_overlay_spoils_is_not_laid_at_the_documents_door(action, said, tmp_path):
    (tmp_path / "pets.json").write_text(json.dumps({**pets(), "paths": {"/pets": {"get": {}, "post": {}}}}))
    (tmp_path / "fine.json").write_text(json.dumps(overlay({"target": "$.info", "update": {"title": "New"}})))
    (tmp_path / "bad.json").write_text(json.dumps(overlay(action)))
    with pytest.raises(DocumentError) as raised:
        load(tmp_path / "pets.json", overlays=[tmp_path / "fine.json", tmp_path / "bad.json"])
    assert said in raised.value.message


def test_what_was_none_before_is_not_laid_at_an_overlays_door(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(overlay({"target": "$.info", "update": {"title": "New"}})))
    (tmp_path / "doc.json").write_text('{"info": {}}')
    with pytest.raises(DocumentError, match=r"doc.json is not an OpenAPI document: .*\(as it is after .*a.json\)"):
        load(tmp_path / "doc.json", overlays=[tmp_path / "a.json"])


def test_no_such_file(tmp_path):
    (tmp_path / "fix.yaml").write_text("")
    with pytest.raises(DocumentError, match=r"did you mean .*fix\.yaml"):
        load(pets(), overlays=[tmp_path / "fxi.yaml"])


def test_regular_expressions_take_time_in_the_length_of_the_text():
    """One that backtracks would take longer than anybody waits."""
    document = pets(**{"x-long": {"t": "a" * 200_000 + "!"}})
    for expression in ("(a+)+$", "(a|aa)+$", "(a*)*b", "(?:a?){60}a{60}x", "((((", "\\\\1(a)"):
        for function in ("match", "search"):
            laid({"target": f"$['x-long'][?{function}(@, '{expression}')]", "update": "x"}, document=document)


def test_matches_the_whole_and_searches_a_part():
    values = {"x-v": {"a": "abc", "b": "xabc"}}
    matched = laid({"target": "$['x-v'][?match(@, 'ab.|q')]", "update": "hit"}, document=pets(**values))
    assert matched["x-v"] == {"a": "hit", "b": "xabc"}
    found = laid({"target": "$['x-v'][?search(@, 'bc$')]", "update": "hit"}, document=pets(**values))
    assert found["x-v"] == {"a": "hit", "b": "hit"}


def test_a_query_that_takes_too_long_ends(monkeypatch):
    monkeypatch.setattr("keyhole.sources.openapi.jsonpath.MAX_S", 0.3)
    wide = pets(**{"x-wide": [[{"a": {"a": n}} for n in range(200)] for _ in range(200)]})
    for target in ("$..[?@..[?@..[?@..b]]]", "$..*..*..*..*..*"):
        with pytest.raises(DocumentError, match=r"takes longer than 0\.3 s"):
            laid({"target": target, "remove": True}, document=wide)


@pytest.mark.parametrize(
    "actions",
    [
        [{"target": "$", "update": {"x-a": {}}}, *[{"target": "$['x-a']", "update": {f"y{n}": {}}} for n in range(40)],
         *[{"target": f"$['x-a'].y{n}", "copy": "$"} for n in range(40)]],
        [{"target": "$['x-all'][*]", "update": {"more": [[0] * 100] * 100}}],
    ],
)  # fmt: skip
def test_what_overlays_add_is_bounded(actions, monkeypatch):
    monkeypatch.setattr("keyhole.sources.openapi.overlay.MAX_NODES", 80_000)
    with pytest.raises(DocumentError, match="would add more than 80,000 values"):
        laid(*actions, document=pets(**{"x-all": [{} for _ in range(1_000)]}))


def test_a_document_that_is_nested_too_deeply_is_said():
    deep = pets(**{"x-deep": json.loads("[" * 300 + "]" * 300)})
    with pytest.raises(DocumentError, match="deeper than 250 levels"):
        laid({"target": "$..nothing", "remove": True}, document=deep)


async def test_servers_of_an_overlay_are_the_documents_word(server, open_api):
    """They are pinned and checked like those of the document: what is typed (`base_url`) still wins."""
    moved = overlay({"target": "$", "update": {"servers": [{"url": server.url}]}})
    assert load(pets(), overlays=[moved], base_url="https://typed.example").base_url == "https://typed.example"
    api = open_api(pets(), overlays=[moved])
    assert api.source.base_url == server.url
    with pytest.raises(Unreachable, match="private"):
        await api.call("GET /pets")
    assert not server.seen
    allowed = open_api(pets(), overlays=[moved], allow_private=True)
    await allowed.call("GET /pets")
    assert len(server.seen) == 1
