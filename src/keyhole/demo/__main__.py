"""`python -m keyhole.demo`: the demo API alone, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import sys

from keyhole.demo.server import listen, server


def main() -> None:
    """Serve the demo API on a loopback port; the token is TRACKER_TOKEN's, or `demo`."""
    parser = argparse.ArgumentParser(prog="python -m keyhole.demo", description="The demo API: a project tracker.")
    parser.add_argument("--port", type=int, default=0, help="loopback port (default: a free one)")
    token = os.environ.get("TRACKER_TOKEN") or "demo"
    sock, url = listen(parser.parse_args().port)
    sys.stdout.write(f"{url}/openapi.json\n")
    sys.stdout.flush()
    with sock:
        server(token).run(sockets=[sock])


if __name__ == "__main__":
    main()
