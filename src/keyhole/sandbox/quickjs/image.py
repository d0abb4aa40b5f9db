"""Images: the guest's memory with prelude and documents loaded, sealed, as a module that is mapped copy-on-write."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from functools import cache as memoized
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import wasmtime

from keyhole.errors import SandboxError
from keyhole.sandbox.quickjs import capi, wasm
from keyhole.sandbox.quickjs.cache import Cache
from keyhole.sandbox.quickjs.instance import Instance

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyhole.sandbox.engine import ImageSource

_BAKE_CLOCK = 1_767_225_600_000_000_000
"""2026-01-01: an image must not depend on when it was baked."""
_BAKE_MEMORY = (4 << 30) - wasm.PAGE
_SCRIPTS = ("prelude.js", "url.js", "web.js", "console.js", "intl_number.js", "intl_date.js", "intl.js", "absent.js")
_IMPORTS = ["env.memory", "env.now", "env.send"]
_HEAP_PER_TEXT = 5
"""How much heap a JSON text becomes, at most, for the documents we know (up to 4.8 times); more only costs space."""

# A hash table of the interpreter that is about to double would do so in the first run, for 20 to 40 ms. Filling the
# tables with things that go away again makes that happen here.
_WARM = """(() => {
  const kept = [];
  for (let i = 0; i < 3000; i++) kept.push({ ["warm" + i]: i, ["warm_" + i]: Symbol() });
  JSON.stringify(kept);
})()"""


@dataclass(frozen=True)
class Image:
    """What an instance is made of: the guest's code, shared by all images, and a memory to start from."""

    code: wasmtime.Module
    memory: wasmtime.Module
    bytes: int
    """Size of the memory."""
    name: str
    """Says what it was made of, and nothing of the machine: two images of one name are the same to the byte."""

    @cached_property
    def pristine(self) -> Instance:
        """An instance that is never run, to compare others with."""
        return Instance(self.code, self.memory, _Oven(), max_bytes=_BAKE_MEMORY)


def load(source: ImageSource, cache: Path | None = None) -> Image:
    """Give the image of `source`, from the `cache` folder or baked (seconds) and kept there.

    Needs a stack as `pool.on_big_stack` gives. Raises SandboxError: no guest, or the source's data or script is wrong.
    """
    store = None if cache is None else Cache(cache)
    code = _code(store)
    name = name_of(source)
    key = _hash(_guest_key().encode(), name.encode())
    memory = _compiled(store, "image", key, lambda: wasm.memory_module(bake(source, code)))
    limits = memory.exports[0].type
    assert isinstance(limits, wasmtime.MemoryType)
    return Image(code, memory, limits.limits.min * wasm.PAGE, name)


def load_code(cache: Path | None = None) -> wasmtime.Module:
    """Give the guest's compiled code: from the `cache` folder or compiled (seconds) and kept there."""
    return _code(None if cache is None else Cache(cache))


def _code(store: Cache | None) -> wasmtime.Module:
    code = _compiled(store, "guest", _guest_key(), lambda: wasm.without_data(_guest()))
    imports = [f"{item.module}.{item.name}" for item in code.imports]
    if imports != _IMPORTS:
        raise SandboxError(f"the guest imports {imports}, not {_IMPORTS}", hint="build it again: make install")
    return code


