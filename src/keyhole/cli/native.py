"""What an API would cost as one MCP tool per operation, without writing such a list out: Graph's would be 181 GB.

The list is counted, not built. A tool is its name, its description and an input schema with every reference inlined;
what a referenced schema costs is counted once and added wherever the list would repeat it. A reference that leads back
into its own circle stays a reference, so that what is counted is the least that such a list can be.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from keyhole.tokens import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyhole.catalog.operation import Operation
    from keyhole.catalog.schema import Schemas


class Native:
    """Counts the tools of one document. With `required_only`, parameters and properties that may be left out are."""

    def __init__(self, *, required_only: bool = False) -> None:
        self._required_only = required_only
        self._own: dict[str, int] = {}
        self._refs: dict[str, list[str]] = {}
        self._cost: dict[str, int] = {}

    def count(self, operations: Iterable[Operation]) -> int:
        """Give the tokens of a `tools/list` answer with one tool for each of these operations."""
        return count('{"tools":[]}') + sum(self._tool(operation) for operation in operations)

    def _tool(self, operation: Operation) -> int:
        signature = operation.signature
        properties: dict[str, Any] = {
            parameter.name: {**parameter.schema, "description": parameter.description}
            if parameter.description
            else parameter.schema
            for parameter in signature.parameters
            if parameter.required or not self._required_only
        }
        required = [parameter.name for parameter in signature.parameters if parameter.required]
        if signature.body and (signature.body.required or not self._required_only):
            properties["body"] = signature.body.schema
            if signature.body.required:
                required.append("body")
        tool = {
            "name": operation.name,
            "description": operation.description or operation.summary,
            "inputSchema": {"type": "object", "properties": properties, "required": required},
        }
        refs: list[str] = []
        text = json.dumps(self._cut(tool, refs), ensure_ascii=False, separators=(",", ":"))
        self._solve(refs, signature.schemas)
        return count(f"{text},") + sum(self._cost[ref] for ref in refs)

    def _cut(self, node: Any, refs: list[str]) -> Any:
        """Copy a schema without what its references point at; note those in `refs`, as often as they occur."""
        if isinstance(node, list):
            return [self._cut(item, refs) for item in cast("list[Any]", node)]
        if not isinstance(node, dict):
            return node
        schema = cast("dict[str, Any]", node)
        ref = schema.get("$ref")
        if isinstance(ref, str):
            refs.append(ref)
            return None
        properties = schema.get("properties")
        if self._required_only and isinstance(properties, dict) and isinstance(schema.get("type", "object"), str):
            names = schema.get("required")
            kept = cast("list[Any]", names) if isinstance(names, list) else []
            named = cast("dict[str, Any]", properties).items()
            schema = {**schema, "properties": {name: value for name, value in named if name in kept}}
        return {key: self._cut(value, refs) for key, value in schema.items()}

    def _solve(self, wanted: Iterable[str], schemas: Schemas) -> None:
        """Find the cost of these references: strongly connected components (Tarjan), innermost first."""
        order: dict[str, int] = {}
        low: dict[str, int] = {}
        open_: list[str] = []
        for start in wanted:
            if start in self._cost or start in order:
                continue
            path: list[tuple[str, Iterator[str]]] = [(start, iter(self._look(start, schemas)))]
            order[start] = low[start] = len(order)
            open_.append(start)
            while path:
                ref, rest = path[-1]
                for following in rest:
                    if following in self._cost:
                        continue
                    if following not in order:
                        order[following] = low[following] = len(order)
                        open_.append(following)
                        path.append((following, iter(self._look(following, schemas))))
                        break
                    low[ref] = min(low[ref], order[following])
                else:
                    path.pop()
                    if path:
                        low[path[-1][0]] = min(low[path[-1][0]], low[ref])
                    if low[ref] == order[ref]:
                        circle = open_[open_.index(ref) :]
                        del open_[len(open_) - len(circle) :]
                        self._close(circle)

    def _close(self, circle: list[str]) -> None:
        members = set(circle)
        costs = {
            ref: self._own[ref]
            + sum(count(f'{{"$ref":"{r}"}}') if r in members else self._cost[r] for r in self._refs[ref])
            for ref in circle
        }
        self._cost.update(costs)

    def _look(self, ref: str, schemas: Schemas) -> list[str]:
        """Read one referenced schema: its own tokens, and the references in it."""
        refs: list[str] = []
        text = json.dumps(self._cut(schemas.target(ref), refs), ensure_ascii=False, separators=(",", ":"))
        self._own[ref], self._refs[ref] = count(text), refs
        return refs
