"""A tiny assembler of classic BPF, the language of seccomp filters (linux/filter.h, seccomp(2))."""

from __future__ import annotations

import struct
from dataclasses import dataclass

NUMBER, ARCHITECTURE = 0, 4
"""Where `struct seccomp_data` has the number of the system call, and the architecture it was made for."""
_INSTRUCTION = struct.Struct("<HBBI")
_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_EQUAL, _GREATER_OR_EQUAL = 0x15, 0x35
_FARTHEST = 255
MAX_INSTRUCTIONS = 4096


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. `then` and `otherwise` name labels to jump to; an empty one is the next instruction."""

    code: int
    value: int
    then: str = ""
    otherwise: str = ""


Line = Instruction | str
"""A program is a list of these: a string is a label, which stands for the instruction after it."""


def load(offset: int) -> Instruction:
    """Load the 32 bits at `offset` of `struct seccomp_data`."""
    return Instruction(_LOAD, offset)


def keep(mask: int) -> Instruction:
    """Keep the bits of `mask` of what is loaded."""
    return Instruction(_AND, mask)


def equal(value: int, then: str = "", otherwise: str = "") -> Instruction:
    """Jump by whether what is loaded is `value`."""
    return Instruction(_EQUAL, value, then, otherwise)


def at_least(value: int, then: str = "", otherwise: str = "") -> Instruction:
    """Jump by whether what is loaded is `value` or more, unsigned."""
    return Instruction(_GREATER_OR_EQUAL, value, then, otherwise)


def give(action: int) -> Instruction:
    """End with `action`, a SECCOMP_RET_ value."""
    return Instruction(_RETURN, action)


def low(argument: int) -> int:
    """Give the offset of the lower half of the system call's argument, counted from 0 (little-endian)."""
    return 16 + 8 * argument


def high(argument: int) -> int:
    """Give the offset of the upper half."""
    return low(argument) + 4


def assemble(program: list[Line]) -> bytes:
    """Give the machine code. Raises ValueError for a jump backwards or too far, or an unknown or doubled label."""
    places: dict[str, int] = {}
    instructions: list[Instruction] = []
    for line in program:
        if isinstance(line, Instruction):
            instructions.append(line)
        elif line in places:
            raise ValueError(f"the label {line!r} is there twice")
        else:
            places[line] = len(instructions)
    if len(instructions) > MAX_INSTRUCTIONS:
        raise ValueError(f"{len(instructions)} instructions are more than the kernel's {MAX_INSTRUCTIONS}")
    return b"".join(
        _INSTRUCTION.pack(
            line.code, _distance(places, line.then, at), _distance(places, line.otherwise, at), line.value
        )
        for at, line in enumerate(instructions)
    )


def _distance(places: dict[str, int], label: str, at: int) -> int:
    if not label:
        return 0
    if label not in places:
        raise ValueError(f"there is no label {label!r}")
    distance = places[label] - at - 1
    if not 0 <= distance <= _FARTHEST:
        raise ValueError(f"the jump to {label!r} is {distance} instructions long; it can be 0 to {_FARTHEST}")
    return distance
