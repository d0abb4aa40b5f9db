from __future__ import annotations

import pytest

from keyhole.catalog.operation import Effect, Operation, Signature
from keyhole.gateway.decision import Decision
from keyhole.gateway.policy import READ_ONLY, Policy, Rule, rules_of


def unread() -> Signature:
    raise AssertionError("a policy decides without reading a signature")


def operation(effect: str = "read", *, api: str = "shop", name: str = "orders_get", method: str = "GET") -> Operation:
    return Operation(api, name, f"orders/{name}", method, "/orders/{id}", Effect(effect), tags=("orders",), load=unread)


@pytest.mark.parametrize(
    ("allow", "read", "write", "destructive"),
    [("read", "allow", "ask", "ask"), ("write", "allow", "allow", "ask"), ("all", "allow", "allow", "allow")],
)
def test_levels(allow: str, read: str, write: str, destructive: str) -> None:
    policy = Policy(rules_of(allow))  # pyright: ignore[reportArgumentType]
    assert [policy.decide(operation(e))[0] for e in ("read", "write", "destructive")] == [read, write, destructive]


def test_read_only_comes_before_everything() -> None:
    policy = Policy((*READ_ONLY, Rule(Decision.ALLOW, operation="orders_get"), *rules_of("all")))
    assert policy.decide(operation("read"))[0] is Decision.ALLOW
    assert policy.decide(operation("write")) == (Decision.DENY, "--read-only")
    assert policy.decide(operation("destructive"))[0] is Decision.DENY


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ({"operation": "orders_*"}, True),
        ({"operation": "orders/orders_get"}, True),
        ({"operation": "users_*"}, False),
        ({"path": "/orders/*"}, True),
        ({"path": "/users/*"}, False),
        ({"method": "get"}, True),
        ({"method": "POST"}, False),
        ({"tag": "ord*"}, True),
        ({"tag": "users"}, False),
        ({"api": "shop"}, True),
        ({"api": "bank"}, False),
        ({"effect": Effect.WRITE}, False),
    ],
)
def test_patterns(pattern: dict[str, object], matches: bool) -> None:
    policy = Policy((Rule(Decision.DENY, **pattern), *rules_of("all")))  # pyright: ignore[reportArgumentType]
    assert policy.decide(operation())[0] == (Decision.DENY if matches else Decision.ALLOW)


def test_first_match_wins_and_no_match_asks() -> None:
    assert Policy((Rule(Decision.ALLOW), Rule(Decision.DENY))).decide(operation())[0] is Decision.ALLOW
    assert Policy(()).decide(operation())[0] is Decision.ASK
