"""Values on their way to a program and back: what arrives is what was sent, whatever it reads like."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from harness import main, once
from hypothesis import given
from hypothesis import strategies as st

from keyhole.sandbox.engine import Finished, ImageSource, Limits
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs import wire
from keyhole.sandbox.quickjs.engine import QuickJSEngine
from keyhole.sandbox.quickjs.local import LocalPlace

_KEYS = st.text(max_size=6) | st.sampled_from(["__proto__", "constructor", "then", "toJSON", "length", "0", ""])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(max_size=40),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=30,
)
_THERE_AND_BACK = Program.parse("return await host('echo', await host('give'))")


@once
def engine() -> QuickJSEngine:
    """Give the one engine of the process."""
    return QuickJSEngine(LocalPlace.create(ImageSource("")))


def _as_doubles(value: Any) -> Any:
    """Give `value` with numbers as JavaScript has them: it writes 2 ** 60 with fewer digits than Python."""
    if isinstance(value, list):
        return [_as_doubles(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_doubles(item) for key, item in value.items()}
    return float(value) if type(value) is int else value


@given(VALUES)
def fuzz(value: object) -> None:
    """Send it into a real instance, out again as an argument, in as the answer, and out as the result."""
    assert wire.value_at(json.loads(wire.encode_value(value)), 0) == value

    async def host(name: str, argument: object) -> object:
        return value if name == "give" else argument

    outcome = asyncio.run(engine().run(_THERE_AND_BACK, host, Limits()))
    assert isinstance(outcome, Finished), outcome
    assert _as_doubles(outcome.value) == _as_doubles(value)


if __name__ == "__main__":
    main(fuzz)
