"""What a run costs a model, in o200k tokens, and what of `tools/list` it is shown.

Counted is what a model's API is sent of a tool: name, description, input schema. Output schemas and annotations are not
(most clients drop them), which is to the advantage of servers that have them; `full` counts them for the record.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import tiktoken

if TYPE_CHECKING:
    from collections.abc import Sequence


@cache
def _encoding() -> tiktoken.Encoding:
    return tiktoken.get_encoding("o200k_base")


def tokens(text: str) -> int:
    """Count o200k tokens."""
    return len(_encoding().encode_ordinary(text))


def packed(value: Any) -> str:
    """Give JSON as it goes over a wire."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def definition(tool: dict[str, Any]) -> dict[str, Any]:
    """Give what a model is told of one tool, in the order in which it reads."""
    shown = {"name": tool["name"], "description": tool.get("description") or "", "input_schema": tool["inputSchema"]}
    return {name: value for name, value in shown.items() if value != ""}


def totals(definitions: int, question: int, calls: Sequence[tuple[int, int]], last: int) -> dict[str, int]:
    """Add up a run of `calls`, each (tokens of the call, tokens of its answer).

    A turn is a step of the model: every call is one, and the final answer is one. `total` is definitions times turns,
    plus calls, plus answers. `context` is what a model reads and writes without a cache: in every turn the
    definitions, the question and all earlier calls and answers, then what it writes in this turn.
    """
    turns = len(calls) + 1
    context, earlier = 0, 0
    for call, answer in [*calls, (last, 0)]:
        context += definitions + question + earlier + call
        earlier += call + answer
    return {
        "turns": turns,
        "definitions": definitions,
        "calls": sum(call for call, _ in calls),
        "answers": sum(answer for _, answer in calls),
        "total": definitions * turns + sum(call + answer for call, answer in calls),
        "context": context,
    }
