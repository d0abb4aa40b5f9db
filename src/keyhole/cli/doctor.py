"""`keyhole doctor`: what this machine gives the sandbox, or which credentials an API wants."""

from __future__ import annotations

import platform
from dataclasses import asdict
from importlib.metadata import version as installed
from typing import Annotated

import anyio
from cyclopts import Parameter

from keyhole.cli.lacking import credentials
from keyhole.cli.options import Options, configure
from keyhole.cli.screen import say, show, show_json
from keyhole.config import Config
from keyhole.errors import SandboxError, counted
from keyhole.preflight.tsc import OLDEST, Tsc
from keyhole.sandbox.confinement import Layer, is_confined
from keyhole.sandbox.engine import ImageSource
from keyhole.sandbox.workers.crew import Crew, cores
from keyhole.sandbox.workers.spawn import NoWorkerError, Zygote
from keyhole.serve.version import version


def doctor(
    *docs: Annotated[str, Parameter(help="OpenAPI documents: which credentials they want, and which are there.")],
    as_json: Annotated[
        bool, Parameter(name="--json", help="Print it as JSON.", negative="", show_default=False)
    ] = False,
    options: Options | None = None,
) -> int:
    """Start a worker as `serve` would, and say what confines it: each layer, and why one does not hold.

    With documents, or with --config: say which credentials the APIs want and which of them are there. None is shown.
    """
    if docs or (options and options.config):
        return credentials(configure(docs, options), len(docs), as_json=as_json)
    require_confinement = options is not None and options.require_confinement
    layers: tuple[Layer, ...] = ()
    problem = ""
    try:
        layers = anyio.run(_layers)
    except NoWorkerError as error:
        problem = error.message
    confined = is_confined(layers)
    compiler = anyio.run(_compiler)
    system = f"{platform.system()} {platform.release()}, {platform.machine()}, {counted(cores(), 'core')}"
    versions = f"keyhole {version()}, Python {platform.python_version()}, wasmtime {installed('wasmtime')}"
    if as_json:
        told = {"system": system, "versions": versions, "confined": confined, "problem": problem or None}
        show_json({**told, "compiler": compiler, "layers": [asdict(layer) for layer in layers]})
    else:
        show(
            "\n".join(
                [versions, system, "", *_told(layers, problem), "", _verdict(layers, confined=confined), compiler]
            )
        )
    if require_confinement and not confined:
        raise SandboxError("workers are not confined here", hint="the layers above say what is missing and why")
    return 0


async def _layers() -> tuple[Layer, ...]:
    say("starting a worker ...")
    crew = await Crew.start(lambda: ImageSource(""), zygote=Zygote(), cache=Config().cache(), size=1)
    try:
        return crew.layers
    finally:
        await crew.aclose()


async def _compiler() -> str:
    """Say which compiler checks the types of programs before they run."""
    path = Config().compiler()
    if path is None:
        return (
            "No tsc on the PATH: programs are checked before they run, but not their types (npm install -g typescript)."
        )
    tsc = Tsc(path)
    version = await tsc.version()
    if await tsc.serves():
        return f"Types of programs are checked by tsc {version}: {tsc.path}"
    return (
        f"{path} is {f'tsc {version}' if version else 'no tsc that runs'}: types are checked by tsc {OLDEST} or newer."
    )


def _told(layers: tuple[Layer, ...], problem: str) -> list[str]:
    if problem:
        return [
            f"no workers: {problem}",
            "Programs run in the server's process, behind the walls of WebAssembly alone.",
        ]
    width = max(len(layer.name) for layer in layers)
    return [f"{'holds  ' if layer.holds else 'MISSING'}  {layer.name:<{width}}  {layer.detail}" for layer in layers]


def _verdict(layers: tuple[Layer, ...], *, confined: bool) -> str:
    missing = [layer.name for layer in layers if not layer.holds]
    if not confined:
        return "Workers are not confined here; --require-confinement refuses to start."
    return f"Workers are confined{', but without: ' + ', '.join(missing) if missing else ', by every layer'}."
