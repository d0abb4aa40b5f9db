"""Nothing but regular files strictly below the folder, whatever a name says and whoever moves what meanwhile."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyhole.errors import InvalidArguments, UsageError
from keyhole.gateway import folder as module
from keyhole.gateway.folder import MAX_LISTED, Folder

SECRET = b"what nobody may read"


@pytest.fixture(params=["unnamed", "named", "paths"])
def root(request, tmp_path, monkeypatch):
    """A folder with something outside of it; by files without a name, with one, and without `openat`."""
    if request.param != "unnamed":
        monkeypatch.setattr(module, "_UNNAMED", None)
    if request.param == "paths":
        monkeypatch.setattr(module, "_AT", False)
    served = tmp_path / "served"
    (served / "2026").mkdir(parents=True)
    (served / "2026" / "report.pdf").write_bytes(b"%PDF")
    (tmp_path / "secret.txt").write_bytes(SECRET)
    (tmp_path / "outside").mkdir()
    return served


@pytest.fixture(autouse=True)
def closed(monkeypatch):
    """Close what a test has opened."""
    opened, real = [], Folder.open

    def opening(folder, name):
        opened.append(real(folder, name))
        return opened[-1]

    monkeypatch.setattr(Folder, "open", opening)
    yield
    for file in opened:
        file.stream.close()


def names(root):
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir())


def test_a_file_is_read_and_saved(root):
    folder = Folder(root)
    file = folder.open("2026/report.pdf")
    assert (file.name, file.size, file.media_type, file.read(0, 99)) == ("report.pdf", 4, "application/pdf", b"%PDF")
    assert file.read(2, 1) == b"D"
    assert file.read(9, 1) == b""
    assert folder.save([b"one ", b"two"], "new/deep/a.txt") == 7
    assert (root / "new" / "deep" / "a.txt").read_bytes() == b"one two"
    assert [one["name"] for one in folder.list()] == ["2026/report.pdf", "new/deep/a.txt"]
    assert names(root) == ["2026/report.pdf", "new/deep/a.txt"]


BAD = [
    "", ".", "..", "/", "//", "../secret.txt", "2026/../../secret.txt", "2026/..", "/etc/passwd", "./2026/report.pdf", "2026//report.pdf",
    "2026/report.pdf/", ".env", "2026/.git/config", "a\0b", "a\nb", "..\\secret.txt", "C:\\x", "C:x", "con:", "x" * 300, "\ud800",
    "a/" * 20 + "b", "ends.", "ends ", " begins", "~/x\\", "file://x", "%2e%2e/secret.txt?", "é" * 150, "a|b", "*",
    "report\u202efdp.exe", "a\x9b2J",
]  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_name_that_is_none(root, name):
    folder = Folder(root)
    before = names(root.parent)
    with pytest.raises(InvalidArguments):
        folder.open(name)
    with pytest.raises(InvalidArguments):
        folder.save([b"x"], name, overwrite=True)
    assert names(root.parent) == before


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="./\\ab~:\0é\u202e ", max_size=12) | st.text(max_size=12))
def test_no_name_leads_out(tmp_path, name):
    (tmp_path / "served").mkdir(exist_ok=True)
    folder = Folder(tmp_path / "served")
    before = names(tmp_path)
    try:
        folder.save([b"x"], name)
    except InvalidArguments:
        assert names(tmp_path) == before
    else:
        assert folder.open(name).read(0, 9) == b"x"
        assert all(one.startswith("served/") for one in names(tmp_path))


@pytest.mark.parametrize(
    "name", ["link", "dir/secret.txt", "loop", "fifo", "2026", "socket", "device", "2026/report.pdf/x"]
)
def test_what_is_no_regular_file(root, name):
    outside = root.parent
    (root / "link").symlink_to(outside / "secret.txt")
    (root / "dir").symlink_to(outside)
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "fifo")
    (root / "device").symlink_to("/dev/zero")
    folder = Folder(root)
    for act in (
        lambda: folder.open(name),
        lambda: folder.save([b"x"], name, overwrite=True),
        lambda: folder.save([b"x"], name),
    ):
        if name == "socket":
            with pytest.raises(InvalidArguments):
                folder.open(name)
        else:
            with pytest.raises(InvalidArguments):
                act()
    assert (outside / "secret.txt").read_bytes() == SECRET
    assert not any(one["name"] != "2026/report.pdf" for one in folder.list())


def test_saving_through_a_link_to_a_folder(root):
    (root / "out").symlink_to(root.parent / "outside")
    with pytest.raises(InvalidArguments):
        Folder(root).save([b"x"], "out/x")
    with pytest.raises(InvalidArguments):
        Folder(root).save([b"x"], "out/new/x")
    assert list((root.parent / "outside").iterdir()) == []


def test_nothing_is_replaced_unless_asked(root):
    folder = Folder(root)
    with pytest.raises(InvalidArguments, match="there is a file of that name") as caught:
        folder.save([b"x"], "2026/report.pdf")
    assert "overwrite: true" in caught.value.hint
    assert (root / "2026" / "report.pdf").read_bytes() == b"%PDF"
    old = folder.open("2026/report.pdf")
    folder.save([b"new"], "2026/report.pdf", overwrite=True)
    assert (root / "2026" / "report.pdf").read_bytes() == b"new"
    assert old.read(0, 9) == b"%PDF", "who reads goes on reading what it opened"
    assert names(root) == ["2026/report.pdf"]


def test_a_source_that_breaks_leaves_nothing(root):
    def broken():
        yield b"half"
        raise OSError(5, "Input/output error")

    with pytest.raises(InvalidArguments, match="Input/output error"):
        Folder(root).save(broken(), "half.bin")
    with pytest.raises(InvalidArguments):
        Folder(root).save(broken(), "2026/report.pdf", overwrite=True)
    assert names(root) == ["2026/report.pdf"]
    assert (root / "2026" / "report.pdf").read_bytes() == b"%PDF"


def test_only_one_of_many_wins(root):
    folder, won = Folder(root), []

    def save(number):
        try:
            folder.save([b"%d " % number] * 1000, "same.txt")
        except InvalidArguments:
            return
        won.append(number)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if module._AT:
        assert len(won) == 1
        assert (root / "same.txt").read_bytes() == b"%d " % won[0] * 1000
    assert names(root) == ["2026/report.pdf", "same.txt"]


def test_a_near_name_is_offered(root):
    with pytest.raises(InvalidArguments) as caught:
        Folder(root).open("2026/reprt.pdf")
    assert caught.value.hint == "Did you mean '2026/report.pdf'?"
    with pytest.raises(UsageError, match="no such folder"):
        Folder(root / "missing")


def test_a_miss_takes_no_time_in_the_length_of_names(root):
    """Compared whole, a thousand long names took four seconds of the whole server's processor for each miss."""
    folder, alphabet = Folder(root), [chr(code) for code in range(0x100, 0x180)]
    choose = random.Random(7).choice
    deep = "/".join("".join(choose(alphabet) for _ in range(98)) for _ in range(7))
    for _ in range(MAX_LISTED):
        folder.save([b""], f"{deep}/{''.join(choose(alphabet) for _ in range(98))}")
    started = time.process_time()
    Folder(root).list()
    listing = time.process_time() - started
    for name in (f"{deep[::-1]}", "x" * 1600, "é" * 90):
        started = time.process_time()
        with pytest.raises(InvalidArguments):
            folder.open(name)
        assert time.process_time() - started < 20 * listing


