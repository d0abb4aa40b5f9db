"""Programs spliced from the hostile corpus: none may make the sandbox lose a run, or hold up the one beside it."""

from __future__ import annotations

import asyncio
import re
from functools import cache

from harness import main, once
from hypothesis import given, note
from hypothesis import strategies as st

from keyhole.errors import ProgramError
from keyhole.sandbox.engine import Failed, Finished, Limits
from keyhole.sandbox.quickjs.engine import QuickJSEngine
from keyhole.sandbox.quickjs.local import LocalPlace

_TOKEN = re.compile(r"\s+|//[^\n]*|[A-Za-z_$][\w$]*|\d[\w.]*|\"[^\"\n]*\"|=>|[{}()\[\];,]|.", re.DOTALL)
_SPICE = ["null", "-1", "2**53", "{}", "[]", "await ", "throw ", "globalThis", "Symbol.iterator", "Object.prototype", "host('echo', 1)", "1n", "''", "function*(){}", "new Proxy({}, {})"]  # fmt: skip
_LIMITS = Limits(cpu_s=0.1, wall_s=5, memory_bytes=16 << 20)


@cache
def texts() -> list[list[str]]:
    """Give the corpus, cut into tokens."""
    from hostile_corpus import corpus

    return [_TOKEN.findall(program.text.partition("\n")[2]) for program in corpus()]


@once
def engine() -> QuickJSEngine:
    """Give the one engine of the process."""
    from contract import SOURCE

    return QuickJSEngine(LocalPlace.create(SOURCE))


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Give one program with pieces of others in it."""
    tokens = list(draw(st.sampled_from(texts())))
    for _ in range(draw(st.integers(0, 4))):
        at, gone = draw(st.integers(0, len(tokens))), draw(st.integers(0, 6))
        piece = [draw(st.sampled_from(_SPICE))]
        if draw(st.booleans()):
            other = draw(st.sampled_from(texts()))
            start = draw(st.integers(0, len(other)))
            piece = other[start : start + draw(st.integers(1, 25))]
        tokens[at : at + gone] = piece
    return "".join(tokens)


@given(programs())
def fuzz(text: str) -> None:
    """Run it beside `1 + 1`."""
    from contract import run
    from hostile_corpus import LargeHost

    async def both() -> None:
        try:
            outcome, other = await asyncio.gather(
                run(engine(), text, LargeHost(), _LIMITS), run(engine(), "return 1 + 1")
            )
        except ProgramError as refused:
            assert refused.kind == "syntax"
            return
        note(str(outcome))
        assert isinstance(other, Finished)
        assert other.value == 2
        assert not isinstance(outcome, Failed) or outcome.error.kind != "crash" or "unexpectedly" in str(outcome.error)

    asyncio.run(both())


if __name__ == "__main__":
    main(fuzz)
