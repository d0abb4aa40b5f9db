"""What of the catalog goes into an image: the records of `ops`, the documents of `spec`, the script over them."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyhole.catalog.operation import Operation


def script() -> str:
    """Give the JavaScript that turns the data into the globals of a program."""
    return files("keyhole.catalog").joinpath("surface.js").read_text("utf-8")


def data(
    operations: Iterable[Operation], apis: Sequence[tuple[str, str, dict[str, Any]]]
) -> tuple[tuple[str, bytes], ...]:
    """Give the globals that `script` reads, as (name, JSON text). `apis` holds (name, title, document) in order."""
    documents = b"[" + b",".join(to_json(document) for _, _, document in apis) + b"]"
    return (
        ("ops", to_json([operation.record() for operation in operations])),
        ("__apis", to_json([{"name": name, "title": title} for name, title, _ in apis])),
        ("__documents", documents),
    )
