"""An operation as JSON with its references written out, as others give it to a model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from keyhole.catalog.operation import Operation

MOST = 200_000
"""Characters after which the writing stops: some operations would be gigabytes."""

CLOUDFLARE_CHARS = 24_000
"""Where Cloudflare's server cuts an answer: 6,000 tokens, counted as four characters each."""


def raw(operation: Operation, root: dict[str, Any]) -> str:
    """Give the operation's parameters, body and responses as compact JSON, every reference written out where it stands.

    A reference inside of what it points at stays a reference. After `MOST` characters what is left is "…".
    """
    return json.dumps(_record(operation, root, _Writer(root, once=False)), ensure_ascii=False, separators=(",", ":"))


def cloudflare(operation: Operation, root: dict[str, Any]) -> str:
    """Give what a program gets that returns the resolved operation from Cloudflare's server.

    There each reference is written out once in the parameters, once in the body, once in the responses; the answer is
    indented by two, and cut in the middle.
    """
    text = json.dumps(_record(operation, root, _Writer(root, once=True)), ensure_ascii=False, indent=2)
    if len(text) <= CLOUDFLARE_CHARS:
        return text
    note = f"Response was ~{len(text) // 4:,} tokens (limit: 6,000). Use more specific queries to reduce response size."
    return f"{text[:CLOUDFLARE_CHARS]}\n\n--- TRUNCATED ---\n{note}"


def _record(operation: Operation, root: dict[str, Any], writer: _Writer) -> dict[str, Any]:
    item = writer.pointed(root["paths"].get(operation.path, {}))
    found = writer.pointed(item.get(operation.method.lower(), {}))
    parameters = [*item.get("parameters", []), *found.get("parameters", [])]
    record: dict[str, Any] = {key: found[key] for key in ("summary", "description", "tags") if key in found}
    for key, value in (("parameters", parameters), *((key, found.get(key)) for key in ("requestBody", "responses"))):
        if value:
            writer.seen = set()
            record[key] = writer.write(value)
    return record


class _Writer:
    """Writes references out; with `once` each only once, until `seen` is emptied."""

    def __init__(self, root: dict[str, Any], *, once: bool) -> None:
        self.root = root
        self.once = once
        self.seen = set[str]()
        self.left = MOST

    def write(self, value: Any, stack: tuple[str, ...] = ()) -> Any:
        if self.left < 0:
            return "…"
        if isinstance(value, list):
            return [self.write(item, stack) for item in value]
        if not isinstance(value, dict):
            self.left -= len(value) + 3 if isinstance(value, str) else 3
            return value
        ref = value.get("$ref")
        if not isinstance(ref, str):
            self.left -= sum(len(key) + 4 for key in value)
            return {key: self.write(item, stack) for key, item in value.items()}
        if ref in (self.seen if self.once else stack):
            return {"$circular": ref} if self.once else value
        self.seen.add(ref)
        return self.write(self.target(ref), (*stack, ref))

    def pointed(self, value: Any) -> Any:
        return self.target(value["$ref"]) if isinstance(value, dict) and isinstance(value.get("$ref"), str) else value

    def target(self, ref: str) -> Any:
        found: Any = self.root
        for part in ref.removeprefix("#/").split("/"):
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            found = found.get(key, {}) if isinstance(found, dict) else {}
        return found
