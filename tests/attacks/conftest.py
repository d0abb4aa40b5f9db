"""Fixtures of the attacks: a target, another origin, and Keyhole opened over any document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attack_target import Target, listening

import keyhole
from keyhole.config import Config

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def target() -> AsyncIterator[Target]:
    async with listening() as one:
        yield one


@pytest.fixture
async def elsewhere() -> AsyncIterator[Target]:
    """Another origin: what arrives here has escaped."""
    async with listening() as one:
        yield one


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("attack-cache")


@pytest.fixture
def open_api(cache: Path, target: Target):
    """Open Keyhole over a document whose base is the target's `/v1`; settings of the API and of the config by name."""

    def make(document: dict[str, Any], config: dict[str, Any] | None = None, **api: Any) -> keyhole.CodeMode:
        api = {"name": "api", "base_url": f"{target.url}/v1", "timeout_s": 5.0, **api}
        return keyhole.CodeMode([keyhole.OpenAPI(document, **api)], config=Config(cache_dir=cache, **(config or {})))

    return make
