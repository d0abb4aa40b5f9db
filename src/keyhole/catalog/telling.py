"""Which fields of an answer tell most, where not all of them fit."""

from __future__ import annotations

import re


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HOLDS = _set("result results data items records values value entries list rows hits content contents")
_FIRST = _set(
    """
    id key name title number slug login username email state status type kind body text description summary
    amount total count currency price author user owner assignee assignees labels role active enabled priority
    created updated path url html_url has_more metadata spec next_cursor
    """
)
_LAST = _set(
    """
    node_id gravatar_id links _links errors messages livemode object etag self kind_ performed_via_github_app
    avatar_url result_info resultInfo apiVersion managedFields generateName selfLink
    """
)
_DATE = re.compile(r"(_at|_on|_date|At|Date|_time)$")
_NOISE = re.compile(r"(_urls?|Urls?|_href|_uri|_count|_template)$")


def rank(name: str) -> int:
    """Give how early a field of an answer is shown: 0 for what holds the answer, 4 for what is seldom wanted."""
    if name in _HOLDS:
        return 0
    if name in _FIRST or (name.endswith("_id") and name not in _LAST):
        return 1
    if name in _LAST:
        return 4
    if _DATE.search(name):
        return 2
    return 3 + bool(_NOISE.search(name))
