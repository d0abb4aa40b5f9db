"""The collector rests while something large is built, and is as it was afterwards."""

from __future__ import annotations

import gc

import pytest

from keyhole.uncollected import uncollected


@pytest.fixture(autouse=True)
def _as_it_was():
    yield
    gc.enable()


def test_the_collector_is_on_again_when_the_last_has_built():
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_fails_turns_it_on_again_too():
    @uncollected()
    def build():
        assert not gc.isenabled()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        build()
    assert gc.isenabled()


def test_a_collector_that_somebody_turned_off_stays_off():
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()
