"""One instance: a WebAssembly store with the guest in it."""

from __future__ import annotations

import ctypes
import itertools
from ctypes import addressof, byref, c_void_p
from typing import TYPE_CHECKING, Any, Protocol

import wasmtime

from keyhole.log import logger
from keyhole.sandbox.quickjs import capi

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logger(__name__)

SEND_TYPE = capi.function_type([wasmtime.ValType.i32()] * 2, [])
NOW_TYPE = capi.function_type([], [wasmtime.ValType.i64()])


class Owner(Protocol):
    """Who an instance belongs to. Its methods are called on the thread that runs the instance, in the middle of it."""

    def receive(self, message: bytes) -> bool:
        """Take one message of the guest; False stops the instance."""
        ...

    def tick(self) -> bool:
        """Be asked every 10 ms of running whether to go on."""
        ...

    def now(self) -> int:
        """Give the clock, in nanoseconds since 1970."""
        ...

    @property
    def max_message(self) -> int:
        """The longest message to read out of the guest; a longer one goes to `too_long`."""
        ...

    def too_long(self, size: int) -> None:
        """Hear that the guest sent a message of `size` bytes, for which it is stopped."""
        ...


class Instance:
    """The guest in a memory of its own. Not thread-safe, but any thread may use it at rest.

    `memory` is a compiled image. A trap leaves the instance dead: only `close` is left.
    """

    def __init__(self, code: wasmtime.Module, memory: wasmtime.Module, owner: Owner, *, max_bytes: int) -> None:
        self._owner = owner
        self._key = next(_keys)
        self._store: int = capi.store_new(capi.ENGINE_POINTER, None, None)
        self._context: int = capi.store_context(self._store)
        self._functions: dict[str, Any] = {}
        _live[self._key] = self
        try:
            capi.store_limiter(self._store, max_bytes, -1, 4, 4, 2)
            capi.epoch_callback(self._store, _on_epoch, self._key, None)
            self._link(code, memory)
        except BaseException:
            self.close()
            raise

    def _link(self, code: wasmtime.Module, memory: wasmtime.Module) -> None:
        imports = (capi.Extern * 3)()  # in the order of the module: `image.load` checks it
        handle = self._instantiate(memory, None, 0)
        self._memory = self._export(handle, "memory").of.memory
        imports[0].kind = capi.EXTERN_MEMORY
        imports[0].of.memory = self._memory
        for slot, kind, callback in ((1, NOW_TYPE, _on_now), (2, SEND_TYPE, _on_send)):
            imports[slot].kind = capi.EXTERN_FUNC
            capi.func_new(self._context, kind.ptr(), callback, self._key, None, addressof(imports[slot].of))
        self._handle = self._instantiate(code, imports, 3)

    def _instantiate(self, module: wasmtime.Module, imports: Any, count: int) -> Any:
        handle = capi.InstanceHandle()
        trap = c_void_p()
        error = capi.instance_new(self._context, module.ptr(), imports, count, byref(handle), byref(trap))
        capi.check(error, trap)
        return handle

    def _export(self, handle: Any, name: str) -> Any:
        found = capi.Extern()
        encoded = name.encode()
        if not capi.export_get(self._context, byref(handle), encoded, len(encoded), byref(found)):
            raise capi.Trap("", f"the guest has no export {name!r}")
        return found

    def call(self, name: str, *arguments: int) -> int:
        """Call the export `name`; give its result (whatever it is where it has none). Raises `capi.Trap`."""
        function = self._functions.get(name)
        if function is None:
            function = self._functions[name] = self._export(self._handle, name).of.func
        raw = (capi.Raw * (len(arguments) or 1))()
        for slot, argument in zip(raw, arguments, strict=False):
            slot.i64 = argument
        capi.set_epoch_deadline(self._context, 1)
        trap = c_void_p()
        error = capi.func_call(self._context, byref(function), raw, len(raw), byref(trap))
        if error or trap.value:
            capi.check(error, trap)
        return raw[0].i32

    def put(self, text: bytes) -> int:
        """Copy `text` and a NUL into the guest; give the address, which the guest frees. Raises MemoryError."""
        address = self.call("alloc", len(text) + 1) & 0xFFFFFFFF
        if not address:
            raise MemoryError
        self.write(address, text + b"\0")
        return address

    def write(self, address: int, data: bytes) -> None:
        """Copy `data` to `address` of its memory."""
        if address + len(data) > self.size():
            raise capi.Trap("", "an address outside of the guest's memory")
        ctypes.memmove(self.address() + address, data, len(data))

    def read(self, address: int, size: int) -> bytes:
        """Copy `size` bytes out of the guest's memory."""
        if address + size > self.size():
            raise capi.Trap("", "an address outside of the guest's memory")
        return ctypes.string_at(self.address() + address, size)

    def address(self) -> int:
        """Give where its memory lies in this process; it stays there."""
        return capi.memory_data(self._context, byref(self._memory))

    def grow(self, pages: int) -> None:
        """Give it so many more pages of 64 KB. Raises `capi.Trap`."""
        before = ctypes.c_uint64()
        if pages < 0:
            raise capi.Trap("", "a memory cannot shrink")
        capi.check(capi.memory_grow(self._context, byref(self._memory), pages, byref(before)))

    def size(self) -> int:
        """Give the size of the memory, in bytes."""
        return capi.memory_size(self._context, byref(self._memory))

    def global_value(self, name: str) -> int:
        """Give the value of the exported global `name`."""
        value = capi.Val()
        capi.global_get(self._context, byref(self._export(self._handle, name).of.global_), byref(value))
        return value.of.i32

    def set_global(self, name: str, number: int) -> None:
        """Set the exported global `name`, an i32."""
        value = capi.Val(kind=capi.I32)
        value.of.i32 = number
        found = self._export(self._handle, name).of.global_
        capi.check(capi.global_set(self._context, byref(found), byref(value)))

    def interrupt(self) -> None:
        """Have the guest unwind and say where it was, soon if ever (`stopping` in guest.c)."""
        self.write(self.global_value("stopping") & 0xFFFFFFFF, b"\1")

    def close(self) -> None:
        """Free the memory. Idempotent."""
        if _live.pop(self._key, None) is not None:
            capi.store_delete(self._store)

    def message(self, address: int, size: int) -> bool:
        """Hand one message to the owner; False stops the guest."""
        if size > self._owner.max_message:
            self._owner.too_long(size)
            return False
        return self._owner.receive(self.read(address, size))

    def tick(self) -> bool:
        """Ask the owner whether to go on."""
        return self._owner.tick()

    def now(self) -> int:
        """Give the owner's clock."""
        return self._owner.now()


