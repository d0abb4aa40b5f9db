"""Query parameters that several lists of the demo API share."""

from __future__ import annotations

from keyhole.demo.endpoint import Query

PER_PAGE = Query(
    "per_page",
    {"type": "integer", "minimum": 1, "maximum": 100, "default": 30},
    "How many items a page has.",
    example=50,
)
PAGE = (
    Query("page", {"type": "integer", "minimum": 1, "maximum": 100_000, "default": 1}, "Which page, from 1."),
    PER_PAGE,
)


def sort(*columns: str, direction: str = "asc") -> tuple[Query, ...]:
    """Offer to sort by one of `columns`, the first by default."""
    return (
        Query("sort", {"type": "string", "enum": list(columns), "default": columns[0]}, "What to sort by."),
        Query("direction", {"type": "string", "enum": ["asc", "desc"], "default": direction}, "Which way to sort."),
    )


def text(what: str) -> Query:
    """Offer to look for words."""
    return Query("q", {"type": "string", "maxLength": 100}, f"Only those with this in {what}, whatever the case.")


def like(words: str) -> str:
    r"""Give the LIKE pattern (with `\\` as escape) that finds `words` anywhere."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
