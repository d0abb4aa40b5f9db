"""The real engine in a really locked worker."""

from __future__ import annotations

import signal
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("workers are confined on Linux alone", allow_module_level=True)
pytest.register_assert_rewrite("test_confinement")
from test_confinement import USERS, zygote  # noqa: E402


@pytest.fixture(scope="module", params=USERS, ids=lambda user: user.strip("-") or "root")
def user(request) -> str:
    return request.param


def test_programs_run_in_a_locked_worker(cache, user):
    found = zygote(str(cache), user, script="locked_engine.py")
    assert found["signal"] == signal.SIGSEGV
    assert "seccomp" not in found["missing"]
    messages = found["messages"]
    assert messages["value"] == messages["value again"] == ["R[2]"]
    assert "Maximum call stack size" in messages["stack"][-1]
    assert "out of memory" in messages["deep"][-1]
    assert "out of memory" in messages["memory"][-1]
    assert messages["growth"] == ["R[40]"]
    (loop,) = messages["loop"]
    assert loop.startswith('K["cpu", "", ')
    assert "<program>:" in loop
    assert messages["clock"] == ["R[true]"]
    assert messages["call"] == ['C[1,"echo",1]']


def test_traps_of_the_processor_are_caught_there(cache, user):
    found = zygote(str(cache), user, script="locked_engine.py")
    assert found["traps"] == {
        "unreachable": "UNREACHABLE",
        "outside": "MEMORY_OUT_OF_BOUNDS",
        "deeper": "STACK_OVERFLOW",
        "grown": 7,
    }


def test_the_hostile_corpus_in_a_locked_worker(cache, shared):
    found = zygote(str(cache), str(shared / "hostile"), script="locked_engine.py")
    assert found["signal"] == signal.SIGSEGV
    assert len(found["messages"]) == len(list((shared / "hostile").glob("*.js")))
    assert not [name for name, messages in found["messages"].items() if not messages or "crash" in messages[-1]]