@pytest.mark.skipif(not module._AT, reason="names are resolved from open folders only where the system can")
def test_a_folder_that_becomes_a_link_while_it_is_listed(tmp_path, monkeypatch):
    served, outside = tmp_path / "served", tmp_path / "outside"
    (served / "real").mkdir(parents=True)
    outside.mkdir()
    (served / "real" / "fine.txt").touch()
    (outside / "secret-name.txt").touch()
    scan, swapped = os.scandir, []

    def swapping(path):
        # at the last moment: what was looked at before is a link now
        where = path if isinstance(path, (str, Path)) else Path(f"/proc/self/fd/{path}").readlink()
        if str(where).endswith("real") and not swapped:
            swapped.append(where)
            (served / "real").rename(served / "kept")
            (served / "real").symlink_to(outside)
        return scan(path)

    monkeypatch.setattr(os, "scandir", swapping)
    listed = [one["name"] for one in Folder(served).list()]
    assert swapped
    assert not any("secret" in name for name in listed)


def test_a_file_of_more_bytes_than_the_disk(root):
    with (root / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    file = Folder(root).open("sparse")
    assert file.size == 1 << 40
    assert file.read((1 << 40) - 4, 1 << 20) == bytes(4)


def test_a_list_ends(root):
    for index in range(MAX_LISTED + 10):
        (root / f"{index:05d}").touch()
    (root / ".hidden").touch()
    listed = Folder(root).list()
    assert len(listed) == MAX_LISTED
    assert listed[0]["name"] == "00000"


@pytest.mark.skipif(not module._AT, reason="names are resolved from open folders only where the system can")
def test_a_folder_that_becomes_a_link_meanwhile(tmp_path):
    """The race that a check of the path alone loses."""
    served, outside = tmp_path / "served", tmp_path / "outside"
    (served / "real").mkdir(parents=True)
    outside.mkdir()
    for place, text in ((served / "real", b"fine"), (outside, SECRET)):
        (place / "a.txt").write_bytes(text)
    (served / "spare").symlink_to(outside)
    folder, done = Folder(served), threading.Event()

    def swap():
        while not done.is_set():
            (served / "real").rename(served / "kept")
            (served / "spare").rename(served / "real")
            (served / "real").rename(served / "spare")
            (served / "kept").rename(served / "real")

    swapping = threading.Thread(target=swap)
    swapping.start()
    read = saved = 0
    try:
        until = time.monotonic() + 60
        for index in count():
            # Which of the two runs when is the system's to say: on until both have had their turn.
            if (index >= 1000 and read and saved) or time.monotonic() > until:
                break
            try:
                file = folder.open("real/a.txt")
            except InvalidArguments:
                pass
            else:
                assert file.read(0, 99) == b"fine"
                file.stream.close()
                read += 1
            try:
                with folder._parent(["real", "x"], make=False) as at:  # a new `real` would be in the way of the swap
                    at.write([b"x"], f"{index}.bin", overwrite=False)
            except OSError:
                continue
            saved += 1
    finally:
        done.set()
        swapping.join()
    assert read
    assert saved
    assert names(outside) == ["a.txt"]


KILLED = """
import sys, time
from pathlib import Path
from keyhole.gateway.folder import Folder
def slow():
    yield b"x" * 1_000_000
    print("begun", flush=True)
    time.sleep(60)
folder = Folder(Path(sys.argv[1]))
spool = folder.spool(); spool.write(b"y" * 1_000_000); spool.flush()
folder.save(slow(), "large.bin", overwrite=True)
"""


@pytest.mark.skipif(module._UNNAMED is None, reason="this system has no files without a name")
def test_a_kill_leaves_nothing_behind(tmp_path):
    (tmp_path / "large.bin").write_bytes(b"old")
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"begun\n"
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait(20)
    assert names(tmp_path) == ["large.bin"]
    assert (tmp_path / "large.bin").read_bytes() == b"old"


def test_a_file_that_becomes_shorter_is_an_error(root):
    path = Path(root, "long.bin")
    path.write_bytes(b"x" * 3_000_000)
    folder = Folder(root)
    file = folder.open("long.bin")
    os.truncate(path, 1_500_000)
    with pytest.raises(InvalidArguments, match="shorter"):
        folder.save(module.pieces(file), "copy.bin")
    assert names(root) == ["2026/report.pdf", "long.bin"]
