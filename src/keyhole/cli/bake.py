"""`keyhole bake`: everything that can be done before the first request."""

from __future__ import annotations

import os
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from keyhole.cli.lifetime import live
from keyhole.cli.opening import opened
from keyhole.cli.options import Options, configure
from keyhole.cli.screen import show, show_json
from keyhole.errors import UsageError, counted

if TYPE_CHECKING:
    from pathlib import Path


def bake(
    *docs: Annotated[str, Parameter(help="OpenAPI documents, in the order in which they will be served.")],
    as_json: Annotated[
        bool, Parameter(name="--json", help="Print what was baked as JSON.", negative="", show_default=False)
    ] = False,
    options: Options | None = None,
) -> int:
    """Compile and bake ahead of time, for container images and CI.

    One image holds one ordered set of documents: bake what will be served, in that order. The cache folder
    (--cache-dir, KEYHOLE_CACHE_DIR) may be read-only afterwards.
    """
    config = configure(docs, options)
    verbose = bool(options and options.verbose)

    async def main() -> int:
        started = perf_counter()
        async with opened(config, verbose=verbose) as code_mode:
            ms = round((perf_counter() - started) * 1000, 1)
            baked: list[dict[str, Any]] = [
                {
                    "api": name,
                    "title": source.title,
                    "operations": len(code_mode.catalog.apis.get(name, ())),
                    "notices": [{"pointer": notice.pointer, "message": notice.message} for notice in source.notices],
                }
                for name, source in code_mode.sources.items()
            ]
        _check(config.cache())
        if as_json:
            show_json({"documents": baked, "cache": str(config.cache()), "ms": ms})
        else:
            for one in baked:
                size = counted(one["operations"], "operation")
                show(f"{one['api']}: {size}, {len(one['notices'])} skipped or mended")
            show(f"ready in {ms:,.0f} ms; cached in {config.cache()}")
        return 0

    return live(main, verbose=verbose)


def _check(folder: Path) -> None:
    """Raise `UsageError` where nothing can have been kept: a command that bakes ahead is of no use then."""
    hint = "Give a folder of your own that only you can write: --cache-dir PATH"
    if not folder.is_dir():
        raise UsageError(f"nothing was cached: {folder} is not a folder, and cannot be made one", hint=hint)
    if os.name != "nt" and folder.stat().st_mode & 0o022:
        raise UsageError(f"nothing was cached: {folder} is writable by others", hint=f"chmod 700 {folder}")
    if not any(folder.glob("image-*.cwasm")):
        raise UsageError(f"nothing was cached: {folder} cannot be written", hint=hint)
