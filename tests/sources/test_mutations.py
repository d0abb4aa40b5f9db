"""Documents are dirty in ways nobody lists: random damage never gives anything but operations or a `DocumentError`."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any

from keyhole.catalog.call import Call
from keyhole.errors import DocumentError, InvalidArguments
from keyhole.sources.openapi import load
from keyhole.sources.openapi.document import decode, parse

if TYPE_CHECKING:
    from pathlib import Path

ODD: list[Any] = [
    None, True, 0, -1, 1.5, "", "x", "{", "http://[", "#", "#/", [], [None], [[]], {}, {"$ref": "#"}, {"$ref": "#/paths"},
    {"$ref": 1}, {"$ref": "#/%"}, {"$ref": "http://["}, {"": ""}, {"in": "path"}, [{"name": 1, "in": "query"}], {"type": ["null", 3]},
    [{"name": "a", "in": "header", "schema": True}], {"properties": []}, {"allOf": {}}, {"content": {"x": None}},
]  # fmt: skip
VALUES: list[Any] = [None, True, 0, 1.5, "x", "", [], ["a", 1], {}, {"a": [1]}, b"bytes", "\ud83d"]


def damaged(document: Any, chance: random.Random) -> Any:
    """Replace a few random nodes by something odd; those near the top are as likely as those deep down."""
    document = copy.deepcopy(document)
    for _ in range(chance.randint(1, 6)):
        node = document
        for _ in range(chance.randint(0, 8)):
            if not isinstance(node, (dict, list)) or not node:
                break
            key = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
            if not isinstance(node[key], (dict, list)) or chance.random() < 0.15:
                node[key] = copy.deepcopy(chance.choice(ODD))
                break
            node = node[key]
    return document


def test_random_damage(shared: Path):
    chance = random.Random(4)
    loaded = refused = 0
    for name in ("powerdns-auth.yaml", "powerdns-served.json", "petstore-expanded.yaml"):
        document = parse(decode((shared / "specs" / name).read_bytes(), name), name)
        for _ in range(60):
            try:
                source = load(damaged(document, chance), base_url="http://api.test")
            except DocumentError:
                continue
            loaded += 1
            for operation in source.operations():
                names = [one.name for one in operation.signature.parameters] + (
                    ["body"] if operation.signature.body else []
                )
                try:
                    source.preview(Call(operation, {one: chance.choice(VALUES) for one in names}))
                except InvalidArguments:
                    refused += 1
    assert loaded > 100
    assert refused > 100
