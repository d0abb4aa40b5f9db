"""`keyhole lint`: what is wrong with a document and matters here, with the overlay that mends it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import yaml
from cyclopts import Parameter

from keyhole.cli.lifetime import log_to_stderr
from keyhole.cli.options import Options, configure
from keyhole.cli.screen import printable, say, show, show_json
from keyhole.edition import load_source
from keyhole.errors import UsageError, counted
from keyhole.secrets import Secrets
from keyhole.sources.openapi.lint.finding import RULES, Severity
from keyhole.sources.openapi.lint.lint import lint as findings_of
from keyhole.sources.openapi.lint.lint import overlay_of
from keyhole.sources.openapi.source import OpenAPISource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyhole.config import Config
    from keyhole.sources.openapi.lint.finding import Finding

_SHOWN = 3
_WIDTH = 160
_COUNTED = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def lint(
    *docs: Annotated[str, Parameter(help="OpenAPI documents; what is wrong with each.")],
    fix: Annotated[
        str | None,
        Parameter(help="Write the overlay that mends these; - prints it.", metavar="PATH", allow_leading_hyphen=True),
    ] = None,
    everything: Annotated[
        bool, Parameter(name="--all", help="List each finding, not three of a kind.", negative="", show_default=False)
    ] = False,
    as_json: Annotated[
        bool, Parameter(name="--json", help="Print the findings as JSON.", negative="", show_default=False)
    ] = False,
    options: Options | None = None,
) -> int:
    """Say what is wrong with documents, as far as it matters to calling, finding and policy, and mend it by an overlay.

    Exit codes: 0 no errors and no warnings (or, with --fix, all of them mended), 1 some are left, 2 usage or a
    document that cannot be used. Notes do not count.
    """
    config = configure(docs, options)
    log_to_stderr(verbose=bool(options and options.verbose))
    if fix is not None:
        _check(fix, config, as_json=as_json)
    told = [anyio.run(_read, index, config) for index in range(len(config.apis))]
    if as_json:
        show_json({"apis": [_json(*one) for one in told]})
    elif fix != "-":
        show("\n\n".join(_text(source, found, everything=everything) for source, found in told))
    if fix is not None:
        _write(fix, *told[0])
    elif not as_json and (count := sum(bool(one.edits) for _, found in told for one in found)):
        name = f"{told[0][0].name}.overlay.yaml"
        say(f"hint: --fix {name} writes the overlay that mends {count:,} of these; then serve with --overlay {name}")
    left = [one for _, found in told for one in found if one.severity != Severity.NOTE and not (fix and one.edits)]
    return 1 if left else 0


async def _read(index: int, config: Config) -> tuple[OpenAPISource, list[Finding]]:
    source = await load_source(config.apis[index], config, Secrets())
    assert isinstance(source, OpenAPISource)
    try:
        many = len(source.operations()) > 400
        found = findings_of(source, lambda what: say(f"looking at {source.name}: {what} ...") if many else None)
    finally:
        await source.aclose()
    return source, found


def _check(fix: str, config: Config, *, as_json: bool) -> None:
    if len(config.apis) != 1:
        raise UsageError("--fix writes one overlay, for one document", hint="Lint the documents one by one.")
    if fix == "-" and as_json:
        raise UsageError("--fix - and --json both print to standard output", hint="Give --fix a file.")
    if fix != "-" and Path(fix).exists():
        raise UsageError(f"{fix} exists and is not overwritten", hint="Give another name, or remove it.")


def _write(fix: str, source: OpenAPISource, found: Sequence[Finding]) -> None:
    overlay = overlay_of(found, source.title)
    if overlay is None:
        unwritten = "none is printed" if fix == "-" else f"{fix} is not written"
        say(f"note: nothing to mend that needs no guessing; {unwritten}")
        return
    as_json = fix.lower().endswith(".json")
    text = json.dumps(overlay, indent=2, ensure_ascii=False) + "\n" if as_json else yaml_of(overlay)
    if fix == "-":
        show(text)
        return
    try:
        Path(fix).write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {fix}: {error.strerror}") from None
    actions, mended = len(overlay["actions"]), sum(bool(one.edits) for one in found)
    say(f"{fix}: {counted(actions, 'action')} for {mended:,} of {counted(len(found), 'finding')}")
    say(f"hint: read it, then give it wherever the document is given: --overlay {fix}")


def _json(source: OpenAPISource, found: Sequence[Finding]) -> dict[str, Any]:
    counts = Counter(one.severity for one in found)
    return {
        "api": source.name, "title": source.title, "operations": len(source.operations()),
        **{f"{word}s": counts[severity] for severity, word in _COUNTED.items()},
        "mended": sum(bool(one.edits) for one in found), "findings": [one.json() for one in found],
    }  # fmt: skip


def _text(source: OpenAPISource, found: Sequence[Finding], *, everything: bool) -> str:
    counts = Counter(one.severity for one in found)
    told = ", ".join(counted(counts[severity], word) for severity, word in _COUNTED.items())
    nothing = "nothing is wrong that matters here"
    lines = [f"{source.name}: {counted(len(source.operations()), 'operation')}; {told if found else nothing}"]
    order = list(_COUNTED)
    for rule, (severity, meaning) in sorted(RULES.items(), key=lambda one: order.index(one[1][0])):
        group = [one for one in found if one.rule == rule]
        if not group:
            continue
        lines += ["", f"{severity} {rule} ({len(group):,}): {meaning}"]
        for one in group if everything else group[:_SHOWN]:
            lines.append(f"  {_line(one.spot.pointer)}: {_line(one.message)}")
            lines += [f"    mended by {_line(json.dumps(edit.action, ensure_ascii=False))}" for edit in one.edits]
        if not everything and len(group) > _SHOWN:
            lines.append(f"  and {len(group) - _SHOWN:,} more; --all lists them")
    return "\n".join(lines)


def _line(text: str) -> str:
    text = printable(" ".join(text.split()))
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


class _Dumper(yaml.SafeDumper):
    """Writes YAML that 1.1 and 1.2 read alike: a text that could be taken for something else is quoted."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = text[:1].isalpha() and text.isascii() and "\n" not in text
    style = None if plain else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)  # pyright: ignore[reportUnknownMemberType]


_Dumper.add_representer(str, _string)


def yaml_of(document: Any) -> str:
    """Write a document as YAML, its keys in their order."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1 << 20)
