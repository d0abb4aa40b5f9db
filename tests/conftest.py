"""Fixtures that more than one test file needs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from keyhole.demo import running

if TYPE_CHECKING:
    from collections.abc import Iterator

hypothesis.settings.register_profile("no clock", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("no clock")

TOKEN = "a-token-that-nobody-may-see"
SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents beside the checkout."""
    if not SHARED.is_dir():
        reason = "../shared (real API documents, hostile programs) is not beside this checkout"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache folder for a session: what is compiled is compiled once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    """The URL of a fresh demo API: a real server to run the real thing against."""
    with running(TOKEN) as url:
        yield url


@pytest.fixture(scope="module")
def doc(api: str, cache: Path) -> Iterator[list[str]]:
    """The arguments that point a command at the demo API, with its token in the environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_TOKEN", TOKEN)
        patch.setenv("KEYHOLE_CACHE_DIR", str(cache))
        yield [f"tracker={api}/openapi.json", "--base-url", api, "--bearer-env", "TRACKER_TOKEN"]


@pytest.fixture
def environment(doc: list[str]) -> dict[str, str]:
    return dict(os.environ)
