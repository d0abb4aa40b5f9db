"""The words that the demo API's data is made of."""

from __future__ import annotations

USERS = (
    ("ada", "Ada Moreno", "admin", True),
    ("ben", "Ben Okafor", "member", True),
    ("chiara", "Chiara Rossi", "member", True),
    ("daniel", "Daniel Weiss", "member", True),
    ("emi", "Emi Tanaka", "member", True),
    ("farid", "Farid Haddad", "member", True),
    ("greta", "Greta Lindqvist", "admin", True),
    ("hugo", "Hugo Martins", "member", True),
    ("ines", "Ines Navarro", "member", True),
    ("jonas", "Jonas Berg", "member", False),
    ("kavya", "Kavya Iyer", "member", True),
    ("liam", "Liam Byrne", "guest", True),
    ("mei", "Mei Chen", "member", True),
    ("noor", "Noor Rahman", "guest", True),
)

PROJECTS = (
    ("WEB", "Storefront", "The shop that customers see.", "active", ("ada", "ben", "chiara", "emi", "liam")),
    ("PAY", "Payments", "Cards, invoices, refunds.", "active", ("greta", "daniel", "farid", "ada")),
    ("MOB", "Mobile app", "The shop on phones.", "active", ("emi", "hugo", "kavya", "ada", "noor")),
    ("OPS", "Platform", "What everything else runs on.", "active", ("farid", "mei", "daniel", "ada")),
    ("DOC", "Documentation", "Guides for customers and for us.", "planned", ("ines", "chiara", "ada")),
    ("OLD", "Legacy warehouse", "The system that went away.", "archived", ("jonas", "greta", "ada")),
)

LABELS = (
    ("bug", "d73a4a", "Something does not work"), ("feature", "0e8a16", "Something new"),
    ("chore", "c5def5", "It has to be done"), ("security", "b60205", "It may be abused"),
    ("performance", "fbca04", "It is too slow"), ("customer", "5319e7", "A customer asked for it"),
    ("good first issue", "7057ff", "Good for somebody new"), ("blocked", "000000", "It waits for something else"),
)  # fmt: skip

MILESTONES = (
    ("Spring release", "2026-03-31", "closed"),
    ("Summer release", "2026-06-30", "open"),
    ("Someday", None, "open"),
)

TITLES = (
    ("bug", "{thing} fails {when}"), ("bug", "{thing} shows a blank page {when}"), ("bug", "{thing} loses data {when}"),
    ("feature", "Let people export the {thing}"), ("feature", "Add a filter to the {thing}"),
    ("chore", "Remove the old {thing}"), ("chore", "Write tests for the {thing}"),
    ("performance", "{thing} is slow {when}"), ("security", "{thing} leaks internal names in errors"),
)  # fmt: skip

WHENS = (
    "when the cart is empty", "after a password reset", "on Safari", "for accounts made before 2024", "under load",
    "when two people edit at once", "with a name in Greek", "on the last day of a month", "behind a proxy",
)  # fmt: skip

THINGS = {
    "WEB": ("checkout", "search page", "wish list", "product gallery", "login form", "newsletter signup"),
    "PAY": ("refund report", "invoice PDF", "card form", "gift card balance", "SEPA export", "fraud check"),
    "MOB": ("push message", "barcode scanner", "offline cart", "photo upload", "order history"),
    "OPS": ("nightly backup", "deploy pipeline", "metrics dashboard", "log shipping", "DNS failover"),
    "DOC": ("API guide", "getting started page", "changelog", "glossary", "webhook reference"),
    "OLD": ("stock count", "label printer", "pallet view", "supplier import"),
}

BODIES = (
    "Seen twice this week. Steps: sign in, open it, wait a minute.",
    "A customer called about it. It worked last month.",
    "We said we would do this after the release. It is after the release.",
    "It costs support an hour a day.\n\n- what happens: nothing\n- what should: something",
    "",
)

REMARKS = (
    "I can reproduce it.", "Not on my machine. Which version?", "The logs say a timeout, see the attachment.",
    "Duplicate of another one, I think, but I can't find it.", "Fixed on my branch, review please.",
    "Can we move this to the next milestone?", "The customer says it works now.", "I'll take it.",
    "This needs a decision first: do we still support it?", "Half done. The rest after lunch.",
)  # fmt: skip

LOG = (
    "INFO request finished in 41 ms", "WARN slow query: 2130 ms", "ERROR upstream timed out after 30 s",
    "INFO cache refreshed", "ERROR cannot open session: no such user", "INFO worker 3 started",
)  # fmt: skip
