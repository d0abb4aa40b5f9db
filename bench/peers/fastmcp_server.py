"""FastMCP's CodeMode over stdio, to see it start and what memory it holds. Arguments: DOCUMENT default|tuned."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fastmcp import FastMCP
from fastmcp.experimental.transforms.code_mode import CodeMode

settings = {} if sys.argv[2] == "default" else {"dereference_schemas": False}
server = FastMCP.from_openapi(json.loads(Path(sys.argv[1]).read_bytes()), **settings)
server.add_transform(CodeMode())
server.run("stdio", show_banner=False)
