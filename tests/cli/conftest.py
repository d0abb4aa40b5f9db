from __future__ import annotations

import logging

import pytest


@pytest.fixture(autouse=True)
def quiet_again():
    """A command sets up logging for its own process; a test is not one."""
    yield
    logging.getLogger().handlers.clear()
