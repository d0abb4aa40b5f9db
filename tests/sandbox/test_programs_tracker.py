"""Programs against a real API, the demo's, with the whole of Keyhole between."""

from __future__ import annotations

import pytest

import keyhole
from keyhole.config import Config
from keyhole.demo import running

pytest.register_assert_rewrite("listed")
from listed import programs  # noqa: E402

TOKEN = "a-token-that-nobody-may-see"
TRACKER = programs("tracker.ts")


async def test_programs_over_the_demo_api(cache):
    with running(TOKEN) as url:
        api = keyhole.OpenAPI(f"{url}/openapi.json", name="tracker", base_url=url, bearer=TOKEN)
        async with keyhole.CodeMode([api], config=Config(cache_dir=cache), allow="write") as code_mode:
            for listed in TRACKER:
                execution = await code_mode.execute(listed.text)
                assert execution.outcome == "finished", (listed.name, execution.error)
                assert execution.value == listed.value, listed.name
