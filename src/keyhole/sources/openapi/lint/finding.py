"""What can be wrong with a document: how bad each kind is, and what it means for calling, finding and policy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keyhole.catalog.spot import Spot
    from keyhole.sources.openapi.mend import Edit


class Severity(StrEnum):
    """An error loses something or makes calls fail; a warning may; a note costs quality, or is only good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, of the kind `rule`, at `spot`: `message` says what there. `edits` mend it, if any."""

    rule: str
    spot: Spot
    message: str
    edits: tuple[Edit, ...] = ()

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return RULES[self.rule][0]

    @property
    def meaning(self) -> str:
        """What it means here."""
        return RULES[self.rule][1]

    def json(self) -> dict[str, Any]:
        """Give the finding for machines."""
        return {
            "rule": self.rule, "severity": str(self.severity), "pointer": self.spot.pointer, "path": self.spot.path,
            "message": self.message, "meaning": self.meaning, "actions": [edit.action for edit in self.edits],
        }  # fmt: skip


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

RULES: dict[str, tuple[Severity, str]] = {
    # what is lost
    "paths": (_E, "there are no operations"),
    "not-an-object": (_E, "it is skipped, and what it was meant to be is lost"),
    "not-a-list": (_E, "the parameters are lost"),
    "method": (_E, "the operation is lost: HTTP has no such method"),
    "ref-nowhere": (_E, "what it was meant to be is not known, and anything is allowed there"),
    "file-missing": (_E, "what is in the file is not known, and anything is allowed there"),
    "parameter-unusable": (_E, "the parameter is lost"),
    "overlay-idle": (_W, "the overlay does not do what somebody meant it to"),
    # calling
    "server-none": (_E, "calls go nowhere without --base-url"),
    "server-variable": (_W, "the server is passed over"),
    "server-clear": (_N, "credentials go over the network in the clear"),
    "security-unknown": (_E, "no credential can be given for it"),
    "security-unusable": (_W, "Keyhole has no way to send this credential"),
    "path-slash": (_W, "a slash is put before it"),
    "path-undeclared": (_W, "it is taken as a text"),
    "path-stray": (_W, "the parameter is left out: it has no place in the path"),
    "parameter-twice": (_W, "the first is kept"),
    "parameter-reserved": (_N, "it is left out: what credentials and HTTP itself need is not a program's to set"),
    "parameter-style": (_W, "the usual style of its place is used"),
    "parameter-untyped": (_N, "any value is allowed"),
    "parameter-optional": (_N, "it is taken as required, as every part of a path is"),
    "body-on-read": (_W, "many servers and proxies drop the body of such a request"),
    "media-type": (_W, "it is no content type, so what it means is a guess"),
    "media-text": (_N, "a program has to write this body as a text itself"),
    "not-checked": (_W, "arguments are not checked before they are sent"),
    # schemas: what programs are told, and what is refused before it is sent
    "type-unknown": (_W, "it is not a type of JSON Schema, so any value is allowed"),
    "items-none": (_N, "the items may be anything"),
    "pattern-invalid": (
        _W,
        "values are not held against it: it is no regular expression of ECMA-262, or too large",
    ),
    "pattern-slashes": (_E, "the slashes are part of it: every value without them is refused"),
    "enum-type": (_W, "the values contradict the type: those that do can never be sent"),
    "default-type": (_N, "programs are told a default that is none"),
    "bounds": (_E, "no value is both: every one is refused"),
    "required-closed": (_E, "no object is right: it must have what it may not have"),
    "required-flag": (_N, "it does not count: OpenAPI lists required properties beside `properties`"),
    "required-read-only": (_N, "a program may leave it out"),
    "read-and-write-only": (_W, "it is left out of what is sent and of what comes back"),
    "discriminator": (_W, "the value does not tell which schema is meant"),
    "example-refused": (_W, "either the example is wrong, or right calls are refused"),
    "example-answer": (_N, "either the example is wrong, or what programs are told of the answer is"),
    # finding, policy
    "name-twice": (_W, "neither operation is called so: their names are made from method and path"),
    "name-long": (_N, "the name is cut; an operationId would read better"),
    "words-none": (_N, "it is found by its name and path alone"),
    "effect": (_W, "it counts as a read, which runs without asking"),
    "effect-unknown": (_W, "it is passed over: there are read, write and destructive"),
    "deprecated": (_N, "it is offered all the same; an overlay can take it away"),
}
