"""`keyhole serve`: the MCP server."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated

from cyclopts import Parameter

from keyhole.cli.lifetime import live
from keyhole.cli.opening import opened, reloading, served
from keyhole.cli.options import Options, configure
from keyhole.cli.screen import say
from keyhole.serve import http as over_http
from keyhole.serve.stdio import serve_stdio


@Parameter(name="*")
@dataclass(kw_only=True, frozen=True)
class Where:
    """How clients reach the server."""

    http: Annotated[
        str | None,
        Parameter(help="Serve streamable HTTP at /mcp instead of stdio; port 0 is any free one.", metavar="HOST:PORT"),
    ] = None
    allow_host: Annotated[
        list[str],
        Parameter(help="A further name that HTTP clients may address us by.", metavar="NAME", negative="",
                  show_default=False),
    ] = field(default_factory=list[str])  # fmt: skip


def serve(
    *docs: Annotated[str, Parameter(help="OpenAPI documents: files or URLs, JSON or YAML; name=DOC sets the global.")],
    where: Where | None = None,
    options: Options | None = None,
) -> int:
    """Serve APIs to agents over MCP: stdio, or streamable HTTP with --http. SIGHUP reads the documents again."""
    config = configure(docs, options)
    where = where or Where()
    verbose = bool(options and options.verbose)
    bound = over_http.listen(where.http) if where.http else None

    async def main() -> int:
        async with opened(config, verbose=verbose) as code_mode, reloading(code_mode):
            code_mode.warm()
            if bound is None:
                if sys.stdin.isatty():
                    say(f"serving {served(code_mode)} over stdio; an MCP client starts this command by itself")
                await serve_stdio(code_mode)
            else:
                ready = partial(say, f"serving {served(code_mode)} at {over_http.url(bound)}")
                await over_http.serve_http(code_mode, bound, hosts=where.allow_host, ready=ready)
        return 0

    if bound and not over_http.is_loopback(bound):
        say(f"warning: {where.http} is open to the network: whoever reaches it acts with the credentials given here")
        say("hint: put an authenticating proxy before it, and give the name it is addressed by with --allow-host")
    return live(main, verbose=verbose)