_keys = itertools.count(1)
_live: dict[int, Instance] = {}
"""Key → instance: what a callback gets from C is the key, so a late one finds nothing rather than freed memory."""


def _guarded(action: Callable[[], bool]) -> bool:
    # ctypes prints an exception of a callback and goes on as if it had returned 0.
    try:
        return action()
    except BaseException:  # noqa: BLE001  (see above)
        _log.exception("sandbox callback failed")
        return False


@capi.HostFunction
def _on_send(key: int, _caller: int, values: Any, _count: int) -> int | None:
    def deliver() -> bool:
        return _live[key].message(values[0].i32 & 0xFFFFFFFF, values[1].i32 & 0xFFFFFFFF)

    return None if _guarded(deliver) else capi.trap_new(b"stopped", 7)


@capi.HostFunction
def _on_now(key: int, _caller: int, values: Any, _count: int) -> int | None:
    def read() -> bool:
        values[0].i64 = _live[key].now()
        return True

    return None if _guarded(read) else capi.trap_new(b"stopped", 7)


@capi.EpochCallback
def _on_epoch(_context: int, key: int, ticks: Any, _how: Any) -> int | None:
    if not _guarded(lambda: _live[key].tick()):  # noqa: PLW0108  (the look-up may fail too)
        return capi.error_new(b"stopped")
    ticks[0] = 1
    return None
