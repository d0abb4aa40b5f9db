"""The tool calls in flight, so that a client's cancel or the server's end can stop them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable


class Runs:
    """Every tool call in flight has a scope here, under the key its client knows it by (None: nobody can ask)."""

    def __init__(self) -> None:
        self._scopes: dict[anyio.CancelScope, Hashable] = {}

    def __len__(self) -> int:
        return len(self._scopes)

    @contextmanager
    def open(self, key: Hashable) -> Generator[anyio.CancelScope]:
        """Enter a scope for one tool call. Where it was stopped, the body ends early and `cancelled_caught` is true."""
        with anyio.CancelScope() as scope:
            self._scopes[scope] = key
            try:
                yield scope
            finally:
                del self._scopes[scope]

    def stop(self, key: Hashable) -> None:
        """Stop the tool call of this key; nothing happens where there is none."""
        for scope, known in tuple(self._scopes.items()):
            if known is not None and known == key:
                scope.cancel()

    def stop_all(self) -> None:
        """Stop every tool call."""
        for scope in tuple(self._scopes):
            scope.cancel()
