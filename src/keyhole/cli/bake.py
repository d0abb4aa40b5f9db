"""`keyhole bake`: everything that can be done before the first request."""

from __future__ import annotations

from time import perf_counter
from typing import Annotated, Any

from cyclopts import Parameter

from keyhole.cli.lifetime import live
from keyhole.cli.opening import opened
from keyhole.cli.options import Options, configure
from keyhole.cli.screen import show, show_json


def bake(
    *docs: Annotated[str, Parameter(help="OpenAPI documents, in the order in which they will be served.")],
    as_json: Annotated[bool, Parameter(name="--json", help="Print what was baked as JSON.", negative="")] = False,
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
        if as_json:
            show_json({"documents": baked, "cache": str(config.cache()), "ms": ms})
        else:
            for one in baked:
                show(f"{one['api']}: {one['operations']:,} operations, {len(one['notices'])} skipped or mended")
            show(f"ready in {ms:,.0f} ms; cached in {config.cache()}")
        return 0

    return live(main, verbose=verbose)