def bake(source: ImageSource, code: wasmtime.Module) -> bytes:
    """Give the sealed memory of `source`, made with the guest's `code`: on every machine the same to the byte."""
    pages = next(item.type.limits.min for item in code.imports if isinstance(item.type, wasmtime.MemoryType))
    fresh = wasmtime.Module(capi.ENGINE, wasm.memory_module(wasm.initial_memory(_guest(), pages)))
    oven = _Oven()
    instance = Instance(code, fresh, oven, max_bytes=_BAKE_MEMORY)
    try:
        stack = instance.global_value("__stack_pointer")
        instance.call("_initialize")
        instance.call("init")
        for name in _SCRIPTS:
            oven.expect(instance.call("eval", *_text(instance, _file(name))), name)
        _define(instance, oven, source)
        oven.expect(instance.call("eval", *_text(instance, source.script.encode())), "the image's script")
        for _ in range(2):
            oven.expect(instance.call("eval", *_text(instance, _WARM.encode())), "warming")
        instance.call("seal")
        if instance.global_value("__stack_pointer") != stack:  # the one thing beside the memory that could differ
            raise SandboxError(
                "the guest is not at rest after baking", hint="this is a bug of Keyhole: please report it"
            )
        return instance.read(0, instance.size())
    except MemoryError:
        raise SandboxError(
            "the documents do not fit into a sandbox (4 GB)", hint="serve fewer documents together"
        ) from None
    except capi.Trap as trap:
        oven.expect(0, "the image's script")  # it called the host, for which it was stopped
        raise SandboxError(
            f"baking the image stopped: {trap}", hint="this is a bug of Keyhole or a damaged document"
        ) from trap
    finally:
        instance.close()


def _text(instance: Instance, text: bytes) -> tuple[int, int]:
    return instance.put(text), len(text)


def _pages(size: int) -> int:
    return size + -size % wasm.PAGE


def _define(instance: Instance, oven: _Oven, source: ImageSource) -> None:
    largest = max((len(text) for _, text in source.data), default=0)
    if not largest:
        return
    total = sum(len(text) for _, text in source.data)
    area = instance.call("scratch", _pages(largest + 1), _pages(total * _HEAP_PER_TEXT)) & 0xFFFFFFFF
    if not area:
        raise MemoryError
    for name, text in source.data:
        address = instance.put(name.encode())
        instance.write(area, text + b"\0")
        oven.expect(instance.call("define", address, area, len(text)), f"the data {name!r}")


class _Oven:
    """Owns an instance while it is baked: the clock stands still, and there is nobody to call."""

    max_message = 1 << 20

    def __init__(self) -> None:
        self._said = ""

    def receive(self, message: bytes) -> bool:
        self._said = message.decode(errors="replace")
        return message[:1] in b"XL"

    def too_long(self, size: int) -> None:
        self._said = f"a message of {size} bytes"

    def tick(self) -> bool:
        return True

    def now(self) -> int:
        return _BAKE_CLOCK

    def expect(self, failed: int, what: str) -> None:
        if failed or self._said[:1] not in {"", "L"}:
            raise SandboxError(
                f"{what} failed in the sandbox: {self._said[1:]}",
                hint="it is loaded once, before any program, and must not fail or call the host",
            )


def _compiled(store: Cache | None, kind: str, key: str, build: Callable[[], bytes]) -> wasmtime.Module:
    name = f"{kind}-{key}"
    module = store.load(name) if store else None
    if module is None:
        module = wasmtime.Module(capi.ENGINE, build())
        if store:
            module = store.save(name, module)
    return module


@memoized
def _file(name: str) -> bytes:
    path = files(__name__.rpartition(".")[0]) / name
    if not path.is_file():
        raise SandboxError(f"the sandbox guest is not built ({name} is missing)", hint="in a checkout: make install")
    return path.read_bytes()


def _guest() -> bytes:
    return _file("guest.wasm")


@memoized
def _guest_key() -> str:
    parts = (_guest(), version("wasmtime").encode(), _machine().encode(), str(capi.MAX_WASM_STACK).encode())
    return _hash(*parts)


def name_of(source: ImageSource) -> str:
    """Name the image of `source`: a digest of the guest and of all that is loaded into it, 32 hexadecimal digits."""
    data = (part for name, text in source.data for part in (name.encode(), text))
    scripts = [_file(name) for name in _SCRIPTS]
    return _hash(_guest(), *scripts, _WARM.encode(), source.script.encode(), *data)


def _hash(*parts: bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "little"))
        whole.update(part)
    return whole.hexdigest()[:32]


def _machine() -> str:
    """Name the kind of CPU, for which wasmtime compiles."""
    name = f"{platform.system()} {platform.machine()}"
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        return f"{name} {platform.processor()}"
    return f"{name} {next((line for line in lines if line.startswith(('flags', 'Features'))), '')}"
