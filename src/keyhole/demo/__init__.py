"""Tracker: a small but real project tracker over HTTP, so that Keyhole has an API to show itself on.

It knows nothing of Keyhole. Every operation is one row of `table.ENDPOINTS`; routes, checks of what comes in, and the
OpenAPI document are all made from that table, so that none can say what another does not.
"""

from keyhole.demo.app import create_app
from keyhole.demo.document import document
from keyhole.demo.server import running

__all__ = ["create_app", "document", "running"]
