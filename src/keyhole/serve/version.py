"""Which Keyhole this is."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    """Give the version of the installed distribution; "0" where the sources are used without one."""
    try:
        return metadata.version("keyhole")
    except metadata.PackageNotFoundError:
        return "0"
