from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import keyhole
from keyhole.config import Config
from keyhole.demo import running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TOKEN = "a-token-that-nobody-sees"


@pytest.fixture(scope="module")
async def tracker(cache) -> AsyncIterator[keyhole.CodeMode]:
    with running(TOKEN) as url:
        api = keyhole.OpenAPI(f"{url}/openapi.json", name="tracker", base_url=url, bearer=TOKEN)
        async with keyhole.CodeMode([api], config=Config(cache_dir=cache), allow="write") as code_mode:
            yield code_mode
