"""What the tests of sources share."""

from __future__ import annotations

from typing import Any

import pytest
from bad_server import Server

from keyhole.catalog.call import Call, Credentials
from keyhole.sources.openapi import OpenAPISource, load


class Api:
    """A source and a short way to call it."""

    def __init__(self, source: OpenAPISource) -> None:
        self.source = source

    def operation(self, name: str):
        return next(one for one in self.source.operations() if name in (one.id, one.name, f"{one.method} {one.path}"))

    async def call(self, name: str, credentials: Credentials | None = None, **arguments: Any):
        return await self.source.send(Call(self.operation(name), arguments), credentials or Credentials())

    def built(self, name: str, arguments: dict[str, Any] | None = None, **more: Any):
        return self.source._outgoing(Call(self.operation(name), {**(arguments or {}), **more}))


@pytest.fixture
def server():
    running = Server()
    yield running
    running.close()


@pytest.fixture
async def open_api():
    """Make an `Api` of a document; closed at the end."""
    made: list[Api] = []

    def make(document: Any, **options: Any) -> Api:
        made.append(Api(load(document, **options)))
        return made[-1]

    yield make
    for api in made:
        await api.source.aclose()


@pytest.fixture(scope="session")
def document():
    """Make a document of `paths`; more top-level keys by name."""

    def make(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"openapi": "3.0.3", "info": {"title": "Test"}, "paths": paths, **more}

    return make
