"""What a program can ask of the host: calls, pages, the catalog, results, files. Nothing else is answered."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.call import Call
from keyhole.catalog.declare import auth, heading
from keyhole.catalog.describe import MAX_DEPTH, describe, describe_part, describe_schema, describe_type
from keyhole.catalog.part import routes
from keyhole.errors import ApiError, CallError, InvalidArguments, UnknownOperation
from keyhole.gateway.asked import as_arguments, bounded, brief, named, no_object, rooted, split
from keyhole.gateway.files import Files
from keyhole.gateway.mending import Notes
from keyhole.gateway.results import handles
from keyhole.value import File, is_large

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from keyhole.catalog.call import Result
    from keyhole.catalog.operation import Operation
    from keyhole.gateway.decision import Next
    from keyhole.gateway.gateway import Gateway
    from keyhole.gateway.results import Shelf
    from keyhole.value import Value

MAX_FOUND = 100
MAX_DESCRIBED = 10
MAX_BINARY = 16 << 20
"""Bytes of a binary answer: under 64 MB of memory a program holds 18 MB of it, and not 20."""


class Door:
    """The `HostCall` of one run. Without a `way`, calls are refused: a search reads the catalog and nothing else.

    What comes through is written by a program, so nothing about it is believed: every argument's type is checked here.
    With a `shelf`, programs read what is kept for their caller, and `answers` holds what the calls gave.
    """

    def __init__(
        self,
        gateway: Gateway,
        way: Next | None,
        shelf: Shelf | None = None,
        files: Files | None = None,
        notes: Notes | None = None,
    ) -> None:
        self._gateway = gateway
        self._files = files or Files(None, may_save=False)
        self._way = way
        self._shelf = shelf
        self.answers = shelf.answers() if shelf else None
        self._notes = notes or Notes()
        self._answers: Mapping[str, Callable[[dict[str, Any]], Awaitable[Value]]] = {
            "call": self._call,
            "request": self._request,
            "page": self._page,
            "find": self._find,
            "describe": self._describe,
            "results": self._results,
            "files": self._files,
        }

    def close(self) -> None:
        """Close the files of the run. Idempotent."""
        self._files.close()

    async def __call__(self, name: str, argument: Value) -> Value:
        """Answer one host call. Raises a `CallError`, which is thrown inside the program."""
        answer = self._answers.get(name)
        if answer is None or not isinstance(argument, dict):
            raise InvalidArguments(f"the host does not answer {name!r}", hint="Use the globals, not the host itself.")
        return await answer(cast("dict[str, Any]", argument))

    async def _call(self, asked: dict[str, Any]) -> Value:
        return await self._answer(Call(*self._called(asked)), raw=bool(asked.get("raw")))

    async def _request(self, asked: dict[str, Any]) -> Value:
        return await self._answer(Call(*self._requested(asked)), raw=bool(asked.get("raw")))

    async def _page(self, asked: dict[str, Any]) -> Value:
        """Answer one page of a list: its items, and the state that leads to the next, None after the last.

        Where the API has an operation that is called `name.items`, and none `name`: `whole`, what that one gives.
        """
        options, state = asked.get("request"), asked.get("state")
        if isinstance(options, dict):
            operation, given = self._requested({**cast("dict[str, Any]", options), "api": asked.get("api")})
        else:
            try:
                operation, given = self._called(asked)
            except UnknownOperation as error:
                try:
                    call = Call(*self._called({**asked, "name": f"{asked.get('name')}.items"}))
                except UnknownOperation:
                    raise error from None
                return {"whole": await self._answer(call, raw=False)}
        known = cast("dict[str, Any]", state) if isinstance(state, dict) else {}
        number = 1
        try:
            page = self._gateway.pager.page(operation, given, known)
            number = page.before.number
            result = await self._sent(page.call)
            if page.beyond(result):
                return {"items": [], "state": None}
            _raise_for(page.call.operation, result)
            items, following = self._gateway.pager.turn(page, result)
        except CallError as error:
            if number > 1:
                error.message = f"page {number}: {error.message}"
            raise
        return {"items": items, "state": following}

    def _called(self, asked: dict[str, Any]) -> tuple[Operation, dict[str, Value]]:
        """Read `api.name(arguments)` or `api.get(path, arguments)`."""
        api, name, arguments = asked.get("api"), asked.get("name"), asked.get("arguments")
        if not isinstance(api, str) or not isinstance(name, str):
            raise InvalidArguments("an operation is called by a name that is a string")
        bounded("the name of an operation", name)
        if not isinstance(arguments, dict):
            raise no_object(api, name, arguments)
        source = self._gateway.sources.get(api)
        operation, written = named(self._gateway.catalog, api, name, source.local if source else None)
        # A dot instead of an underscore is how many an SDK writes it; anything else is worth a word.
        if not {" ", "."} & set(name) and name not in (operation.name, operation.id):
            self._notes.add("name", f"{name} → {operation.name}")
        return operation, {**written, **cast("dict[str, Value]", arguments)}

    def _requested(self, asked: dict[str, Any]) -> tuple[Operation, dict[str, Value]]:
        """Read `api.request({ method, path, query, headers, body })`."""
        _known("request", asked, {"method", "path", "query", "headers", "body"}, {"api", "raw"})
        api, method, path = asked.get("api"), asked.get("method", "GET"), asked.get("path")
        source = self._gateway.sources.get(api) if isinstance(api, str) else None
        if source is None or not isinstance(method, str) or not isinstance(path, str) or not path:
            raise InvalidArguments(
                f"request() was given method {brief(method)} and path {brief(path)}",
                hint='Write request({ method: "GET", path: "/things/1", query: {}, headers: {}, body: {} }).',
            )
        bounded("the path of a request", path)
        parts = {key: asked[key] for key in ("query", "headers", "body") if asked.get(key) is not None}
        for key in ("query", "headers"):
            if not isinstance(parts.get(key, {}), dict):
                raise InvalidArguments(
                    f"request() was given {key} {brief(parts[key])}: it is an object of names and values"
                )
        path, query = split(rooted(path, source.local))
        if query:
            parts["query"] = {**query, **parts.get("query", {})}
        matched = self._gateway.catalog.match(source.name, method.upper(), path)
        if matched is None:
            return source.ad_hoc(method.upper(), path), parts
        operation, values = matched
        return operation, as_arguments(operation, values, parts)

    async def _answer(self, call: Call, *, raw: bool) -> Value:
        result = await self._sent(call)
        body = self._files.handle(result.body) if isinstance(result.body, File) else result.body
        if raw:
            return {"status": result.status, "headers": dict(result.headers), "body": body}
        _raise_for(call.operation, result)
        return body

    async def _sent(self, call: Call) -> Result:
        operation = call.operation
        if self._way is None:
            raise CallError(
                f"{operation.qualified} was not called: `search` reads the catalog only",
                hint="Call operations in `execute`; here there are ops, spec, find and describe.",
                operation=operation.qualified,
            )
        given = await self._files.given(call.arguments)
        result = await self._way(replace(call, arguments=given, spool=self._files.spool))
        _fits(operation, result)
        if self.answers is not None and result.status < 400:
            await _apart(result.body, self.answers.add, operation, result.url, result.body)
        return result

    async def _find(self, asked: dict[str, Any]) -> Value:
        _known("find", asked, {"limit", "api"}, {"query"})
        query, limit, api = asked.get("query"), asked.get("limit", 10), asked.get("api")
        if not isinstance(query, str):
            raise InvalidArguments(f"find() was given {brief(query)}: the query is a string")
        bounded("the query of find()", query)
        if not isinstance(limit, int) or limit < 1:
            raise InvalidArguments(f"find() was given the limit {brief(limit)}: it is a number from 1 to {MAX_FOUND}")
        catalog = self._gateway.catalog
        if api is not None and (not isinstance(api, str) or api not in catalog.apis):
            listed = ", ".join(list(catalog.apis)[:10])
            raise InvalidArguments(f"find() was given the api {brief(api)}: there is {listed}")
        # On a thread: the first search builds the index, which takes seconds for a very large document.
        found = await asyncio.to_thread(catalog.find, query, limit=min(limit, MAX_FOUND), api=api)
        return [operation.record() for operation in found]

    async def _describe(self, asked: dict[str, Any]) -> Value:
        _known("describe", asked, {"depth", "path"}, {"name"})
        name, depth, path = asked.get("name"), asked.get("depth"), asked.get("path")
        if type(depth) is int:
            depth = min(max(depth, 1), MAX_DEPTH)
        elif depth is not None:
            raise InvalidArguments(
                f"describe() was given the depth {brief(depth)}: it is a whole number from 1 to {MAX_DEPTH}"
            )
        if path is not None and not isinstance(path, str):
            raise InvalidArguments(f'describe() was given the path {brief(path)}: it is a string such as "body.items"')
        names = cast("list[Any]", name) if isinstance(name, list) else [name]
        if not names or len(names) > MAX_DESCRIBED:
            raise InvalidArguments(f"describe() was given {len(names)} names: it takes 1 to {MAX_DESCRIBED}")
        if path is not None:
            bounded("the path of describe()", path)
        return "\n".join(self._described(one, path, depth) for one in names)

    def _described(self, one: Value, path: str | None, depth: int | None) -> str:
        """Describe what a program named, or what it took from `spec`."""
        catalog = self._gateway.catalog
        known = {api: found[0].signature.schemas for api, found in catalog.apis.items() if found}
        documents = list(known.values())
        if isinstance(one, dict) and ("name" not in one or "in" in one):
            part = cast("dict[str, Any]", one)
            there = routes(part, known)
            if len(there) > 1 or (there and "responses" not in part):
                return self._listed(there, path)
            if not there and not isinstance(part.get("operationId"), str):
                return describe_schema(part, documents, path=path or "", depth=depth or 3)
            one = there[0] if there else part["operationId"]
        name = _name_of(one)
        try:
            operation = catalog.lookup(name)
        except UnknownOperation:
            last = name.rpartition(".")[2]
            if described := describe_type(last, documents, path=path or "", depth=depth or 3):
                return described
            raise
        if path is not None:
            return describe_part(operation, path, depth=depth or 4)
        return describe(operation, depth=depth or 3)

    def _listed(self, routes: list[str], path: str | None) -> str:
        """Name the operations of a path item."""
        found = [self._gateway.catalog.lookup(route) for route in routes[:MAX_FOUND]]
        names = [f'describe("{one.qualified}")' for one in found]
        if path is not None:
            raise InvalidArguments(
                f"describe() was given the path {brief(path)} in a path item, which has operations and no types",
                hint=f"Name one of its operations: {', '.join(names[:5])}.",
            )
        return "\n".join(f"{name}; {heading(one)}" for name, one in zip(names, found, strict=True))

    async def _results(self, asked: dict[str, Any]) -> Value:
        names = asked.get("names")
        if not isinstance(names, list):
            raise InvalidArguments(f"results() was given {brief(names)}: it takes names of kept results")
        wanted = handles(cast("list[Any]", names))
        return await asyncio.to_thread(self._shelf.read, wanted) if self._shelf else {}


async def _apart(measured: Value, work: Callable[..., None], *arguments: Any) -> None:
    """Do the work, on a thread where it is on something large."""
    if is_large(measured):
        await asyncio.to_thread(work, *arguments)
    else:
        work(*arguments)


def _name_of(named: Value) -> str:
    """Give the name of an operation that a program named as a string or by a record of `ops` or `find`."""
    if isinstance(named, dict):
        record = cast("dict[str, Any]", named)
        named = f"{brief(record.get('api'))}.{brief(record.get('name'))}".replace('"', "")
    if not isinstance(named, str):
        raise InvalidArguments(f"describe() was given {brief(named)}: it wants the name of an operation, or several")
    bounded("the name of an operation", named)
    return named


def _known(what: str, asked: dict[str, Any], options: set[str], given: set[str]) -> None:
    """Refuse an option that is none; `given` are what a program does not write as options."""
    unknown = [key for key in asked if key not in options | given]
    if unknown:
        raise InvalidArguments(f"{what}() has no option {brief(unknown[0])}: there are {', '.join(sorted(options))}")


def _raise_for(operation: Operation, result: Result) -> None:
    """Raise ApiError for what is no answer to the call: an error status, or a web page."""
    if result.status >= 400:
        raise _api_error(operation, result)
    if _is_page(operation, result):
        raise _web_page(operation, result)


def _fits(operation: Operation, result: Result) -> None:
    """Refuse bytes that a program's memory does not hold beside their base64, before they reach it."""
    if isinstance(result.body, bytes) and len(result.body) > MAX_BINARY:
        raise ApiError(
            f"{operation.qualified} answered {result.status} with {len(result.body) / (1 << 20):.1f} MB of bytes; "
            f"the most that a program gets is {MAX_BINARY >> 20} MB",
            status=result.status,
            headers=result.headers,
            hint="Ask for less (a range, a smaller file). Where the operator gives --files DIR, it becomes a file.",
            operation=operation.qualified,
        )


