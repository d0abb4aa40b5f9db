"""What is said at a start counts as people do: one operation, two operations."""

from __future__ import annotations

import json

import pytest

import keyhole
from keyhole.cli.opening import served
from keyhole.config import Config, SandboxSettings, openapi


@pytest.mark.parametrize(("paths", "said"), [(["/a"], "one (1 operation)"), (["/a", "/b"], "one (2 operations)")])
async def test_one_operation_is_one(tmp_path, cache, paths, said):
    document = {
        "openapi": "3.1.0",
        "info": {"title": "One"},
        "paths": {path: {"get": {"responses": {}}} for path in paths},
    }
    (tmp_path / "one.json").write_text(json.dumps(document))
    api = openapi(document=str(tmp_path / "one.json"), name="one")
    config = Config(apis=(api,), cache_dir=cache, sandbox=SandboxSettings(in_process=True))
    async with keyhole.CodeMode(config=config) as code_mode:
        assert served(code_mode) == said
