"""What a document promises of one answer: the schema of its status and content type, and where that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyhole.catalog.spot import Spot
from keyhole.sources.openapi.media import essence, is_json, is_ndjson

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyhole.sources.openapi.operations import Endpoint


def promised(endpoint: Endpoint, root: Any, status: int, content_type: str) -> tuple[Spot, bool] | None:
    """Give the schema of an answer's JSON, and whether it is that of each item of a list; None where there is none."""
    responses = Spot.of(root, endpoint.parts).child("responses")
    known = {str(key).upper(): key for key in responses.followed.entries}
    key = next((known[one] for one in (str(status), f"{status // 100}XX", "DEFAULT") if one in known), None)
    if key is None:
        return None
    response = responses.child(key)
    if response.child("schema").value is not None:  # Swagger 2.0
        return response.child("schema"), False
    content = response.child("content").followed
    kind = _matching(content.entries, content_type)
    if kind is None:
        return None
    media = content.child(kind)
    lines = is_ndjson(kind)
    schema = media.child("itemSchema" if lines and media.child("itemSchema").value is not None else "schema")
    each = lines and schema.followed.entries.get("type") != "array"
    return (schema, each) if isinstance(schema.value, dict) else None


def _matching(content: Iterable[str], content_type: str) -> str | None:
    """Give the declared content type that an answer's belongs to, a more telling one before a range."""
    kinds = list(content)
    wanted = essence(content_type) or "application/json"
    if not is_json(wanted) and not is_ndjson(wanted):
        return None
    family = wanted.partition("/")[0]
    for fits in (wanted, f"{family}/*", "*/*"):
        if (found := next((kind for kind in kinds if essence(kind) == fits), None)) is not None:
            return found
    # Many write application/json and answer application/vnd.….v3+json.
    jsons = [kind for kind in kinds if is_json(kind)]
    return jsons[0] if len(jsons) == 1 and is_json(wanted) else None
