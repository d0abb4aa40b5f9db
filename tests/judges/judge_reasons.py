"""Why a judge refuses what Keyhole sends: each reason was looked into, and is the judge's, or the document's own."""

from __future__ import annotations

import re

REASONS: list[tuple[str, str, str]] = [
    # Of the judges.
    ("openapi-core", r"b['\"](some text|raw bytes)", "openapi-core takes the bytes of a body for no text"),
    ("openapi-core", r"'(true|false|[\d.]+)' is not of type '(boolean|number|integer)'", "openapi-core reads no numbers and booleans in a multipart form"),
    ("openapi-core", r"\$\.sticker_ids", "openapi-core reads a list of a form as one text where the list may also be null"),
    ("openapi-core", r"array type: b'|\bb['\"].* is not valid under any|Value \{.*\bb['\"]", "openapi-core reads nothing but texts in a multipart form: no lists, no JSON"),
    ("openapi-core", r"Value \{\} not valid for schema of type any", "openapi-core finds no alternative of a form's oneOf before it has read the texts"),
    ("Prism", r"property (sticker_ids|attachments|components|poll|data|message_reference|embeds)\b", "Prism reads nothing but texts in a form, and the last of a list: no JSON"),
    ("Prism", r"path parameter \w+ must match exactly one schema", "Prism takes a number in a path for a text and a number alike, and so for two alternatives"),
    ("Prism", r"(param|parameter) \w+ is deprecated", "Prism refuses what is deprecated"),
    ("Prism", r"no answer", "Prism did not answer in time"),
    # Of the documents.
    ("", r"^a contradiction", "the document: two alternatives of a oneOf are the same, so that nothing is valid"),
    ("", r"is not one of \[(0, 1|True)\]", "the document: an enum of numbers or booleans without a type, in a query, which holds texts"),
    ("openapi-core", r"'(bytes|bandwidth)' is not one of|'Now \+ 30 minutes'", "the document: its default, which openapi-core fills in, is one that its schema forbids"),
    ("", r"is valid under each of|exactly one schema in oneOf", "the document: alternatives of a oneOf overlap; Keyhole demands one of them at least"),
    # Keyhole's own choice.
    ("", r"^null", "`nullable` beside an enum without null, or without a type: forbidden by the letter of 3.0.3, and how APIs unset a field"),
    ("", r"^missing field.*roles", "a list of required fields that was written for the answer (it names what is read-only) does not demand an id"),
]  # fmt: skip


def reason(judge: str, kind: str, told: str) -> str:
    """Give the reason for what a judge told of a case of that kind; "not explained" where there is none."""
    for who, pattern, why in REASONS:
        if who in (judge, "") and re.search(pattern, f"{kind} | {told}", re.DOTALL):
            return why
    return "not explained"
