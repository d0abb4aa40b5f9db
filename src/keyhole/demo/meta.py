"""The service itself, and who is asking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyhole.demo.endpoint import Endpoint, Reply, Request
from keyhole.demo.users import user

if TYPE_CHECKING:
    from keyhole.demo.store import Store


def _health(_store: Store, _request: Request) -> Reply:
    return Reply({"status": "ok", "version": "1.4.0"})


def _me(store: Store, request: Request) -> Reply:
    return Reply(user(store, request.user))


ENDPOINTS = (
    Endpoint("meta/health", "GET", "/health", "Check that the service is up", _health, answer="Health", public=True),
    Endpoint("meta/me", "GET", "/me", "Get the user that the token belongs to", _me, answer="User"),
)
