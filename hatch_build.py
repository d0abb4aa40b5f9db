"""Build hook: compiles the sandbox guest (guest.c and QuickJS-ng) to WebAssembly, from pinned packages alone.

The C compiler is the `ziglang` wheel, a build requirement; the interpreter's source is the sdist of `quickjs-ng`,
fetched as source because as a requirement it would be compiled as a CPython extension. `guest.json` beside the result
says what it was built from, so that it is built once.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

QUICKJS = "quickjs-ng==0.17.0.2"
QUICKJS_SHA256 = "43d2e48272208721a7aaea8e3f02d4b9318f12ef20cc4f5421b59d9a470706ef"
ZIG = "ziglang==0.17.1"
SOURCES = ("quickjs.c", "libregexp.c", "libunicode.c", "dtoa.c")
COMPILE = (
    "-target", "wasm32-wasi", "-mexec-model=reactor", "-O3", "-DNDEBUG", "-D_GNU_SOURCE", "-D_WASI_EMULATED_SIGNAL",
    "-DQUICKJS_NG_BUILD", "-fno-sanitize=all", "-Wno-everything",
)  # fmt: skip
LINK = (
    "-lwasi-emulated-signal", "-Wl,--strip-all", "-Wl,--import-memory", "-Wl,--export=__stack_pointer",
    "-Wl,--export=stopping", "-Wl,-z,stack-size=1048576",
)  # fmt: skip
# An interrupt must have a place: each statement gets one, and after a jump it is where the jump led to. It must come
# soon, and not at the same point of a loop each time: 9973 is a prime (ten times as often costs a fifth of a program
# over a large document). (old, new), each once.
PATCHES = (
    ("#define JS_INTERRUPT_COUNTER_INIT 10000\n", "#define JS_INTERRUPT_COUNTER_INIT 9973\n"),
    ("switch(tok = s->token.val) {", "if (s->token.val != '{') emit_source_loc(s);\n    switch(tok = s->token.val) {"),
    (" pc;\n        build_backtrace(", " pc + JS_IsUncatchableError(rt->current_exception);\n        build_backtrace("),
)  # fmt: skip
FOLDER = Path("src/keyhole/sandbox/quickjs")


class GuestBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts guest.wasm into wheels and editable installs; an sdist carries its source instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the guest where it is missing or made of something else."""
        if self.target_name != "wheel":
            return
        folder = Path(self.root) / FOLDER
        guest, stamp = folder / "guest.wasm", folder / "guest.json"
        inputs = _inputs([folder / "guest.c", folder / "heap.h", folder / "chacha.h"])
        if not _is_current(guest, stamp, inputs):
            self.app.display_info("building the sandbox guest (once, about a minute) ...")
            content = _build(folder / "guest.c")
            guest.write_bytes(content)
            stamp.write_text(json.dumps({"inputs": inputs, "sha256": _sha256(content)}, indent=1) + "\n")
        build_data["pure_python"] = True
        build_data["artifacts"].append(str(FOLDER / "guest.wasm"))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _inputs(sources: list[Path]) -> str:
    pins = (QUICKJS, QUICKJS_SHA256, ZIG, *SOURCES, *COMPILE, *LINK, *(new for _, new in PATCHES))
    return _sha256(b"\0".join([*(source.read_bytes() for source in sources), *(pin.encode() for pin in pins)]))


def _is_current(guest: Path, stamp: Path, inputs: str) -> bool:
    try:
        said = json.loads(stamp.read_text())
        return said["inputs"] == inputs and said["sha256"] == _sha256(guest.read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _build(source: Path) -> bytes:
    with tempfile.TemporaryDirectory(prefix="keyhole-guest-") as name:
        work = Path(name)
        quickjs = _fetch(work)
        _patch(quickjs / "quickjs.c")
        out = work / "guest.wasm"
        # The caches stay here: a home folder may be read-only, and what is in it is not ours to trust.
        environment = os.environ | {"ZIG_GLOBAL_CACHE_DIR": str(work / "zig"), "ZIG_LOCAL_CACHE_DIR": str(work / "zig")}
        files = [str(source), *(str(quickjs / file) for file in SOURCES)]
        command = [sys.executable, "-m", "ziglang", "cc", *COMPILE, f"-I{quickjs}", "-o", str(out), *files, *LINK]
        _run(
            command, "compiling the sandbox guest", f"the build needs {ZIG}, which is a build requirement", environment
        )
        return out.read_bytes()


def _patch(file: Path) -> None:
    text = file.read_text()
    for old, new in PATCHES:
        if text.count(old) != 1:
            raise RuntimeError(f"{QUICKJS} is not what the build patches: {text.count(old)} times {old.strip()!r}")
        text = text.replace(old, new)
    file.write_text(text)


def _fetch(work: Path) -> Path:
    requirements = work / "requirements.txt"
    requirements.write_text(f"{QUICKJS} --hash=sha256:{QUICKJS_SHA256}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    what = ["--no-binary", "quickjs-ng", "--require-hashes", "--requirement", str(requirements), "--dest", str(work)]
    hint = "the build needs pip and access to a package index"
    _run([*pip, *what], f"fetching the source of {QUICKJS}", hint, dict(os.environ))
    (archive,) = work.glob("quickjs_ng-*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(work, filter="data")
    return archive.with_name(archive.name.removesuffix(".tar.gz")) / "upstream-quickjs"


def _run(command: list[str], what: str, hint: str, environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-4000:]
        raise RuntimeError(f"{what} failed: {' '.join(command[:4])} … gave {done.returncode}\n{said}\nhint: {hint}")
