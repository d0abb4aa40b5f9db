"""Every endpoint of the demo API, in the document's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyhole.demo import attachments, comments, events, issues, labels, members, meta, milestones, projects, users

if TYPE_CHECKING:
    from keyhole.demo.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *meta.ENDPOINTS,
    *users.ENDPOINTS,
    *projects.ENDPOINTS,
    *members.ENDPOINTS,
    *labels.ENDPOINTS,
    *milestones.ENDPOINTS,
    *issues.ENDPOINTS,
    *comments.ENDPOINTS,
    *attachments.ENDPOINTS,
    *events.ENDPOINTS,
)
