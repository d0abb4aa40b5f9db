"""Kinto's data: a bucket `shop` with 430 products, 140 customers and 520 orders, and a part of last year's; always the same."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

_WOODS = ("Walnut", "Cedar", "Oak", "Ash", "Birch", "Elm", "Maple", "Teak", "Brass", "Linen", "Marble", "Cork")
_KINDS = {
    "lighting": ("desk lamp", "floor lamp", "lantern", "wall light", "pendant", "spotlight"),
    "furniture": ("shelf", "stool", "bench", "side table", "cabinet", "armchair", "desk", "coat rack"),
    "kitchen": ("tray", "bowl", "spoon set", "cutting board", "trivet", "jar"),
    "textile": ("throw", "cushion", "curtain", "rug"),
}
_SIZES = ("small", "medium", "large")
_SUPPLIERS = ("Nordlicht", "Halden & Co", "Vega Works", "Petit Bois", "Sato Lab", "Lumen Yard")
_COUNTRIES = ("PT", "DE", "FR", "ES", "PL", "SE", "JP", "CA")
_FIRST = (
    "Marta",
    "Jan",
    "Lucia",
    "Ole",
    "Yuki",
    "Pierre",
    "Sofia",
    "Nils",
    "Anna",
    "Tomas",
    "Clara",
    "Henrik",
    "Paula",
    "Igor",
)
_LAST = ("Kowalski", "Silva", "Weber", "Moreau", "Rossi", "Lund", "Sato", "Tremblay", "Novak", "Costa")

CUSTOMER_SCHEMA = {
    "type": "object",
    "title": "Customer",
    "required": ["name", "country", "tier", "phone"],
    "properties": {
        "name": {"type": "string", "minLength": 3},
        "country": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "ISO 3166-1 alpha-2"},
        "tier": {"type": "string", "enum": ["basic", "silver", "gold"]},
        "phone": {"type": "string", "pattern": "^\\+[1-9][0-9]{6,14}$", "description": "E.164"},
        "domain": {"type": "string"},
        "since": {"type": "string", "format": "date"},
    },
}


def seed(client: httpx2.Client) -> None:
    """Make the buckets, groups, collections and records."""
    random = Random(1888)
    made = {"products": _products(random), "customers": _customers(random)}
    made["orders"] = _orders(random, list(made["products"].values()), list(made["customers"].values()))
    requests = [_put("/buckets/shop", {}), _put("/buckets/archive", {"note": "from 2025; not kept up to date"})]
    groups = {"buyers": ("noor", "tess", "viktor"), "clerks": ("ada", "viktor", "yusuf", "zoe"), "auditors": ("greta",)}
    requests += [_put(f"/buckets/shop/groups/{name}", {"members": list(who)}) for name, who in groups.items()]
    old = {
        key: {**row, "price": round(row["price"] * 0.9, 2), "stock": 0} for key, row in [*made["products"].items()][:80]
    }
    for bucket, collections in (("shop", made), ("archive", {"products": old})):
        for name, records in collections.items():
            schema = {"schema": CUSTOMER_SCHEMA} if name == "customers" else {}
            at = f"/buckets/{bucket}/collections/{name}"
            requests.append(_put(at, schema))
            requests += [_put(f"{at}/records/{key}", row) for key, row in records.items()]
    for start in range(0, len(requests), 200):
        answer = client.post("batch", json={"requests": requests[start : start + 200]}).raise_for_status().json()
        bad = [each for each in answer["responses"] if each["status"] >= 400]
        if bad:
            raise RuntimeError(f"Kinto did not take the seed: {bad[0]}")


def _put(path: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"method": "PUT", "path": path, "body": {"data": data}}


def _products(random: Random) -> dict[str, dict[str, Any]]:
    names = [
        (f"{wood} {thing}, {size}", category)
        for category, things in _KINDS.items()
        for thing in things
        for wood in _WOODS
        for size in _SIZES
    ]
    random.shuffle(names)
    return {
        f"p-{place:03}": {
            "name": name, "category": category, "supplier": random.choice(_SUPPLIERS),
            "price": round(random.uniform(4, 480), 2), "stock": 0 if random.random() < 0.025 else random.randint(1, 90),
            "description": f"{name}. Made to order where it is out of stock; ships flat within ten days.",
        }
        for place, (name, category) in enumerate(names[:430], 1)
    }  # fmt: skip


def _customers(random: Random) -> dict[str, dict[str, Any]]:
    zones = (
        "alder",
        "birch",
        "cedar",
        "fern",
        "hazel",
        "maple",
        "orchid",
        "rowan",
        "willow",
        "sorrel",
        "thyme",
        "yarrow",
    )
    found: dict[str, dict[str, Any]] = {}
    pairs = [(first, last) for first in _FIRST for last in _LAST]
    random.shuffle(pairs)
    for place, (first, last) in enumerate(pairs, 1):
        found[f"c-{place:03}"] = {
            "name": f"{first} {last}", "country": random.choice(_COUNTRIES),
            "tier": random.choices(("basic", "silver", "gold"), (6, 3, 1))[0],
            "phone": f"+{random.choice((351, 49, 33, 39, 48, 46, 81))}{random.randint(10_000_000, 99_999_999)}",
            "domain": f"{random.choice(zones)}.example", "since": f"20{random.randint(18, 25)}-0{random.randint(1, 9)}-1{random.randint(0, 9)}",
        }  # fmt: skip
    return found


def _orders(random: Random, products: list[Any], customers: list[Any]) -> dict[str, dict[str, Any]]:
    return {
        f"o-{place:04}": {
            "customer": f"c-{random.randint(1, len(customers)):03}",
            "lines": [
                {"product": f"p-{random.randint(1, len(products)):03}", "quantity": random.randint(1, 6)}
                for _ in range(random.randint(1, 4))
            ],
            "status": random.choices(("open", "paid", "shipped", "cancelled"), (2, 4, 3, 1))[0],
            "placed_on": f"2026-0{random.randint(1, 6)}-{random.randint(1, 28):02}",
        }
        for place in range(1, 521)
    }  # fmt: skip
