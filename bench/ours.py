"""Keyhole over one document, as the measurements use it: opened against the stub API, checked to have worked."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from stub_api import stub_api

import keyhole

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from keyhole.answer.execution import Execution


@asynccontextmanager
async def opened(document: Path) -> AsyncIterator[keyhole.CodeMode]:
    """Open a CodeMode whose API is called `github` and answers from loopback."""
    with stub_api() as url:
        api = keyhole.OpenAPI(str(document), name="github", base_url=url)
        async with keyhole.CodeMode([api]) as code_mode:
            yield code_mode


def value(execution: Execution) -> Any:
    """Give what a program returned; a failed one ends the measurement, loudly."""
    if execution.error is not None:
        raise execution.error
    return execution.value
