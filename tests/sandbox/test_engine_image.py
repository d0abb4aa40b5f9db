"""The image: the same everywhere, kept where nobody else can write, made anew where it is damaged."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from keyhole.errors import SandboxError
from keyhole.sandbox.engine import Finished, ImageSource
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs import image, wasm
from keyhole.sandbox.quickjs.engine import QuickJSEngine
from keyhole.sandbox.quickjs.local import LocalPlace
from keyhole.sandbox.quickjs.pool import on_big_stack

if TYPE_CHECKING:
    from pathlib import Path

SMALL = ImageSource(script="globalThis.answer = data.x + 1", data=(("data", b'{"x": 41}'),))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp().parent / "keyhole-cache"


async def answer(place: LocalPlace) -> object:
    async def host(name: str, argument: object) -> object:
        return argument

    outcome = await QuickJSEngine(place).run(Program.parse("return answer"), host)
    assert isinstance(outcome, Finished)
    return outcome.value


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("image-*.cwasm"))


def seeded(cache: Path, folder: Path) -> Path:
    """Give `folder` with the guest's compiled code in it, which takes seconds and is not what is tested."""
    on_big_stack(lambda: image.load_code(cache))
    folder.mkdir(mode=0o700, exist_ok=True)
    for code in cache.glob("guest-*.cwasm"):
        (folder / code.name).write_bytes(code.read_bytes())
        (folder / code.name).chmod(0o600)
    return folder


def test_two_bakes_of_a_real_document_are_the_same(cache, shared):
    document = (shared / "specs" / "discord.json").read_bytes()
    source = ImageSource(script="globalThis.ops = Object.keys(spec.paths)", data=(("spec", document),))
    code = on_big_stack(lambda: image.load_code(cache))
    first, second = (on_big_stack(lambda: image.bake(source, code)) for _ in range(2))
    assert first == second
    other = ImageSource(script=source.script + ";globalThis.more = 1", data=source.data)
    assert on_big_stack(lambda: image.bake(other, code)) != first


# RFC 8439, appendix A.1: the keystream of a key and a block, with a nonce of zeros
KEYSTREAM = {
    (
        0,
        0,
    ): "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586",
    (
        0,
        1,
    ): "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f",
    (
        1,
        1,
    ): "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0",
}


@pytest.mark.parametrize(("key", "block"), KEYSTREAM)
async def test_chance_is_chacha20_of_the_seed(cache, monkeypatch, key, block):
    monkeypatch.setattr("keyhole.sandbox.quickjs.run.secrets.token_bytes", lambda count: key.to_bytes(count, "big"))
    engine = QuickJSEngine(LocalPlace.create(SMALL, cache=cache))
    text = "const all = crypto.getRandomValues(new Uint32Array(40)), bytes = new Uint8Array(all.buffer); return bytes.toHex()"
    outcome = await engine.run(Program.parse(text), _echo)
    assert isinstance(outcome, Finished)
    assert outcome.value[block * 128 : block * 128 + 128] == KEYSTREAM[key, block]
    # Math.random and randomUUID draw from the same stream, wherever a block ends
    text = "crypto.getRandomValues(new Uint8Array(59)); return [Math.random(), crypto.randomUUID()]"
    mixed = await engine.run(Program.parse(text), _echo)
    assert isinstance(mixed, Finished)
    stream = bytes.fromhex(outcome.value)[59:]
    assert mixed.value[0] == (int.from_bytes(stream[:8], "little") >> 11) / 2**53
    assert mixed.value[1].startswith(stream[8:14].hex()[:8] + "-" + stream[12:14].hex() + "-4")


async def _echo(name: str, argument: object) -> object:
    return argument


async def test_an_image_is_kept_and_found_again(cache, tmp_path):
    folder = seeded(cache, tmp_path / "cache")
    assert await answer(LocalPlace.create(SMALL, cache=folder)) == 42
    (kept,) = files(folder)
    assert kept.stat().st_mode & 0o777 == 0o600
    before = kept.stat().st_mtime_ns
    assert await answer(LocalPlace.create(SMALL, cache=folder)) == 42
    assert [file.stat().st_mtime_ns for file in files(folder)] == [before]
    LocalPlace.create(ImageSource(script=SMALL.script, data=(("data", b'{"x": 1}'),)), cache=folder)
    assert len(files(folder)) == 2
    assert not list(folder.glob(".new-*"))


