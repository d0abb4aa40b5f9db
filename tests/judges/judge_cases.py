"""Cases: for every operation of a document (OpenAPI 3.x, parsed), arguments that its schemas allow, and ones they forbid.

Every value was asked of `jsonschema` through `openapi-schema-validator`, the reference for OpenAPI's dialects. A case is
in the document's own words: where a parameter is and what it is called, not what Keyhole calls it.
"""

from __future__ import annotations

import copy
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from judge_drawing import Drawing, UndrawableError
from openapi_schema_validator import OAS30WriteValidator, OAS31Validator, oas30_format_checker, oas31_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4, DRAFT202012

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
NOT_OURS = {"authorization", "cookie", "accept", "content-type", "host"}
_ALTERNATIVES = 8
_BYTES = "application/octet-stream"


@dataclass
class Case:
    """Arguments for one operation. `parameters` are (place, name, value); `body` counts where `media` is not empty."""

    operation: str
    kind: str
    parameters: list[tuple[str, str, Any]] = field(default_factory=list)
    media: str = ""
    body: Any = None
    number: int = 0

    def key(self) -> str:
        return json.dumps([self.parameters, self.media, self.body], sort_keys=True, default=str)


class Reference:
    """Says what a document's schemas allow."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.old = not root["openapi"].startswith("3.1")
        resource = Resource(root, DRAFT4 if self.old else DRAFT202012)
        self._registry = Registry().with_resource("urn:document", resource)
        self._known: dict[int, Any] = {}

    def problem(self, schema: Any, value: Any) -> str:
        """Give what is wrong with a value; empty where nothing is."""
        kind = OAS30WriteValidator if self.old else OAS31Validator
        checker = oas30_format_checker if self.old else oas31_format_checker
        validator = self._known.get(id(schema))
        if validator is None:
            resolver = self._registry.resolver("urn:document")
            validator = self._known[id(schema)] = kind(
                schema, registry=self._registry, format_checker=checker, _resolver=resolver
            )
        try:
            error = next(validator.iter_errors(value), None)
        except Exception as fault:  # noqa: BLE001  (what a document makes of a validator is not ours)
            return f"cannot be judged: {type(fault).__name__}: {fault}"
        return "" if error is None else f"{error.json_path}: {error.message[:160]}"


class Operations:
    """The operations of a document, and the drawing of cases for each. `skipped` says what could not be drawn and why."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self.reference = Reference(root)
        self.skipped: list[tuple[str, str]] = []
        self._plain = Drawing(root, full=False)

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
        for path, item in self.root["paths"].items():
            for method in METHODS:
                if method in item:
                    yield f"{method.upper()} {path}", item[method], self._parameters(item, item[method])

    def _parameters(self, item: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
        found = {}
        for one in (*item.get("parameters", ()), *operation.get("parameters", ())):
            parameter = self._plain.resolved(one)
            if not (parameter["in"] in ("header", "cookie") and parameter["name"].lower() in NOT_OURS):
                found[parameter["in"], parameter["name"]] = parameter
        return list(found.values())

    def content(self, operation: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """Give an operation's body by media type, and whether it must have one."""
        body = self._plain.resolved(operation.get("requestBody"))
        return body.get("content", {}), body.get("required") is True

    def valid(self, name: str, operation: dict[str, Any], parameters: list[dict[str, Any]]) -> list[Case]:
        """Draw cases: what is required, everything, each alternative, each content type, nulls, awkward texts, the document's examples."""
        content, needs_body = self.content(operation)
        media = list(content) or [""]
        cases = [self._case("required", name, parameters, content, media[0] if needs_body else "", full=False)]
        cases.append(self._case("everything", name, parameters, content, media[0], full=True))
        widest = self._widest
        cases.append(self._case("awkward texts", name, parameters, content, media[0], full=True, tricky=True))
        if self._nullable and "json" in media[0]:
            cases.append(self._case("nulls", name, parameters, content, media[0], full=True, nulls=True))
        for pick in range(1, min(widest, _ALTERNATIVES)):
            cases.append(self._case(f"alternative {pick}", name, parameters, content, media[0], full=True, pick=pick))
            cases.append(
                self._case(f"required, alternative {pick}", name, parameters, content, media[0], full=False, pick=pick)
            )
        for other in media[1:]:
            for full in (False, True):
                kind = f"{other}, {'everything' if full else 'required'}"
                cases.append(self._case(kind, name, parameters, content, other, full=full))
        cases += self._examples(name, parameters, content)
        kept: dict[str, Case] = {}
        for case in cases:
            if case is not None:
                kept.setdefault(case.key(), case)
        if not kept:  # nothing is valid: a contradiction of the document, of which the judges are asked as well
            loose = self._case(
                "a contradiction", name, parameters, content, media[0] if needs_body else "", full=False, sure=False
            )
            kept = {"": loose} if loose else {}
            self.skipped.append((name, "no case could be drawn"))
        return list(kept.values())

    def _case(
        self,
        kind: str,
        name: str,
        parameters: list[dict[str, Any]],
        content: dict[str, Any],
        media: str,
        *,
        full: bool,
        pick: int = 0,
        nulls: bool = False,
        tricky: bool = False,
        sure: bool = True,
    ) -> Case | None:
        drawing = Drawing(
            self.root, full=full, pick=pick, tricky=tricky, allows_null=self._allows_null if nulls else None
        )
        case = Case(name, kind, media=media)
        self._is_sure = sure
        try:
            for one in parameters:
                if full or one.get("required") or one["in"] == "path":
                    value = self._argument(drawing, one)
                    if value is not None:
                        case.parameters.append((one["in"], one["name"], value))
            if media:
                case.body = self._body(drawing, media, content[media].get("schema", {}))
        except UndrawableError as why:
            self.skipped.append((f"{name} ({kind})", str(why)))
            return None
        finally:
            self._widest, self._nullable = drawing.widest, drawing.has_nullable
        return case

    def _allows_null(self, schema: Any) -> bool:
        return not self.reference.problem(schema, None)

    def _argument(self, drawing: Drawing, one: dict[str, Any]) -> Any:
        schema = schema_of(one)
        drawing.tricky, before, drawing.visible = drawing.tricky and one["in"] == "query", drawing.tricky, True
        try:
            value = self._sure(drawing, schema, self._told(one))
        except UndrawableError:
            if one.get("required") or one["in"] == "path":
                raise
            return None
        finally:
            drawing.tricky, drawing.visible = before, False
        return None if value in ("", [], {}) else value  # a path, a query or a header would show nothing of it

    def _told(self, holder: dict[str, Any]) -> list[Any]:
        found = [holder["example"]] if "example" in holder else []
        return (
            found + [self._plain.resolved(one).get("value") for one in holder.get("examples", {}).values()]
            if isinstance(holder.get("examples"), dict)
            else found
        )

    def _sure(self, drawing: Drawing, schema: Any, others: list[Any]) -> Any:
        """Draw a value that the reference allows: at a few picks, then what the document gives as an example."""
        why, before = "", drawing.pick
        for step in range(6):
            drawing.pick = before + step
            try:
                value = drawing.value(schema)
                why = self.reference.problem(schema, value)
            except UndrawableError as fault:
                why = str(fault)
            if not why or (not self._is_sure and not why.startswith("it ")):
                drawing.pick = before
                return value
        drawing.pick = before
        found = drawing.resolved(schema)
        for value in (
            *others,
            *(found[key] for key in ("example", "default") if key in found),
            *(found.get("examples") or [] if isinstance(found.get("examples"), list) else []),
        ):
            if not self.reference.problem(schema, value):
                return value
        raise UndrawableError(why)

    def _body(self, drawing: Drawing, media: str, schema: Any) -> Any:
        kind = media.partition(";")[0].strip()
        if ("json" in kind and "ndjson" not in kind) or kind in (
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "*/*",
        ):
            drawing.visible = "form" in kind
            value = self._sure(drawing, schema, [])
            if "form" in kind:
                if not isinstance(value, dict):
                    raise UndrawableError("a form that is no object")
                files = {
                    key for key, one in drawing.flat(schema).get("properties", {}).items() if _is_file(drawing, one)
                }
                value = {key: _with_files(item) if key in files else item for key, item in value.items()}
            return value
        if kind.endswith("yaml"):
            return json.dumps(self._sure(drawing, schema, []))  # YAML 1.2 holds JSON
        if kind.endswith("cbor"):
            raise UndrawableError("CBOR, which no judge reads")
        return {"$bytes": "raw bytes"} if kind == _BYTES else '{"a":1}\n{"a":2}\n' if "ndjson" in kind else "some text"

    def _examples(self, name: str, parameters: list[dict[str, Any]], content: dict[str, Any]) -> list[Case | None]:
        out: list[Case | None] = []
        for media, body in content.items():
            if "json" not in media:
                continue
            for value in self._told(body)[:4]:
                if not self.reference.problem(body.get("schema", {}), value):
                    case = self._case(f"{media}, an example", name, parameters, content, "", full=False)
                    if case:
                        out.append(Case(name, case.kind, case.parameters, media, copy.deepcopy(value)))
        return out


def schema_of(parameter: dict[str, Any]) -> Any:
    if "schema" in parameter:
        return parameter["schema"]
    return next(iter(parameter.get("content", {"": {}}).values())).get("schema", {})


def _is_file(drawing: Drawing, schema: Any) -> bool:
    found = drawing.resolved(schema)
    found = drawing.resolved(found.get("items")) if found.get("type") == "array" else found
    return found.get("format") == "binary" or "contentMediaType" in found


def _with_files(value: Any) -> Any:
    return [_with_files(one) for one in value] if isinstance(value, list) else {"$bytes": str(value)}


def plain(case: Case) -> dict[str, Any]:
    return asdict(case)