def _is_page(operation: Operation, result: Result) -> bool:
    """Say whether a web page came where the document promises something else."""
    return (
        isinstance(result.body, str)
        and result.headers.get("content-type", "").lower().startswith("text/html")
        and operation.signature.output is not None
        and operation.signature.schemas.resolve(operation.signature.output).get("type") != "string"
    )


def _web_page(operation: Operation, result: Result) -> ApiError:
    return ApiError(
        f"{operation.qualified} answered {result.status} with a web page, not what the document promises: "
        f"{brief(result.body, 200)}",
        status=result.status,
        body=result.body,
        headers=result.headers,
        hint=f"A login page, or a wrong --base-url? Tell the user. {operation.qualified}.raw() gives the page.",
        operation=operation.qualified,
    )


_HINTS = {
    400: "Compare the arguments with `await describe({name!r})`.",
    401: "The credential is missing or was refused. The operator sets it: tell the user. Wanted: {auth}.",
    403: "The credential lacks a right for this. Tell the user; trying again will not help. Wanted: {auth}.",
    404: "There is no such thing, or the credential may not see it: check the ids, list before you get.",
    405: "The API does not allow this method here.",
    409: "It conflicts with what is there: the state has changed, or the thing exists. Read it, then decide.",
    422: "Compare the arguments with `await describe({name!r})`.",
    429: "The API limits the rate: make fewer calls, or wait (see the header retry-after).",
}


def _api_error(operation: Operation, result: Result) -> ApiError:
    """Say an error status for a model: the status in words, the request, the start of what the API answered."""
    try:
        phrase = f"{result.status} {HTTPStatus(result.status).phrase}"
    except ValueError:
        phrase = str(result.status)
    hint = _HINTS.get(
        result.status, "The API failed; it may pass, or it may be the arguments." if result.status >= 500 else ""
    )
    return ApiError(
        f"{operation.qualified} answered {phrase} to {operation.method} {result.url}: {brief(result.body, 400)}",
        status=result.status,
        body=result.body,
        headers=result.headers,
        hint=hint.format(name=operation.name, auth=auth(operation) or "the document does not say"),
        operation=operation.qualified,
    )
