"""The host's half of a run: any sequence of messages ends it or not, and leaves no call, no task and no exception."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from decode import messages
from harness import main, once
from hypothesis import given
from hypothesis import strategies as st

from keyhole.errors import ProgramError
from keyhole.sandbox.engine import ImageSource, Limits
from keyhole.sandbox.quickjs import image
from keyhole.sandbox.quickjs.pool import on_big_stack

if TYPE_CHECKING:
    from keyhole.sandbox.quickjs.image import Image

_IDS = st.sampled_from(["1", "2", "3", "4294967295", "4294967296", "-1", "1.5", '"1"', "null", "9007199254740993"])
_NAMES = st.sampled_from(['"echo"', '"slow"', '"never"', '"fail"', '"odd"', "5", "null", "{}"])
_RIGHT = st.one_of(
    st.builds("C[{},{},{{}}]".format, _IDS, _NAMES),
    st.builds("T[{},{}]".format, _IDS, st.sampled_from(["0", "1", "1e9", "-1", "1e308"])),
    st.builds("t[{}]".format, _IDS),
    st.builds('L["{}","{}"]'.format, st.sampled_from(["log", "x"]), st.text("ab\n é", max_size=20).map(lambda text: text.replace("\n", "\\n"))),
    st.sampled_from(["M", "R[]", "R[1]", 'R[{"t":"AAA="},"t"]', "Xout of memory", 'E[{"kind":"throw","stack":"<program>:9:9"}]', 'E[{"kind":"x"},{"hint":5}]']),
).map(str.encode)  # fmt: skip


@once
def sealed() -> Image:
    """Give the image behind all runs."""
    return on_big_stack(lambda: image.load(ImageSource("")))


@given(st.lists(st.lists(_RIGHT | _RIGHT | messages(), max_size=4), max_size=4))
def fuzz(steps: list[list[bytes]]) -> None:
    """Feed the messages, a step at a time."""
    asyncio.run(_fed(steps))


async def _fed(steps: list[list[bytes]]) -> None:
    from contract import Host
    from fed_run import FedRun

    host = Host()
    async with FedRun(sealed(), host, Limits(at_once=16)) as fed:
        for step in steps:
            await fed.feed(*step)
        if fed.ended:
            end = await fed.end()
            assert not isinstance(end, ProgramError) or end.kind in ProgramError.KINDS
    assert host.now == 0


if __name__ == "__main__":
    main(fuzz)
