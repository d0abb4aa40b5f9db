"""Several operations declared together within one budget: what a search answers.

Room goes by need. First everything is written in its smallest form, then made larger step by step as long as the whole
fits: all arguments of the best hits, the fields of what they answer, the arguments of the others, and so on. A
type that two places share is named, and declared once; a parameter that every operation takes is told once; those
that only turn pages are left to `.items()`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.declare import MAX_TOKENS, arguments_of, auth, bare, function, heading, namespace, output_of
from keyhole.catalog.repeats import TAKEN, named_once
from keyhole.catalog.types import Cut, Printer, TooLarge
from keyhole.tokens import estimate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keyhole.catalog.operation import Operation, Parameter
    from keyhole.catalog.schema import Schemas
    from keyhole.catalog.types import Alias

_NAMES = 24  # of fields: a name alone says most of what a type would
_ARGUMENTS = (
    Cut(0, 0, 2), Cut(1, 0, 3, named=_NAMES), Cut(1, 6, 4, named=_NAMES), Cut(1, 14, 6), Cut(1, 40, 8), Cut(2, 40, 10),
    Cut(3, 40, 12), Cut(3, 40, 12, said=70),
)  # fmt: skip
_SENT = (Cut(0, 0, 2, named=_NAMES), *_ARGUMENTS[1:])  # types of arguments: what a filter may be by is in their names
_OUTPUTS = (
    Cut(0, 0, 1), Cut(0, 0, 1, named=_NAMES), Cut(1, 8, 4, named=_NAMES),
    Cut(1, 14, 6, named=_NAMES), Cut(2, 16, 6, named=_NAMES), Cut(2, 30, 8),
)  # fmt: skip
_TYPES = (Cut(0, 0, 1), Cut(0, 0, 1, named=_NAMES), Cut(1, 16, 6, named=_NAMES), Cut(1, 24, 8), Cut(2, 24, 8))
_WHOLE = 4
_OVER = 1.16  # the estimate errs upwards by this
_BOUND = 6_000
_LONG, _SHORT, _NAMED = 120, 60, 50
_FEW = 2
_LEAST_FIELDS = 3
_LEAST_SHARED = 3
_MAX_NAME = 40

Key = tuple[int, str, bool]
"""A type that may be named: whose document, its reference, and whether it is sent (or comes back)."""


def declarations(operations: Sequence[Operation], *, budget: int = 600, best: Sequence[int] = (0,)) -> str:
    """Declare several, best first, in about `budget` tokens. `best` are the places of those that matter most."""
    answer = _Answer(operations[: 10 * MAX_TOKENS], [place for place in best if place < len(operations)])
    answer.grow(round(min(budget, 10 * MAX_TOKENS) * _OVER))
    return answer.text()


class _Answer:
    def __init__(self, operations: Sequence[Operation], best: list[int]) -> None:
        self.operations = operations
        self.best = best
        self.others = [place for place in range(len(operations)) if place not in best]
        self.arguments = [1 if place in best else 0 for place in range(len(operations))]
        self.outputs = [0] * len(operations)
        self.named_only: list[int] = []
        self.names: dict[str, dict[Key, str]] = {}
        self.levels: dict[tuple[str, Key], int] = {}
        self._written: dict[tuple[int, int, int], tuple[str, list[Key]]] = {}
        self._declared: dict[tuple[str, Key, int], tuple[str, list[Key]]] = {}
        self._costs: dict[str, int] = {}
        self.needs: dict[str, str | None] = {}
        """What every operation of an API here wants as credentials; None where they differ."""
        for operation in operations:
            need = auth(operation)
            self.needs[operation.api] = need if self.needs.get(operation.api, need) == need else None
        common = {api: _common([one for one in operations if one.api == api]) for api in self.needs}
        self.common = {api: _written(*found) for api, found in common.items() if found[0]}
        self._parameters = self._told_parameters(common)
        self._name_shared()

    def grow(self, budget: int) -> None:
        """Make what matters larger while the whole stays within the budget."""
        few = len(self.best) <= _FEW
        self._make_room(budget)
        self._each(self.outputs, self.best, 2, budget)
        if few:
            self._each(self.outputs, self.best, 3, budget)
            self._each(self.arguments, self.best, 5, budget)
        for level in (1, 2, 3):
            self._each(self.arguments, self.others, level, budget)
        self._types(1, budget)
        for level in (1, 2):
            self._each(self.outputs, self.others, level, budget)
        self._each(self.arguments, self.others, 4, budget)
        self._types(2, budget)
        for level in (5, 6):
            self._each(self.arguments, self.best, level, budget)
        for level in (3, 4):
            self._each(self.outputs, self.best, level, budget)
        self._types(3, budget)
        self._each(self.arguments, self.others, 5, budget)
        self._types(5, budget)
        self._each(self.arguments, self.best, 7, budget)

    def _make_room(self, budget: int) -> None:
        """Show what the best take and the names of what they give, at the cost of the others, then of later lines."""
        self._grow_best(budget)
        while self.others and (self._cost() > budget or not self._best_is_whole()):
            # The whole of what was asked for is worth more than a half of what comes after it.
            self.named_only.append(self.others.pop())
            self._grow_best(budget)
        for place in reversed(self.best):
            if self._cost() > budget:
                self.arguments[place] = 0
                if (named := self._outermost(self.operations[place], sent=True)) is not None:
                    self.levels[named] = 0

    def _best_is_whole(self) -> bool:
        return all(self.arguments[place] >= _WHOLE and self.outputs[place] for place in self.best)

    def _grow_best(self, budget: int) -> None:
        for level in range(2, _WHOLE + 1):
            self._each(self.arguments, self.best, level, budget)
            self._each(self.outputs, self.best, 1, budget)

    def text(self) -> str:
        """Write the namespaces, one an API, types first."""
        taken = {*TAKEN, *(name for names in self.names.values() for name in names.values())}
        written: list[str] = []
        for api, texts in self._parts().items():
            first = [f"// auth: {self.needs[api]}"] if self.needs[api] else []
            common = [f"// each also takes {self.common[api]}"] if api in self.common else []
            written.append(namespace(api, [*first, *common, *named_once(texts, taken)]))
        return "\n".join(written)

    def _each(self, levels: list[int], places: list[int], level: int, budget: int) -> None:
        for place in places:
            before = levels[place]
            if before >= level:
                continue
            levels[place] = level
            kept = dict(self.levels)
            sent = levels is self.arguments
            if (named := self._outermost(self.operations[place], sent=sent)) is not None:
                self.levels[named] = max(self.levels.get(named, 0), level if sent else min(level, 3))
            if self._cost() > budget:
                levels[place] = before
                self.levels = kept

    def _types(self, level: int, budget: int) -> None:
        for named in list(self._used()):
            before = self.levels.get(named, 0)
            if before >= level:
                continue
            self.levels[named] = level
            if self._cost() > budget:
                self.levels[named] = before

    def _cost(self) -> int:
        total = 0
        for api, texts in self._parts().items():
            total += 6 + (len(api) + len(self.needs[api] or "") + len(self.common.get(api, ""))) // 4
            for text in texts:
                if text not in self._costs:
                    self._costs[text] = estimate(text)
                total += self._costs[text]
        return total

    def _parts(self) -> dict[str, list[str]]:
        parts: dict[str, list[str]] = {}
        for api in self.needs:
            parts[api] = []
        for api, key in self._used():
            parts[api].append(self._type(api, key)[0])
        for place, operation in enumerate(self.operations):
            parts[operation.api].append(self._function(place)[0])
        return parts

    def _used(self) -> Iterator[tuple[str, Key]]:
        """Give the named types that are needed, as (API, key), each once."""
        seen: set[tuple[str, Key]] = set()
        queue = [(op.api, key) for place, op in enumerate(self.operations) for key in self._function(place)[1]]
        while queue:
            named = queue.pop(0)
            if named not in seen:
                seen.add(named)
                yield named
                queue += [(named[0], key) for key in self._type(*named)[1]]

    def _function(self, place: int) -> tuple[str, list[Key]]:
        if place in self.named_only:
            return f"// also: {_line(self.operations[place])}", []
        mark = (place, self.arguments[place], self.outputs[place])
        if mark not in self._written:
            operation = self.operations[place]
            used: list[Key] = []
            own = [f"auth {auth(operation) or 'none'}"] if self.needs[operation.api] is None else []
            few = place in self.best and len(self.best) <= _FEW
            head = heading(operation, _LONG if few else _SHORT, *own, full=place in self.best)
            try:
                alias = self._alias(operation, used, sent=True)
                taken = arguments_of(operation, _ARGUMENTS[mark[1]], _BOUND, alias, self._parameters[place])
                answer = output_of(operation, _OUTPUTS[mark[2]], _BOUND, self._alias(operation, used, sent=False))
                text = function(operation, taken, answer)
            except TooLarge:
                used.clear()
                text = bare(operation)
            self._written[mark] = (f"{head}\n{text}", used)
        return self._written[mark]

    def _type(self, api: str, key: Key) -> tuple[str, list[Key]]:
        mark = (api, key, self.levels.get((api, key), 0))
        if mark not in self._declared:
            used: list[Key] = []
            schemas = self._schemas[key[0]]

            def alias(ref: str) -> str | None:
                return None if ref == key[1] else self._named(api, (key[0], ref, key[2]), used)

            cuts = _SENT if key[2] else _TYPES
            try:
                printer = Printer(schemas, cuts[min(mark[2], len(cuts) - 1)], request=key[2], bound=_BOUND, alias=alias)
                text = printer.type({"$ref": key[1]})
            except TooLarge:
                used.clear()
                text = "object"
            self._declared[mark] = (f"type {self.names[api][key]} = {text};", used)
        return self._declared[mark]

    def _alias(self, operation: Operation, used: list[Key], *, sent: bool) -> Alias:
        source = id(operation.signature.schemas)
        return lambda ref: self._named(operation.api, (source, ref, sent), used)

    def _named(self, api: str, key: Key, used: list[Key]) -> str | None:
        key = self._alike.get((api, key), key)
        name = self.names.get(api, {}).get(key)
        if name:
            used.append(key)
        return name

    def _outermost(self, operation: Operation, *, sent: bool) -> tuple[str, Key] | None:
        """Give the named type that an operation takes or answers with, itself or as the items of an array."""
        signature = operation.signature
        schemas, body = signature.schemas, signature.body
        schema = (body.schema if body else None) if sent else signature.output
        ref = _ref(schema)
        if ref is not None and schemas.resolve({"$ref": ref}).get("type") == "array":
            ref = _ref(schemas.resolve({"$ref": ref}).get("items"))
        elif ref is None and schema:
            ref = _ref(schema.get("items"))
        key = (id(schemas), ref or "", sent)
        key = self._alike.get((operation.api, key), key)
        return (operation.api, key) if key in self.names.get(operation.api, {}) else None

    def _told_parameters(self, common: Mapping[str, tuple[list[Parameter], Schemas]]) -> list[list[Parameter]]:
        """Give what is told of each operation's parameters: not what is common, nor what `.items()` sees to.

        What a value of a path must look like is told where its name stands first.
        """
        told: list[list[Parameter]] = []
        known: set[tuple[str, str, str]] = set()
        for operation in self.operations:
            rows: list[Parameter] = []
            for one in operation.signature.parameters:
                if not one.required and (one in common[operation.api][0] or _turns(operation, one)):
                    continue
                looks = (operation.api, one.name, str(one.schema.get("pattern")))
                again = looks in known and one.place == "path"
                rows.append(replace(one, schema={**one.schema, "pattern": None}) if again else one)
                known.add(looks)
            told.append(rows)
        return told

    def _name_shared(self) -> None:
        """Choose the types to name: objects of some size that the answers hold twice or more."""
        self._schemas: dict[int, Schemas] = {}
        self._alike: dict[tuple[str, Key], Key] = {}
        """What comes back and is just what is sent."""
        counts: Counter[tuple[str, Key]] = Counter()
        for operation in self.operations:
            signature = operation.signature
            schemas, body = signature.schemas, signature.body
            self._schemas[id(schemas)] = schemas
            for schema, sent in ((signature.output, False), (body.schema if body else None, True)):
                refs = _refs(schema, schemas, 1 if sent else 2)
                counts.update((operation.api, (id(schemas), ref, sent)) for ref in refs)
        for api, key in list(counts):
            back = (*key[:2], False)
            if key[2] and (api, back) in counts and not _differs(self._schemas[key[0]], {"$ref": key[1]}):
                self._alike[api, back] = key
                counts[api, key] += counts.pop((api, back))
        for (api, key), times in counts.items():
            schemas = self._schemas[key[0]]
            fields = schemas.fields if key[2] else schemas.properties
            if times < 2 or len(fields({"$ref": key[1]})) < _LEAST_FIELDS:
                continue
            names = self.names.setdefault(api, {})
            both = key[2] and (api, (*key[:2], False)) in counts
            names[key] = _free(f"{schemas.name(key[1])}{'Input' if both else ''}", set(names.values()))


def _common(operations: Sequence[Operation]) -> tuple[list[Parameter], Schemas]:
    """Give the optional parameters that each of several operations takes, and the document they are of."""
    first, *others = (operation.signature for operation in operations)
    own = [one for one in first.parameters if not one.required and not _turns(operations[0], one)]
    shared = [one for one in own if all(one in other.parameters for other in others)]
    return (shared if len(operations) >= _LEAST_SHARED else []), first.schemas


def _turns(operation: Operation, parameter: Parameter) -> bool:
    """Say whether a parameter only turns the pages that `.items()` turns: a cursor, or the number of a page."""
    handles, name = operation.handles, (parameter.name,)
    counts = name in (handles.page, handles.offset) and parameter.schema.get("type") in ("integer", "number")
    return operation.paging is not None and (counts or name == handles.cursor)


def _written(parameters: Sequence[Parameter], schemas: Schemas) -> str:
    rows = [(one.name, False, one.schema) for one in parameters]
    return Printer(schemas, _ARGUMENTS[2], request=True).members(rows, 0)


def _refs(schema: Any, schemas: Schemas, depth: int) -> Iterator[str]:
    """Give the references of an answer, `depth` objects deep."""
    ref = _ref(schema)
    if ref is not None:
        yield ref
    found = schemas.resolve(schema)
    for keyword in ("oneOf", "anyOf"):
        for option in cast("list[Any]", found[keyword])[:4] if isinstance(found.get(keyword), list) else ():
            if (inner := _ref(option)) is not None:
                yield inner
    if isinstance(found.get("items"), dict):
        yield from _refs(found["items"], schemas, depth - 1) if depth >= 0 else ()
    elif depth > 0:
        for value in schemas.properties(found).values():
            yield from _refs(value, schemas, depth - 1)


def _differs(schemas: Schemas, schema: Any, depth: int = 4, seen: set[str] | None = None) -> bool:
    """Say whether what is sent of a schema is not what comes back, as far as one looks: each reference once."""
    seen = set() if seen is None else seen
    if (ref := _ref(schema)) is not None:
        if ref in seen:
            return False
        seen.add(ref)
    if any(schemas.says(schema, keyword) for keyword in ("readOnly", "writeOnly")):
        return True
    found = schemas.resolve(schema)
    inner: list[Any] = [*schemas.fields(found).values(), found.get("items"), found.get("additionalProperties")]
    inner += cast("list[Any]", several) if isinstance(several := found.get("prefixItems"), list) else []
    return depth > 0 and any(_differs(schemas, one, depth - 1, seen) for one in inner if isinstance(one, dict))


def _ref(schema: Any) -> str | None:
    ref = cast("dict[str, Any]", schema).get("$ref") if isinstance(schema, dict) else None
    return ref if isinstance(ref, str) else None


def _line(operation: Operation) -> str:
    return f"{operation.name} · {heading(operation, _NAMED, brief=True)[3:]}"


def _free(name: str, taken: set[str]) -> str:
    wished = name[:1].upper() + name[1:_MAX_NAME]
    free, number = wished, 2
    while free in taken or free in TAKEN:
        free, number = f"{wished}{number}", number + 1
    return free
