"""Handles of files: a run's own, and few enough that no run takes the server's descriptors."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyhole.errors import CallError, InvalidArguments
from keyhole.gateway import files as module
from keyhole.gateway.files import Files
from keyhole.gateway.folder import Folder


async def test_all_runs_together_leave_descriptors_for_connections(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_OPEN", 5)
    (tmp_path / "a.txt").write_text("a")
    folder = Folder(tmp_path)
    one, other = Files(folder, may_save=True), Files(folder, may_save=True)
    before = len([*Path("/dev/fd").iterdir()])
    for files in (one, one, one, other, other):
        await files({"do": "open", "file": "a.txt"})
    for _ in range(20):
        with pytest.raises(CallError, match="all runs together have 5 files open"):
            await other({"do": "open", "file": "a.txt"})
    assert await other({"do": "text", "file": "a.txt"}) == "a"
    assert len([*Path("/dev/fd").iterdir()]) <= before + 5
    for _ in range(2):
        one.close()
    for _ in range(3):
        await other({"do": "open", "file": "a.txt"})
    with pytest.raises(CallError):
        await other({"do": "open", "file": "a.txt"})
    other.close()
    assert folder.handles == 0


async def test_a_handle_of_another_run_is_none(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    one, other = (Files(Folder(tmp_path), may_save=True) for _ in range(2))
    handle = await one({"do": "open", "file": "a.txt"})
    for given in (handle, {**handle, "name": "x"}, {"$file": handle["$file"][:-1]}, {"$file": ""}):
        with pytest.raises(InvalidArguments, match="no file of this run"):
            await other.given({"body": given})
        with pytest.raises(InvalidArguments, match="no file of this run"):
            await other({"do": "save", "file": given, "name": "b.txt"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt"]
    one.close()
