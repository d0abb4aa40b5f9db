"""The documents that are judged by, as the judges get them. Parsed and rewritten here, without Keyhole's code."""

from __future__ import annotations

import copy
import json
import subprocess
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = {
    "github": "github.json", "twilio": "twilio_api_v2010.json", "slack": "slack.json", "kubernetes": "kubernetes.json",
    "discord": "discord.json", "cloudflare": "cloudflare.json", "stripe": "stripe.yaml",
}  # fmt: skip


def parsed(path: Path) -> dict[str, Any]:
    text = path.read_text("utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=yaml.CSafeLoader)


def as_openapi_3(path: Path, converter: Path, out: Path) -> dict[str, Any]:
    """Read a document; Swagger 2.0 goes through npm's swagger2openapi first (`converter`), which leaves `out` behind."""
    root = parsed(path)
    if "swagger" not in root:
        return root
    subprocess.run(
        ["node", str(converter), "--patch", "--warnOnly", "-o", str(out), str(path)], check=True, capture_output=True
    )
    made = parsed(out)
    for address, item in root["paths"].items():
        for method, operation in item.items():
            # A form with a required field is required; the converter says so of its fields alone.
            fields = operation.get("parameters", ()) if isinstance(operation, dict) else ()
            if any(one.get("in") == "formData" and one.get("required") for one in fields):
                body = made["paths"][address][method]["requestBody"]
                if "$ref" in body:
                    body = made["components"]["requestBodies"][body["$ref"].rpartition("/")[2]]
                body["required"] = True
    return made


def for_judges(root: dict[str, Any], base: str) -> dict[str, Any]:
    """Give the document that a request to `base` (an origin) is judged by.

    The servers are the loopback ones, `*/*` is what is sent for it, the defaults of forms are written out. `readOnly` is put where both judges read it: it says nothing of a parameter
    (OpenAPI 3.0.3, 4.7.24.2: "relevant only for Schema properties definitions"), and what it says of a required property,
    that a request need not have it, holds as well where the property is a reference or stands in another part of an `allOf`.
    """
    root = copy.deepcopy(root)
    root["servers"] = [{"url": base + base_path(root)}]
    for item in root["paths"].values():
        item.pop("servers", None)
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("servers", None)
    reading = _Reading(root)
    for parameter in reading.parameters():
        if "schema" in parameter and reading.is_read_only(parameter["schema"]):
            parameter["schema"] = reading.writable(parameter["schema"])
    for schema in list(reading.objects(root)):
        reading.ease(schema)
    for content in reading.contents():
        _say_defaults(reading, content)
    return root


def with_base_in_paths(root: dict[str, Any]) -> dict[str, Any]:
    """Give a document with the base path of its server in its paths: Prism knows no other."""
    base = base_path(root)
    return {**root, "servers": [{"url": "/"}], "paths": {base + path: item for path, item in root["paths"].items()}}


def _say_defaults(reading: _Reading, content: dict[str, Any]) -> None:
    """Write out what judges do not take for granted: a range of media types as what is sent for it, and how a form has lists."""
    if "*/*" in content:
        content.setdefault("application/json", content.pop("*/*"))
    for media, one in content.items():
        if "form" in media:
            _split_types(reading, one.get("schema"), set())
    form = content.get("application/x-www-form-urlencoded", {})
    for name, schema in reading.target(form.get("schema")).get("properties", {}).items():
        if reading.target(schema).get("type") == "array" and name not in form.get("encoding", {}):
            form.setdefault("encoding", {})[name] = {"style": "form", "explode": True}


def base_path(root: dict[str, Any]) -> str:
    url = (root.get("servers") or [{"url": ""}])[0]["url"]
    return ("/" + url.partition("://")[2].partition("/")[2]).rstrip("/") if "://" in url else url.rstrip("/")


def _split_types(reading: _Reading, schema: Any, seen: set[int]) -> None:
    """Write `type: [a, b]` of a form's fields as `anyOf`: openapi-core breaks off at a list there."""
    found = reading.target(schema)
    if id(found) in seen:
        return
    seen.add(id(found))
    for name, field in found.get("properties", {}).items():
        kind = reading.target(field).get("type")
        if isinstance(kind, list):
            rest = {key: value for key, value in reading.target(field).items() if key != "type"}
            found["properties"][name] = {"allOf": [{"anyOf": [{"type": one} for one in kind]}, rest]}
    for keyword in ("allOf", "anyOf", "oneOf"):
        for member in found.get(keyword, ()):
            _split_types(reading, member, seen)


class _Reading:
    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root

    def target(self, schema: Any) -> Any:
        for _ in range(50):
            if not (isinstance(schema, dict) and isinstance(schema.get("$ref"), str)):
                break
            found: Any = self.root
            for part in schema["$ref"].removeprefix("#/").split("/"):
                key = part.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
                found = found[int(key)] if isinstance(found, list) else found[key]
            schema = found
        return schema if isinstance(schema, dict) else {}

    def parameters(self) -> Iterator[dict[str, Any]]:
        yield from self.root.get("components", {}).get("parameters", {}).values()
        for item in self.root["paths"].values():
            yield from (one for one in item.get("parameters", ()) if "$ref" not in one)
            for operation in item.values():
                if isinstance(operation, dict):
                    yield from (one for one in operation.get("parameters", ()) if "$ref" not in one)

    def contents(self) -> Iterator[dict[str, Any]]:
        for item in self.root["paths"].values():
            for operation in item.values():
                if isinstance(operation, dict):
                    yield self.target(operation.get("requestBody")).get("content", {})

    def objects(self, node: Any) -> Iterator[dict[str, Any]]:
        stack = [node]
        while stack:
            found = stack.pop()
            if isinstance(found, dict):
                yield found
                stack += found.values()
            elif isinstance(found, list):
                stack += found

    def is_read_only(self, schema: Any, depth: int = 0) -> bool:
        found = self.target(schema)
        return found.get("readOnly") is True or (
            depth < 8 and any(self.is_read_only(one, depth + 1) for one in found.get("allOf", ()))
        )

    def writable(self, schema: Any, depth: int = 0) -> dict[str, Any]:
        found = {key: value for key, value in self.target(schema).items() if key != "readOnly"}
        if "allOf" in found and depth < 8:
            found["allOf"] = [self.writable(one, depth + 1) for one in found["allOf"]]
        return found

    def ease(self, schema: dict[str, Any]) -> None:
        """Take from `required` what is read-only, as said in any part of the composition."""
        if not isinstance(schema.get("required"), list) and not isinstance(schema.get("allOf"), list):
            return
        parts = list(self.parts(schema))
        hidden = {
            name for part in parts for name, one in part["properties"].items() if self.is_read_only(one)
        } if (parts := [one for one in parts if isinstance(one.get("properties"), dict)]) else set()  # fmt: skip
        if hidden:
            for part in self.parts(schema):
                if isinstance(part.get("required"), list):
                    part["required"] = [name for name in part["required"] if name not in hidden]
                    if not part["required"]:
                        del part["required"]

    def parts(self, schema: Any, seen: frozenset[int] = frozenset()) -> Iterator[dict[str, Any]]:
        found = self.target(schema)
        if id(found) in seen or len(seen) > 12:
            return
        yield found
        for member in found.get("allOf", ()) if isinstance(found.get("allOf"), list) else ():
            yield from self.parts(member, seen | {id(found)})
