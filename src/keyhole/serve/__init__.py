"""The faces that agents talk to: MCP over stdio and streamable HTTP."""
