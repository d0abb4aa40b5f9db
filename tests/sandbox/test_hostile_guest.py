"""A guest whose memory a program has taken over: what it says of lengths and addresses is not believed.

Its code stays what we compiled, so all it can do is call `send` with any numbers, and answer `alloc` with any.
"""

from __future__ import annotations

import pytest
import wasmtime

from keyhole.sandbox.quickjs import capi, wasm
from keyhole.sandbox.quickjs.instance import Instance
from keyhole.sandbox.quickjs.pool import on_big_stack

PAGE = 1 << 16


class Owner:
    def __init__(self, max_message: int = 1000) -> None:
        self.max_message = max_message
        self.messages: list[bytes] = []
        self.refused: list[int] = []

    def receive(self, message: bytes) -> bool:
        self.messages.append(message)
        return len(self.messages) < 1000

    def tick(self) -> bool:
        return True

    def now(self) -> int:
        return 2**63 - 1

    def too_long(self, size: int) -> None:
        self.refused.append(size)


def guest(body: str, owner: Owner, *, alloc: str = "i32.const 64") -> Instance:
    """Give an instance of one page whose `run` is `body` and whose `alloc` gives what `alloc` does."""
    text = f"""(module
      (import "env" "memory" (memory 1))
      (import "env" "now" (func $now (result i64)))
      (import "env" "send" (func $send (param i32 i32)))
      (func (export "alloc") (param i32) (result i32) {alloc})
      (func (export "run") {body}))"""
    code = wasmtime.Module(capi.ENGINE, text)
    memory = wasmtime.Module(capi.ENGINE, wasm.memory_module(b"R[1]" + bytes(PAGE - 4)))
    return on_big_stack(lambda: Instance(code, memory, owner, max_bytes=4 * PAGE))


def run(body: str, owner: Owner, alloc: str = "i32.const 64", text: bytes = b"") -> None:
    instance = guest(body, owner, alloc=alloc)
    try:
        on_big_stack(lambda: instance.put(text) if text else instance.call("run"))
    finally:
        instance.close()


def send(address: int, size: int) -> str:
    return f"(call $send (i32.const {address}) (i32.const {size}))"


@pytest.mark.parametrize(
    ("address", "size"),
    [(-1, 16), (-1, 0), (PAGE - 4, 100), (PAGE, 1), (PAGE + 1, 0), (-(2**31), 5), (2**31 - 1, 900), (-4, 4)],
)
def test_a_message_outside_of_the_memory_is_not_read(address, size):
    owner = Owner()
    with pytest.raises(capi.Trap):
        run(send(address, size), owner)
    assert owner.messages == []


@pytest.mark.parametrize("size", [1001, PAGE, PAGE + 1, 2**31 - 1, -1, -(2**31)])
def test_a_message_longer_than_what_may_go_out_is_not_read(size):
    owner = Owner()
    with pytest.raises(capi.Trap):
        run(send(0, size), owner)
    assert owner.messages == []
    assert owner.refused == [size & 0xFFFFFFFF]


def test_a_message_up_to_the_last_byte_is_read():
    owner = Owner()
    run(send(0, 4) + send(PAGE - 4, 4) + send(PAGE, 0), owner)
    assert owner.messages == [b"R[1]", b"\0\0\0\0", b""]


def test_a_flood_of_messages_ends_where_the_owner_says_so():
    owner = Owner()
    with pytest.raises(capi.Trap):
        run(f"(loop $again {send(0, 4)} (br $again))", owner)
    assert len(owner.messages) == 1000


@pytest.mark.parametrize("address", [-1, PAGE, PAGE - 4, -(2**31), 2**31 - 1])
def test_nothing_is_written_where_the_guest_says_outside_of_its_memory(address):
    with pytest.raises(capi.Trap):
        run("", Owner(), alloc=f"i32.const {address}", text=b"hello")


def test_no_room_is_no_memory():
    with pytest.raises(MemoryError):
        run("", Owner(), alloc="i32.const 0", text=b"hello")


def test_the_memory_grows_to_its_limit_and_no_further():
    owner = Owner()
    grow = "(if (i32.ne (memory.grow (i32.const 3)) (i32.const 1)) (then unreachable))"
    run(grow + "(if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))" + send(0, 4), owner)
    assert owner.messages == [b"R[1]"]


@pytest.mark.parametrize(
    "body", ["unreachable", "(drop (i32.load (i32.const -1)))", "(drop (i32.div_s (i32.const 1) (i32.const 0)))"]
)
def test_what_the_guest_does_to_itself_is_a_trap(body):
    with pytest.raises(capi.Trap):
        run(body, Owner())
