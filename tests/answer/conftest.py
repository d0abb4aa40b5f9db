from __future__ import annotations

import pytest

from keyhole import tokens


@pytest.fixture(scope="module")
def exact_counts(shared):
    """Budgets are held by exact counts here; elsewhere an estimate on the safe side holds them."""
    before = tokens._State.ranks_dir
    tokens.configure(shared / "ranks")
    yield
    tokens.configure(before)
