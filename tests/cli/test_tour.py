"""`keyhole demo` and `keyhole try`: a person reads every promise of the product kept."""

from __future__ import annotations

import pytest

from keyhole.cli.app import run
from keyhole.cli.tour import connect

STOPS = ("1. What it costs", "2. All that a client sees", "3. The agent searches", "7. Connect an agent")


def test_the_demo_shows_all_of_it(capsys, cache):
    assert run(["demo", "--cache-dir", str(cache)]) == 0
    shown = capsys.readouterr().out
    assert all(stop in shown for stop in STOPS)
    assert '"overdue"' in shown  # the chain of calls ended in an answer
    assert "--allow all" in shown  # the refused call says what would allow it
    assert "CPU" in shown
    assert "claude mcp add" in shown
    assert "codex" in shown.lower()
    assert "Authorization" not in shown


@pytest.mark.parametrize("name", ["petstore-expanded.yaml", "tmdb.json", "slack.json", "powerdns-served.json"])
def test_try_shows_all_of_it_for_any_document(shared, cache, capsys, name):
    assert run(["try", str(shared / "specs" / name), "--cache-dir", str(cache)]) == 0
    shown = capsys.readouterr().out
    assert all(stop in shown for stop in STOPS)
    assert '"operations":' in shown.replace(" ", "")
    assert "hint:" in shown
    assert str(shared / "specs" / name) in shown


def test_how_clients_are_told():
    told = connect("pets", ["pets=/a b/doc.json"], {"TOKEN": "x"})
    assert "claude mcp add pets --env TOKEN=x -- " in told
    assert "'pets=/a b/doc.json'" in told
    assert "[mcp_servers.pets]" in told
    assert '"mcpServers"' in told
    assert '"servers"' in told
