"""Runs in an environment of its own: what schemathesis makes of a document, and what it says of answers.

`draw DOCUMENT BASE MODE COUNT` prints a case a line, with the request that schemathesis itself would send.
`judge DOCUMENT ANSWERS` reads answers, one a line, and prints what is wrong with each, one a line.
"""

from __future__ import annotations

import base64
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.core import NOT_SET


def operations(document: str) -> Any:
    schema = schemathesis.openapi.from_dict(json.loads(Path(document).read_text("utf-8")))
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation is not None:
            yield operation


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def draw(document: str, base: str, mode: str, count: str) -> None:
    for operation in operations(document):
        cases: list[Any] = []

        @seed(7)
        @settings(
            max_examples=int(count),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=GenerationMode(mode)))
        def collect(case: Any) -> None:
            cases.append(case)  # noqa: B023  (called in this round)

        try:
            collect()
        except Exception as error:  # noqa: BLE001  (nothing can be drawn in this mode: an operation without arguments)
            print(f"{operation.label}: {type(error).__name__}: {str(error)[:100]}", file=sys.stderr)
        for case in cases:
            print(json.dumps(told(case, operation, base)))


def told(case: Any, operation: Any, base: str) -> dict[str, Any]:
    places = {"path": case.path_parameters, "query": case.query, "header": case.headers, "cookie": case.cookies}
    found: dict[str, Any] = {
        "operation": f"{operation.method.upper()} {operation.path}",
        "parameters": [(place, name, plain(value)) for place, values in places.items() for name, value in (values or {}).items()],  # noqa: E501
        "media": case.media_type or "", "has_body": case.body is not NOT_SET,
    }  # fmt: skip
    if found["has_body"]:
        found["body"] = plain(case.body)
    try:
        request = requests.Request(**case.as_transport_kwargs(base_url=base)).prepare()
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        found["request"] = {
            "method": request.method,
            "url": request.url,
            "headers": dict(request.headers),
            "body": base64.b64encode(body).decode(),
        }
    except Exception as error:  # noqa: BLE001  (what cannot be sent at all is told as that)
        found["request"] = None
        found["why"] = f"{type(error).__name__}: {error}"[:200]
    return found


def judge(document: str, answers: str) -> None:
    known = {f"{one.method.upper()} {one.path}": one for one in operations(document)}
    for line in Path(answers).read_text("utf-8").splitlines():
        told = json.loads(line)
        headers = {name.lower(): [value] for name, value in told["headers"].items()}
        request = requests.Request(told["method"], told["url"]).prepare()
        response = schemathesis.Response(
            told["status"], headers, base64.b64decode(told["body"]), request, 0.0, verify=False
        )
        operation = known[told["operation"]]
        try:
            documented = {str(status) for status in operation.definition.raw["responses"]}
            if str(told["status"]) not in documented and "default" not in documented:
                print(f"the status {told['status']} is not documented")
                continue
            operation.validate_response(response)
            print()
        except BaseException as error:  # noqa: BLE001  (failures are a group of exceptions)
            each = getattr(error, "exceptions", [error])
            print(" ".join(f"{type(one).__name__}: {one}" for one in each).replace("\n", " ")[:400])


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    {"draw": draw, "judge": judge}[sys.argv[1]](*sys.argv[2:])
