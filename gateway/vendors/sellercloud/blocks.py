"""The calls that a change of a purchase order takes, one block each, in the order in which they are made.

Sources: the vendor's pages on updating purchase orders, their lines, shipping information, invoice and totals. What
sets is safe to repeat; what adds makes another line or tracking number each time; what removes fails the second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from gateway.model.writing import Absent
from gateway.vendors.sellercloud import mapping_write as wire
from gateway.vendors.sellercloud.commands import (
    InvoiceChange,
    LineDraft,
    LinesDraft,
    OrderChange,
    ShipmentDraft,
    TotalsChange,
    TrackingChange,
)
from gateway.vendors.sellercloud.rules import Path
from gateway.vendors.sellercloud.words import SellercloudProgress

ITEMS: Final = ("Items",)
SHIPMENTS: Final = ("TrackingNumber", "Multiple")
ROUTE: Final = "/PurchaseOrders/{order}"


class Kind(Enum):
    SET = "set"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Block:
    """`name` is for people, `path` the place in the input. `below` are the segments under the order's own address;
    None for the one call that is not there. `wanted` are the drafts to add, or the keys to remove; `body` makes the
    JSON, of those that are left of them. `places` are fields that the vendor names otherwise; see `user_errors`."""

    name: str
    path: Path
    kind: Kind
    method: str
    below: tuple[str, ...] | None
    body: Callable[[Sequence[Any]], Any]
    wanted: tuple[Any, ...] = ()
    places: Mapping[str, Path] = field(default_factory=dict)

    @property
    def route(self) -> str:
        return "/PurchaseOrders/SetQuickBookStatus" if self.below is None else "/".join((ROUTE, *self.below))


def blocks_of(change: OrderChange, number: str, at: Path) -> list[Block]:
    """All that the change takes; it keeps the rules."""
    return [*header(change, at), *lines(change, at), *tracking(change.tracking, at), *books(change, number, at)]


def header(change: OrderChange, at: Path) -> Iterator[Block]:
    body = wire.general_body(change)
    if body:
        yield setting("header", at, (), body)


def lines(change: OrderChange, at: Path) -> Iterator[Block]:
    added = change.add_lines
    if isinstance(added, LinesDraft):
        path = (*at, "addLines")
        yield Block(
            "added lines", path, Kind.ADD, "POST", ITEMS, wire.lines_body, added.lines, {"items": (added.mode,)}
        )
    if isinstance(change.set_lines, tuple):
        body = wire.patches_body(change.set_lines)
        yield setting("changed lines", (*at, "setLines"), ITEMS, body, {"items": (), "id": ("lineId",)})
    if isinstance(change.remove_line_ids, tuple):
        keys = tuple(ref.parts[-1] for ref in change.remove_line_ids)
        yield Block("removed lines", (*at, "removeLineIds"), Kind.REMOVE, "DELETE", ITEMS, wire.ids_body, keys)


def tracking(change: TrackingChange | Absent | None, at: Path) -> Iterator[Block]:
    if not isinstance(change, TrackingChange):
        return
    path = (*at, "tracking")
    body = wire.tracking_body(change)
    if body:
        yield setting("tracking number", path, ("TrackingNumber",), body)
    status = change.shipping_status
    if isinstance(change.shipments, tuple) and isinstance(status, SellercloudProgress):
        places: Mapping[str, Path] = {"trackingnumbers": ("shipments",)}
        yield Block(
            "added tracking numbers",
            path,
            Kind.ADD,
            "POST",
            SHIPMENTS,
            lambda drafts: wire.shipments_body(drafts, status),
            change.shipments,
            places,
        )
    if isinstance(change.remove_shipment_keys, tuple):
        yield Block(
            "removed tracking numbers",
            (*path, "removeShipmentKeys"),
            Kind.REMOVE,
            "DELETE",
            SHIPMENTS,
            wire.shipment_ids_body,
            change.remove_shipment_keys,
        )


def books(change: OrderChange, number: str, at: Path) -> Iterator[Block]:
    if isinstance(change.invoice, InvoiceChange):
        yield setting("invoice", (*at, "invoice"), ("Invoice",), wire.invoice_body(change.invoice))
    if isinstance(change.totals, TotalsChange):
        yield setting("totals", (*at, "totals"), ("Total",), wire.totals_body(change.totals))
    if isinstance(change.custom_columns, tuple):
        for place, column in enumerate(change.custom_columns):
            path = (*at, "customColumns", str(place))
            places: Mapping[str, Path] = {"columnname": ("name",), "value": ("value",)}
            yield setting(f"custom column {place + 1}", path, ("CustomColumns",), wire.column_body(column), places)
    if isinstance(change.quick_books_exported, bool):
        body = wire.export_body(number, change.quick_books_exported)
        yield setting("export flag", (*at, "quickBooksExported"), None, body)


def setting(
    name: str, path: Path, below: tuple[str, ...] | None, body: Any, places: Mapping[str, Path] | None = None
) -> Block:
    return Block(name, path, Kind.SET, "PUT", below, lambda _: body, (), places or {})


def added_lines(block: Block) -> tuple[LineDraft, ...]:
    """The drafts of a block that adds lines; none for any other."""
    return block.wanted if block.kind is Kind.ADD and block.below == ITEMS else ()


def added_shipments(block: Block) -> tuple[ShipmentDraft, ...]:
    return block.wanted if block.kind is Kind.ADD and block.below == SHIPMENTS else ()
