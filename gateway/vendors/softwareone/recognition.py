"""Whether an order that the vendor has is the one that was asked for: what identifies it, as its body said it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from gateway.vendors.reading import Row, fold

Body = Mapping[str, Any]
Counted = Counter[tuple[str, int | None]]


def own_mark(id_: UUID) -> str:
    """What is written into `externalIds.client` where the customer has no number for the order: one for each key."""
    return f"og-{id_.hex}"


def marker(body: Body) -> str:
    """Equal for orders that could be taken for each other."""
    known = [external_id(body), body["type"], body["agreement"], sorted_lines(body), sorted(subscription_ids(body))]
    return hashlib.sha256(orjson.dumps(known, option=orjson.OPT_SORT_KEYS)).hexdigest()


def agrees(row: Row, body: Body, since: datetime) -> bool:
    """Whether this order was made since then and is, in all that identifies it, the one of this body."""
    created = made_at(row)
    return (
        created is not None
        and created >= since
        and has_external_id(row, external_id(body))
        and fold(row.filled("type") or "") == fold(body["type"])
        and same_subject(row, body["agreement"])
        and same_lines(row, body)
        and subscription_ids(body) <= {one.filled("id") for one in row.rows("subscriptions")}
    )


def made_at(row: Row) -> datetime | None:
    return row.row("audit").row("created").moment("at")


def age(row: Row) -> tuple[datetime, str]:
    """For sorting, the oldest first."""
    return made_at(row) or datetime.max.replace(tzinfo=UTC), row.filled("id") or ""


def has_external_id(row: Row, value: str) -> bool:
    return row.row("externalIds").filled("client") == value


def external_id(body: Body) -> str:
    return str(body["externalIds"]["client"])


def same_lines(row: Row, body: Body) -> bool:
    """Every line asked for is there, and no other, but those that come along with a subscription."""
    wanted = Counter(lines_of(body))
    ids = {key for key, _ in wanted}
    found: Counted = Counter()
    for line in row.rows("lines"):
        number, item = line.filled("id") or "", line.row("item").filled("id") or ""
        found[number if number in ids else item, line.integer("quantity")] += 1
    return wanted <= found and (wanted == found or bool(subscription_ids(body)))


def same_subject(row: Row, agreement: Mapping[str, Any]) -> bool:
    if "id" in agreement:
        return row.row("agreement").filled("id") == str(agreement["id"])
    return all(row.row(name).filled("id") == agreement[name]["id"] for name in ("licensee", "product"))


def lines_of(body: Body) -> Iterator[tuple[str, int | None]]:
    """Each line that a body names, by its number or else its item, and its quantity."""
    of_subscriptions = (line for one in body.get("subscriptions", ()) for line in one.get("lines", ()))
    for line in (*body.get("lines", ()), *of_subscriptions):
        yield line.get("id") or line["item"]["id"], line.get("quantity")


def sorted_lines(body: Body) -> list[tuple[str, int | None]]:
    return sorted(lines_of(body), key=repr)


def subscription_ids(body: Body) -> set[str]:
    return {one["id"] for one in body.get("subscriptions", ())}
