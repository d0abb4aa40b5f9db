"""The part of wasmtime's C API that instances need, called directly.

wasmtime-py's own classes cost several times what an instance costs, keep every host function in one global unlocked
table, and lack the callback of the epoch deadline. Here handles are plain integers, host functions are the two static
callbacks of `instance.py`, and modules are still wasmtime-py's (they own their memory).
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import CFUNCTYPE, POINTER, byref, c_bool, c_char_p, c_int64, c_size_t, c_uint8, c_uint64, c_void_p
from typing import Any

import wasmtime
from wasmtime import _bindings as bindings  # pyright: ignore[reportPrivateUsage]
from wasmtime import _ffi as ffi  # pyright: ignore[reportPrivateUsage]

Extern = bindings.wasmtime_extern_t
InstanceHandle = bindings.wasmtime_instance_t
Val = bindings.wasmtime_val_t
Raw = bindings.wasmtime_val_raw_t

HostFunction = CFUNCTYPE(c_void_p, c_void_p, c_void_p, POINTER(Raw), c_size_t)
"""(environment, caller, arguments and results, their number) → trap or None."""
EpochCallback = CFUNCTYPE(c_void_p, c_void_p, c_void_p, POINTER(c_uint64), POINTER(c_uint8))
"""(context, environment, ticks to go on for, how) → error or None."""

EXTERN_FUNC, EXTERN_MEMORY = 0, 3
I32 = 0
MAX_WASM_STACK = 8 << 20
"""Of native stack; `JS_SetMaxStackSize` is meant to strike long before. Threads need twice as much."""


def _function(name: str, result: Any, *arguments: Any) -> Any:
    library: Any = ffi.dll
    function = library[name]  # a new object at each access: our types do not disturb wasmtime-py's
    function.restype, function.argtypes = result, arguments
    return function


store_new = _function("wasmtime_store_new", c_void_p, c_void_p, c_void_p, c_void_p)
store_delete = _function("wasmtime_store_delete", None, c_void_p)
store_context = _function("wasmtime_store_context", c_void_p, c_void_p)
store_limiter = _function("wasmtime_store_limiter", None, c_void_p, *[c_int64] * 5)
epoch_callback = _function("wasmtime_store_epoch_deadline_callback", None, c_void_p, EpochCallback, c_void_p, c_void_p)
set_epoch_deadline = _function("wasmtime_context_set_epoch_deadline", None, c_void_p, c_uint64)
increment_epoch = _function("wasmtime_engine_increment_epoch", None, c_void_p)
instance_new = _function(
    "wasmtime_instance_new", c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, POINTER(c_void_p)
)
export_get = _function("wasmtime_instance_export_get", c_bool, c_void_p, c_void_p, c_char_p, c_size_t, c_void_p)
func_new = _function(
    "wasmtime_func_new_unchecked", None, c_void_p, c_void_p, HostFunction, c_void_p, c_void_p, c_void_p
)
func_call = _function(
    "wasmtime_func_call_unchecked", c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, POINTER(c_void_p)
)
memory_data = _function("wasmtime_memory_data", c_void_p, c_void_p, c_void_p)
memory_size = _function("wasmtime_memory_data_size", c_size_t, c_void_p, c_void_p)
memory_grow = _function("wasmtime_memory_grow", c_void_p, c_void_p, c_void_p, c_uint64, c_void_p)
trap_new = _function("wasmtime_trap_new", c_void_p, c_char_p, c_size_t)
trap_code = _function("wasmtime_trap_code", c_bool, c_void_p, POINTER(c_uint8))
trap_delete = _function("wasm_trap_delete", None, c_void_p)
error_new = _function("wasmtime_error_new", c_void_p, c_char_p)
error_message = _function("wasmtime_error_message", None, c_void_p, c_void_p)
error_delete = _function("wasmtime_error_delete", None, c_void_p)
byte_vec_delete = _function("wasm_byte_vec_delete", None, c_void_p)
global_get = _function("wasmtime_global_get", None, c_void_p, c_void_p, c_void_p)
global_set = _function("wasmtime_global_set", c_void_p, c_void_p, c_void_p, c_void_p)


class Trap(Exception):  # noqa: N818  (the word of the specification)
    """WebAssembly stopped; `name` is wasmtime's name of the reason, such as STACK_OVERFLOW, or empty."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def check(error: int | None, trap: c_void_p | None = None) -> None:
    """Raise `Trap` for what a call of the C API gave back, and free it."""
    if error:
        vector: Any = bindings.wasm_byte_vec_t()
        error_message(error, byref(vector))
        text = ctypes.string_at(vector.data, vector.size).decode(errors="replace")
        byte_vec_delete(byref(vector))
        error_delete(error)
        raise Trap("", text)
    if trap is not None and trap.value:
        code = c_uint8()
        name = wasmtime.TrapCode(code.value).name if trap_code(trap, byref(code)) else ""
        trap_delete(trap)
        raise Trap(name, name or "stopped by the host")


def make_engine() -> wasmtime.Engine:
    """Give an engine configured as every module and instance here expects it; part of the key of cached modules."""
    config = wasmtime.Config()
    config.epoch_interruption = True
    bindings.wasmtime_config_async_stack_size_set(config.ptr(), 2 * MAX_WASM_STACK)  # unused, but it must be larger
    config.max_wasm_stack = MAX_WASM_STACK
    config.memory_init_cow = True
    if sys.platform == "darwin":  # Mach ports have a thread, which would not be there in a forked worker
        bindings.wasmtime_config_macos_use_mach_ports_set(config.ptr(), False)  # noqa: FBT003
    return wasmtime.Engine(config)


def function_type(parameters: list[wasmtime.ValType], results: list[wasmtime.ValType]) -> wasmtime.FuncType:
    """Give the type of a host function; it must outlive its uses."""
    return wasmtime.FuncType(parameters, results)


ENGINE = make_engine()
ENGINE_POINTER: int = ctypes.cast(ENGINE.ptr(), c_void_p).value or 0
"""One engine a process: its epoch is what `pool.py` ticks."""
