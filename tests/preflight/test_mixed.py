"""Wrong calls put anywhere into other programs, then run as if there were no preflight: what it stops does not finish."""

from __future__ import annotations

import random
import re

from test_preflight import unread
from working import WORKING
from wrong import WRONG

from keyhole.errors import ProgramError
from keyhole.sandbox.engine import Finished
from keyhole.sandbox.program import Program

PROGRAMS = 600
PIECES = [
    "await tracker.nope();", "tracker.nope();", "const zz = tracker.meta_me(); zz.x;", "throw 1;", "return 1;", "break;", "continue;",
    "await tracker.projects_get({ projct: 'WEB' });", "await tracker.issues_search({ state: 'opened' });", "await tracker.projects_get('WEB');",
    "if (Math.random() < 0.5) await tracker.nope();", "try { await tracker.nope() } catch {}", "await Promise.all([tracker.nope()]);",
    "await (async () => { await tracker.nope() })();", "for (const q of [1]) await tracker.nope(q);", "tracker.nope().catch(() => 0);",
    "var other = tracker; await other.nope();", "const { nope } = tracker; await nope();", "tracker.meta_me().then((m) => m.x.y);",
]  # fmt: skip
AROUND = [
    "try { %s } catch (e) { }", "try { %s } finally { }", "try { %s } catch (e) { throw e }", "try { %s } catch (e) { return 1 } finally { 2 }",
    "if (1) { %s }", "if (0) { %s }", "for (const i of [1, 2]) { %s }", "for (const i of []) { %s }", "while (true) { %s break; }",
    "do { %s } while (0);", "const fn = async () => { %s }; await fn();", "const fn = async () => { %s }; fn().catch(() => 0);",
    "(async () => { %s })();", "[1].forEach(() => { %s })", "await Promise.allSettled([(async () => { %s })()]);", "out: { %s break out; }",
    "switch (1) { case 1: %s }", "const fn = () => { %s };", "await [1].reduce(async (a) => { await a; %s }, null);",
]  # fmt: skip


def mixed(dice: random.Random) -> str:
    text = dice.choice([*WORKING, *(text for text, _ in WRONG), *["return 1;"] * 40])
    for _ in range(dice.randrange(1, 4)):
        piece = dice.choice(PIECES)
        for _ in range(dice.randrange(3)):
            piece = dice.choice(AROUND).replace("%s", piece)
        at = dice.choice([found.end() for found in re.finditer(r"[;{}]\n?|\n|^", text)])
        text = text[:at] + piece + text[at:]
    return text


async def test_what_is_stopped_would_not_have_finished(tracker):
    dice = random.Random(6)
    stopped = finished = 0
    for _ in range(PROGRAMS):
        text = mixed(dice)
        try:
            program = Program.parse(text)
        except ProgramError:
            continue
        reading = await tracker._open.preflight.read(program)
        stops = reading is not None and bool(reading.certain)
        outcome = await unread(tracker, text)
        assert not (stops and isinstance(outcome, Finished)), text
        stopped += stops
        finished += isinstance(outcome, Finished)
    assert stopped > PROGRAMS // 20
    assert finished > PROGRAMS // 20
