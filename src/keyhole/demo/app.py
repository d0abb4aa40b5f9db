"""The demo API as an ASGI application: the table of endpoints behind a bearer token."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from hmac import compare_digest
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from keyhole.demo.document import document
from keyhole.demo.endpoint import Page, Refusal, Reply
from keyhole.demo.incoming import Incoming
from keyhole.demo.seed import CALLER, seed
from keyhole.demo.store import Store
from keyhole.demo.table import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from starlette.requests import Request as HttpRequest

    from keyhole.demo.endpoint import Endpoint

    Respond = Callable[[HttpRequest], Awaitable[Response]]

_MISREAD = {400: "bad_request", 404: "not_found", 405: "method_not_allowed"}


def create_app(*, token: str) -> Starlette:
    """Make the service with fresh data of its own, the same every time. `token` is the one bearer token it accepts."""
    if not token:
        raise ValueError("token: the demo API wants one that is not empty")
    store = Store()
    seed(store)
    described = JSONResponse(document())

    async def openapi(_http: HttpRequest) -> Response:
        return described

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        yield
        store.close()

    return Starlette(
        routes=[Route("/openapi.json", openapi), *_routes(store, token)],
        exception_handlers={Refusal: _refused, HTTPException: _misread},
        lifespan=lifespan,
    )


def _routes(store: Store, token: str) -> list[Route]:
    """Make one route a path: Starlette answers 405 with `Allow` for the methods it does not have."""
    paths: dict[str, dict[str, Respond]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method] = _respond(endpoint, store, token)

    def one(methods: dict[str, Respond]) -> Respond:
        async def respond(http: HttpRequest) -> Response:
            return await methods["GET" if http.method == "HEAD" else http.method](http)

        return respond

    return [Route(path, one(methods), methods=list(methods)) for path, methods in paths.items()]


def _respond(endpoint: Endpoint, store: Store, token: str) -> Respond:
    incoming = Incoming(endpoint)

    async def respond(http: HttpRequest) -> Response:
        if not endpoint.public:
            _authenticate(http, token)
        request = await incoming.read(http, CALLER)
        # The store is in memory and answers in microseconds: a thread would cost more than the query.
        with store.transaction():
            reply = endpoint.handler(store, request)
        return _response(http, reply, endpoint.status)

    return respond


def _authenticate(http: HttpRequest, token: str) -> None:
    scheme, _, given = http.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not compare_digest(given.strip().encode(), token.encode()):
        raise Refusal(401, "unauthorized", "This wants the header `Authorization: Bearer TOKEN` with a valid token.")


def _response(http: HttpRequest, reply: Reply, status: int) -> Response:
    headers = dict(reply.headers)
    if reply.page is not None:
        headers |= {"X-Total-Count": str(reply.page.total), "Link": _link(http, reply.page)}
    if isinstance(reply.body, bytes):
        return Response(reply.body, status, headers, reply.media_type)
    if status == 204:
        return Response(status_code=204, headers=headers)
    return JSONResponse(reply.body, status, headers)


def _link(http: HttpRequest, page: Page) -> str:
    """Name the pages around this one (RFC 8288)."""
    last = max(1, -(-page.total // page.size))
    pages = {"first": 1, "prev": page.number - 1, "next": page.number + 1, "last": last}
    return ", ".join(
        f'<{http.url.include_query_params(page=number)}>; rel="{name}"'
        for name, number in pages.items()
        if 1 <= number <= last
    )


async def _refused(_http: HttpRequest, problem: Exception) -> Response:
    assert isinstance(problem, Refusal)
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else None
    return JSONResponse(problem.body, problem.status, headers)


async def _misread(http: HttpRequest, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    message = problem.detail
    if problem.status_code == 404:
        message = f"There is no path {re.sub(r'[^ -~]', '?', http.url.path)!r}."
    code = _MISREAD.get(problem.status_code, "error")
    return JSONResponse({"code": code, "message": message, "errors": []}, problem.status_code, problem.headers)