def test_the_folder_is_made_for_its_owner_alone(cache, tmp_path):
    from keyhole.sandbox.quickjs.cache import Cache

    Cache(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", [b"", b"garbage", None, "middle"])
async def test_a_damaged_file_is_made_anew(cache, tmp_path, damage, caplog):
    folder = seeded(cache, tmp_path / "cache")
    LocalPlace.create(SMALL, cache=folder)
    (kept,) = files(folder)
    whole = kept.read_bytes()
    half = len(whole) // 2
    kept.write_bytes(
        {None: whole[:half], "middle": whole[:half] + b"\xff" * 64 + whole[half + 64 :]}.get(damage, damage)
    )
    assert await answer(LocalPlace.create(SMALL, cache=folder)) == 42
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert files(folder)[0].read_bytes() == whole


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
@pytest.mark.parametrize("what", ["folder", "file", "parent", "link"])
async def test_what_others_could_write_is_not_loaded(cache, tmp_path, what, monkeypatch, caplog):
    parent = tmp_path / "parent"
    parent.mkdir(mode=0o700)
    folder = seeded(cache, parent / "cache")
    LocalPlace.create(SMALL, cache=folder)
    (kept,) = files(folder)
    loaded: list[str] = []
    original = image.wasmtime.Module.deserialize_file
    monkeypatch.setattr(
        image.wasmtime.Module, "deserialize_file", lambda engine, path: (loaded.append(path), original(engine, path))[1]
    )
    if what == "link":
        kept.rename(parent / "elsewhere")
        kept.symlink_to(parent / "elsewhere")
    else:
        {"folder": folder, "file": kept, "parent": parent}[what].chmod(0o777 if what != "file" else 0o666)
    assert await answer(LocalPlace.create(SMALL, cache=folder)) == 42
    if what in {"folder", "parent"}:
        assert loaded == []
    else:  # the file was replaced by one of ours
        assert kept.stat().st_mode & 0o777 == 0o600
        assert not kept.is_symlink()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
async def test_a_read_only_folder_is_read(cache, tmp_path, caplog):
    folder = seeded(cache, tmp_path / "cache")
    LocalPlace.create(SMALL, cache=folder)
    folder.chmod(0o500)
    try:
        assert await answer(LocalPlace.create(SMALL, cache=folder)) == 42
        assert caplog.records == []
        other = ImageSource(script="globalThis.answer = 1")
        assert await answer(LocalPlace.create(other, cache=folder)) == 1
        assert [record.levelname for record in caplog.records] == ["WARNING"]
    finally:
        folder.chmod(0o700)


async def test_a_folder_that_cannot_be_made_is_done_without(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    assert await answer(LocalPlace.create(SMALL, cache=tmp_path / "file" / "cache")) == 42
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (ImageSource(script="", data=(("data", b"{no json"),)), "the data 'data'"),
        (ImageSource(script="null.x"), "the image's script"),
        (ImageSource(script="let let = 1"), "the image's script"),
        (ImageSource(script="host('find', {})"), "the image's script"),
        (ImageSource(script="throw new Error('mine')"), "mine"),
    ],
)
def test_a_source_that_fails_says_so(cache, source, says):
    with pytest.raises(SandboxError, match=says):
        LocalPlace.create(source, cache=cache)


def test_leb128():
    assert [wasm.unsigned(number) for number in (0, 127, 128, 624485)] == [b"\0", b"\x7f", b"\x80\x01", b"\xe5\x8e\x26"]
    assert [wasm.signed(number) for number in (0, -1, 63, 64, -64, -123456)] == [
        b"\0",
        b"\x7f",
        b"\x3f",
        b"\xc0\0",
        b"\x40",
        b"\xc0\xbb\x78",
    ]


def test_a_module_that_is_none():
    with pytest.raises(ValueError, match="not a WebAssembly module"):
        list(wasm.sections(b"garbage"))
    with pytest.raises(ValueError, match="cut short"):
        list(wasm.sections(wasm.MAGIC + b"\1\x10"))
