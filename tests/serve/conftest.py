"""The demo API, as a real server to run the real thing against."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import pytest
import structlog

from keyhole.demo import running

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "a-token-that-nobody-may-see"


@pytest.fixture(scope="session")
def cache(tmp_path_factory) -> Path:
    """One cache folder for a session: what is compiled is compiled once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def api():
    """The URL of a fresh demo API."""
    with running(TOKEN) as url:
        yield url


@pytest.fixture(scope="module")
def doc(api, cache):
    """The arguments that point a command at the demo API, with its token in the environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_TOKEN", TOKEN)
        patch.setenv("KEYHOLE_CACHE_DIR", str(cache))
        yield [f"tracker={api}/openapi.json", "--base-url", api, "--bearer-env", "TRACKER_TOKEN"]


@pytest.fixture
def environment(doc) -> dict[str, str]:
    return dict(os.environ)


@pytest.fixture(autouse=True)
def quiet_again():
    """A command sets up logging for its own process; a test is not one."""
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


@pytest.fixture(scope="session")
def o200k(shared):
    """The reference for every token count, from ../shared: by itself tiktoken would download its ranks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(shared / "ranks"))
        import tiktoken

        yield tiktoken.get_encoding("o200k_base")
