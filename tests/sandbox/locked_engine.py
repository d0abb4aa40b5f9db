"""A zygote with the real engine: `locked_engine.py CACHE [FOLDER OF PROGRAMS] [--nobody]` runs programs in a locked worker."""

from __future__ import annotations

import ctypes
import json
import os
import socket
import sys
import threading
import time
from functools import partial
from pathlib import Path
from queue import SimpleQueue

import wasmtime
from zygote import become_nobody

from keyhole.sandbox.confinement import fork_worker, isolate, shut
from keyhole.sandbox.engine import ImageSource
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs import capi, pool, ticker, wire
from keyhole.sandbox.quickjs import image as images
from keyhole.sandbox.quickjs.cell import Cell

SOURCE = ImageSource(script="globalThis.paths = spec.paths", data=(("spec", b'{"paths": {"/a": 1, "/b": 2}}'),))
PROGRAMS = {
    "value": "return Object.keys(paths).length",
    "stack": "function f() { return f() + 1 } return f()",
    "deep": "let a = []; for (let i = 0; i < 1e6; i++) a = [a]; return JSON.stringify(a)",
    "memory": "const a = []; while (true) a.push(new Array(1000).fill(1))",
    "growth": "const a = []; for (let i = 0; i < 40; i++) a.push(new Uint8Array(1 << 20).fill(i)); return a.length",
    "loop": "while (true) {}",
    "clock": "return Date.now() > 1.7e12 && Math.random() < 1",
    "call": "return await host('echo', 1)",
    "value again": "return Object.keys(paths).length",
}
THREADS = 2
TRAPS = """(module
  (memory 1 100)
  (func (export "unreachable") unreachable)
  (func (export "outside") (drop (i32.load (i32.const 0x7fffffff))))
  (func $deeper (export "deeper") call $deeper)
  (func (export "grown") (result i32) (drop (memory.grow (i32.const 99))) (i32.store (i32.const 6553596) (i32.const 7))
    (i32.load (i32.const 6553596))))"""
"""What reaches the processor's own traps: an illegal instruction, a guard page, the end of the stack."""


def run(image: images.Image, code: str) -> list[str]:
    """Run a program until it is at rest; give its messages, shortened."""
    messages: list[bytes] = []
    cell = Cell(image)
    left = wire.Left(cpu_ns=2_000_000_000, calls=1000, bytes_out=32 << 20, memory=64 << 20, lines=1000)
    messages += cell.step([wire.Start(left, 512 << 10, bytes(32), code.encode()).encode()], messages.extend)
    cell.close()
    return [message[:120].decode(errors="replace") for message in messages]


def trapped(module: wasmtime.Module) -> dict[str, object]:
    store = wasmtime.Store(capi.ENGINE)
    store.set_epoch_deadline(1 << 40)
    exports = wasmtime.Instance(store, module, []).exports(store)
    found: dict[str, object] = {}
    for name in ("unreachable", "outside", "deeper", "grown"):
        try:
            found[name] = exports[name](store)
        except wasmtime.Trap as trap:
            found[name] = trap.trap_code.name
    return found


def work(jobs: SimpleQueue, results: SimpleQueue) -> None:
    while True:
        name, job = jobs.get()
        results.put((name, job()))


def tick() -> None:
    while True:
        time.sleep(ticker.TICK_S)
        capi.increment_epoch(capi.ENGINE_POINTER)


def worker(image: images.Image, module: wasmtime.Module, programs: dict[str, str]) -> dict:
    layers = isolate()
    jobs, results = SimpleQueue(), SimpleQueue()
    for _ in range(THREADS):
        pool.start_with_stack(threading.Thread(target=work, args=(jobs, results), daemon=True))
    threading.Thread(target=tick, daemon=True).start()
    layers += shut()
    for name, code in programs.items():
        jobs.put((name, partial(run, image, code)))
    found = dict(results.get() for _ in programs)
    jobs.put(("traps", partial(trapped, module)))
    _, traps = results.get()
    return {"missing": [layer.name for layer in layers if not layer.holds], "messages": found, "traps": traps}


def main() -> None:
    nobody = "--nobody" in sys.argv
    cache, *folder = [word for word in sys.argv[1:] if word != "--nobody"]
    image = pool.on_big_stack(lambda: images.load(SOURCE, Path(cache)))
    module = wasmtime.Module(capi.ENGINE, TRAPS)
    texts = {path.stem: path.read_text() for path in sorted(Path(folder[0]).glob("*.js"))} if folder else PROGRAMS
    programs = {name: Program.parse(text).code for name, text in texts.items()}
    if nobody:
        become_nobody()
    ours, theirs = socket.socketpair()
    pid, _ = fork_worker()
    if not pid:
        ours.close()
        try:
            theirs.sendall(json.dumps(worker(image, module, programs)).encode())
            ctypes.string_at(0)  # a fault that is no trap: wasmtime's handler has to let it through
        finally:
            os._exit(0)
    theirs.close()
    told = b""
    while part := ours.recv(1 << 16):
        told += part
    _, ended = os.waitpid(pid, 0)
    sys.stdout.write(json.dumps({**json.loads(told or b"{}"), "signal": ended & 0x7F}))


if __name__ == "__main__":
    main()
