"""Takes secrets out of what an API answers: one that echoes its caller's headers must not hand a credential out."""

from __future__ import annotations

import base64
import html
import json
import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

REDACTED = "[redacted]"
_SHORTEST = 4
_SHORTEST_BASE64 = 8


class Redactor:
    """Knows the forms of some secrets: plain, escaped for URLs, JSON, HTML, and base64, also in a longer text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms: set[str] = set()
        for secret in secrets:
            if len(secret) >= _SHORTEST:
                forms |= {secret, html.escape(secret), html.escape(secret, quote=False)}
                for encoded in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
                    forms |= {encoded, re.sub("%..", lambda octet: octet[0].lower(), encoded)}
                forms |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
            if len(secret) >= _SHORTEST_BASE64:
                forms |= _base64_forms(secret.encode())
        longest_first = sorted(forms, key=len, reverse=True)
        self._longest = max((len(form.encode()) for form in forms), default=0)
        self._bytes = re.compile(b"|".join(re.escape(form.encode()) for form in longest_first)) if forms else None
        self._exact = re.compile("|".join(map(re.escape, longest_first))) if forms else None
        self._text = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if forms else None

    def clean(self, data: bytes) -> bytes:
        """Give `data` with every secret replaced."""
        return self._bytes.sub(REDACTED.encode(), data) if self._bytes else data

    def passage(self) -> Passage:
        """Give what does the same to bytes that come piece by piece."""
        return Passage(self._bytes, self._longest)

    def clean_value(self, value: Any) -> Any:
        """Give a parsed answer with every secret replaced, in keys too."""
        if self._exact is None:
            return value
        if isinstance(value, str):
            return self._exact.sub(REDACTED, value)
        if isinstance(value, list):
            return [self.clean_value(item) for item in cast("list[Any]", value)]
        if isinstance(value, dict):
            entries = cast("dict[str, Any]", value)
            return {self.clean_value(key): self.clean_value(item) for key, item in entries.items()}
        return value

    def clean_text(self, text: str) -> str:
        """Give `text` with every secret replaced, in any case."""
        return self._text.sub(REDACTED, text) if self._text else text


class Passage:
    """Bytes on their way, from which every secret is taken out, also one that is cut in two."""

    def __init__(self, pattern: re.Pattern[bytes] | None, longest: int) -> None:
        self._pattern = pattern
        self._longest = longest
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Take bytes, and give those that are safe by now."""
        if self._pattern is None:
            return data
        self._held += data
        return self._safe(max(len(self._held) - self._longest + 1, 0))

    def end(self) -> bytes:
        """Give what is left."""
        return self._safe(len(self._held))

    def _safe(self, until: int) -> bytes:
        """Give what begins before `until`: from there on, a secret may be unfinished."""
        out: list[bytes] = []
        at = 0
        for found in self._pattern.finditer(self._held) if self._pattern else ():
            if found.start() >= until:
                break
            out += [self._held[at : found.start()], REDACTED.encode()]
            at = found.end()
        end = max(at, until)
        out.append(self._held[at:end])
        self._held = self._held[end:]
        return b"".join(out)


def _base64_forms(secret: bytes) -> set[str]:
    """Give what base64 of any text around the secret must contain: one form for each of the three alignments."""
    forms: set[str] = set()
    for lead in range(3):
        packed = base64.b64encode(b"\0" * lead + secret).decode()
        # Characters that also carry bits of the neighbours are left out.
        start = (0, 2, 3)[lead]
        end = len(packed) - (0, 3, 2)[(lead + len(secret)) % 3]
        forms |= {packed[start:end], packed[start:end].replace("+", "-").replace("/", "_")}
    return forms
