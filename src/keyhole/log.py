"""Logging: structured events over the standard library, so that a program that uses Keyhole decides where they go.

Nothing is printed unless somebody asks: the command line sends events to standard error. Never a secret in an event.
"""

from __future__ import annotations

import logging
from typing import cast

import structlog


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """Give the logger of a module: `log.info("image ready", ms=3)` becomes the line "image ready ms=3"."""
    wrapped = structlog.wrap_logger(
        logging.getLogger(name),
        wrapper_class=structlog.stdlib.BoundLogger,
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0),
        ],
    )
    return cast("structlog.stdlib.BoundLogger", wrapped)
