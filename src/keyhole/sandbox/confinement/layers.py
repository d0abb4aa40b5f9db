"""What a layer of the confinement is: something that holds, or the reason why it does not."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer as a worker really has it. `detail` is for people: what holds, or why it does not."""

    name: str
    holds: bool
    detail: str


def attempt(name: str, action: Callable[[], str]) -> Layer:
    """Give the layer that `action` puts up: it gives the detail, or raises for whatever this machine refuses.

    Never raises: a worker without a layer is still a worker. A layer that is up by half does not hold.
    """
    try:
        return Layer(name, holds=True, detail=action())
    except OSError as error:
        return Layer(name, holds=False, detail=reason(error))
    except (ValueError, AttributeError, NotImplementedError) as error:
        # A limit above the hard one; a C library without the function; another system than Linux.
        return Layer(name, holds=False, detail=str(error))


def reason(error: OSError) -> str:
    """Give the words of `error`."""
    return error.strerror or (os.strerror(error.errno) if error.errno else str(error))


def is_confined(layers: Sequence[Layer]) -> bool:
    """Say whether two walls that know nothing of one another keep a worker from files, network and processes.

    The one is seccomp; the other is namespaces with an empty root, or Landlock.
    """
    holding = {layer.name for layer in layers if layer.holds}
    namespaces = {"user namespace", "pid namespace", "network namespace", "empty root"}
    return "seccomp" in holding and ("landlock" in holding or namespaces <= holding)
