"""What `keyhole demo` and `keyhole try` print, one stop after another: for a person to read."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any

from keyhole.cli.screen import show
from keyhole.serve.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyhole.codemode import CodeMode

WIDTH = 100


class Tour:
    """Prints numbered stops. What an agent would send is marked `>`, what it would get `|`."""

    def __init__(self, code_mode: CodeMode) -> None:
        self._code_mode = code_mode
        self._desk = Desk(code_mode)
        self._stop = 0

    def stop(self, title: str, text: str = "") -> None:
        """Begin a stop."""
        self._stop += 1
        show(f"\n\n{self._stop}. {title}\n\n")
        if text:
            show(textwrap.fill(text, WIDTH, initial_indent="   ", subsequent_indent="   ") + "\n\n")

    def tools(self) -> None:
        """Show the two tools as a client sees them."""
        for tool in self._desk.tools:
            arguments = ", ".join(tool["inputSchema"]["properties"])
            show(_marked(f"{tool['name']}({arguments})  {json.dumps(tool['annotations'])}", "|"))
            show(_marked(tool["description"], "|   ") + "\n")

    async def search(self, **arguments: str) -> None:
        """Show a search and its answer."""
        await self._call("search", arguments)

    async def execute(self, code: str) -> None:
        """Show a run and its answer."""
        await self._call("execute", {"code": code})

    async def _call(self, tool: str, arguments: dict[str, str]) -> None:
        for name, text in arguments.items():
            lines = text.strip("\n")
            show(_marked(f"{tool} {name}: {lines}" if "\n" not in lines else f"{tool} {name}:\n{lines}", ">"))
        reply = await self._desk.call(tool, arguments)
        show(_marked(reply.text, "|"))


def connect(name: str, arguments: Sequence[str], environment: dict[str, str] | None = None) -> str:
    """Say how the usual clients are told to start `keyhole serve` with these arguments."""
    command, environment = _command(), environment or {}
    line = shlex.join([command, "serve", *arguments])
    exports = "".join(f"--env {key}={shlex.quote(value)} " for key, value in environment.items())
    entry: dict[str, Any] = {"command": command, "args": ["serve", *arguments]}
    toml = f"[mcp_servers.{name}]\ncommand = {json.dumps(command)}\nargs = {json.dumps(entry['args'])}"
    if environment:
        entry["env"] = environment
        pairs = ", ".join(f"{key} = {json.dumps(value)}" for key, value in environment.items())
        toml += f"\nenv = {{ {pairs} }}"
    parts = {
        "Claude Code": f"claude mcp add {name} {exports}-- {line}",
        "Codex": f"codex mcp add {name} {exports}-- {line}",
        "or in ~/.codex/config.toml": toml,
        "Cursor (.cursor/mcp.json), Claude Desktop and others": json.dumps({"mcpServers": {name: entry}}),
        "VS Code (.vscode/mcp.json)": json.dumps({"servers": {name: {"type": "stdio", **entry}}}),
        "over HTTP, for clients elsewhere on this machine": f"{line} --http 127.0.0.1:8321",
    }
    return "\n\n".join(f"   {client}:\n{textwrap.indent(text, '     ')}" for client, text in parts.items())


def _command() -> str:
    """Give the command as a client can start it: by name where it is on the path, else by its whole path."""
    if shutil.which("keyhole"):
        return "keyhole"
    beside = shutil.which("keyhole", path=sys.prefix + "/bin") or shutil.which("keyhole", path=sys.prefix + "/Scripts")
    return beside or "keyhole"


def _marked(text: str, mark: str) -> str:
    return "\n".join(f"   {mark} {line}".rstrip() for line in text.splitlines())
