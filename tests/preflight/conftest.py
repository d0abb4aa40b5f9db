from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import keyhole
from keyhole.config import Config
from keyhole.demo import running
from keyhole.preflight.tsc import Tsc

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

TOKEN = "a-token-that-nobody-sees"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(TOKEN) as url:
        yield url


def mode(url, cache, tsc):
    api = keyhole.OpenAPI(f"{url}/openapi.json", name="tracker", base_url=url, bearer=TOKEN)
    return keyhole.CodeMode([api], config=Config(cache_dir=cache, tsc=tsc), allow="write")


@pytest.fixture(scope="module")
async def tracker(url, cache) -> AsyncIterator[keyhole.CodeMode]:
    """The demo's API, without a compiler."""
    async with mode(url, cache, "off") as code_mode:
        yield code_mode


@pytest.fixture(scope="module")
async def typed(url, cache) -> AsyncIterator[keyhole.CodeMode]:
    """The demo's API, with the compiler of this machine."""
    path = Config().compiler()
    if path is None or not await Tsc(path).serves():
        pytest.skip("there is no tsc 7 or newer here (KEYHOLE_TSC, PATH)")
    async with mode(url, cache, None) as code_mode:
        yield code_mode
