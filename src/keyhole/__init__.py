"""Keyhole gives an agent an entire API, or many, through two tools and under 1,000 tokens."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyhole.answer.execution import Execution
    from keyhole.answer.search import Search
    from keyhole.codemode import CodeMode
    from keyhole.config import Config, OpenAPI
    from keyhole.errors import CallError, DocumentError, KeyholeError, ProgramError, SandboxError, UsageError

__all__ = [
    "CallError",
    "CodeMode",
    "Config",
    "DocumentError",
    "Execution",
    "KeyholeError",
    "OpenAPI",
    "ProgramError",
    "SandboxError",
    "Search",
    "UsageError",
]

_ROOMS = {
    "CodeMode": "codemode",
    "Config": "config",
    "OpenAPI": "config",
    "Execution": "answer.execution",
    "Search": "answer.search",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: `keyhole --help` must not pay for the engine."""
    if name not in __all__:
        raise AttributeError(f"module 'keyhole' has no attribute {name!r}")
    return getattr(import_module(f"keyhole.{_ROOMS.get(name, 'errors')}"), name)
