"""The tasks, by their ids. As a script: prints them."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from typing import TYPE_CHECKING

from tasks import errors, joins, pages, prefect, questions, several, writes

if TYPE_CHECKING:
    from tasks.task import Task

TASKS: dict[str, Task] = {
    task.id: task for module in (questions, joins, pages, writes, errors, several, prefect) for task in module.TASKS
}

if __name__ == "__main__":
    for task in TASKS.values():
        print(f"{task.id:16} {task.kind:10} {'+'.join(task.apis):24} {task.say}")
