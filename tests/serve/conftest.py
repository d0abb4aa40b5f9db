from __future__ import annotations

import logging

import pytest


@pytest.fixture(autouse=True)
def quiet_again():
    """A command sets up logging for its own process; a test is not one."""
    yield
    logging.getLogger().handlers.clear()


@pytest.fixture(scope="session")
def o200k(shared):
    """The reference for every token count, from ../shared: by itself tiktoken would download its ranks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(shared / "ranks"))
        import tiktoken

        yield tiktoken.get_encoding("o200k_base")
