"""Shipping information: one tracking number, or several where the tenant's setting says so."""

from __future__ import annotations

from starlette.responses import Response

from gateway.sandbox.sellercloud import enums
from gateway.sandbox.sellercloud.catalog import API_USER
from gateway.sandbox.sellercloud.exchange import Exchange
from gateway.sandbox.sellercloud.fields import Fields
from gateway.sandbox.sellercloud.records import Tracking
from gateway.sandbox.sellercloud.wire import Refused, empty

_CARRIERS = {name.lower(): name for name in ("UPS", "USPS", "FedEx", "DHL", "Other")}
_ENTRY = ("ShippedOn", "ShippingCarrier", "OtherCarrier", "TrackingNumber")


def put_tracking(exchange: Exchange) -> Response:
    """The one tracking number; null keeps. A date needs a shipping status other than None."""
    need_multiple(exchange, on=False)
    po = exchange.order()
    fields = exchange.fields("ShippedOn", "ShippedViaCarrier", "TrackingNumber")
    shipped, carrier = fields.date("ShippedOn"), fields.text("ShippedViaCarrier", limit=100)
    number = fields.text("TrackingNumber", limit=500)
    fields.check()
    if shipped is not None and po.shipping_status == 0:
        raise Refused(400, "ShippedOn can only be set when the shipping status is not None.")
    po.shipped_on, po.carrier = shipped or po.shipped_on, carrier or po.carrier
    po.tracking_number = number or po.tracking_number
    po.revise(exchange.now, API_USER)
    return empty()


def post_tracking(exchange: Exchange) -> Response:
    need_multiple(exchange, on=True)
    po = exchange.order()
    fields = exchange.fields("TrackingNumbers", "ShippingStatus")
    status = fields.enum("ShippingStatus", enums.SHIPPING_STATUS, required=True)
    read = [_entry(entry, exchange) for entry in fields.objects("TrackingNumbers", _ENTRY, required=True)]
    fields.check()
    entries = [entry for entry in read if entry is not None]
    for entry in entries:
        entry.id = next(exchange.tenant.tracking_ids)
    po.tracking.extend(entries)
    po.shipping_status = status or 0
    if po.tracking_number is None:
        po.tracking_number, po.carrier, po.shipped_on = entries[0].number, entries[0].carrier, entries[0].shipped_on
    po.revise(exchange.now, API_USER)
    return empty()


def delete_tracking(exchange: Exchange) -> Response:
    need_multiple(exchange, on=True)
    po = exchange.order()
    fields = exchange.fields("TrackingNumbersIDs")
    ids = fields.integers("TrackingNumbersIDs", required=True)
    fields.check()
    unknown = set(ids) - {entry.id for entry in po.tracking}
    if unknown:
        raise Refused(400, f"Tracking number {min(unknown)} was not found.")
    po.tracking = [entry for entry in po.tracking if entry.id not in ids]
    po.revise(exchange.now, API_USER)
    return empty()


def need_multiple(exchange: Exchange, on: bool) -> None:
    if exchange.settings.multiple_tracking_numbers is not on:
        raise Refused(400, f"Enable Multiple Tracking Numbers On PO has to be {'enabled' if on else 'disabled'}.")


def _entry(fields: Fields, exchange: Exchange) -> Tracking | None:
    shipped, number = fields.date("ShippedOn", required=True), fields.text("TrackingNumber", required=True, limit=500)
    word = fields.text("ShippingCarrier", required=True)
    other = fields.text("OtherCarrier", limit=100)
    carrier = _CARRIERS.get(word.lower()) if word else None
    if word and carrier is None:
        fields.wrong("ShippingCarrier", "The carrier is one of UPS, USPS, FedEx, DHL, Other.")
    if carrier == "Other" and not other:
        fields.wrong("OtherCarrier", "The OtherCarrier field is required.")
    if shipped is None or not number or carrier is None:
        return None
    return Tracking(0, other or carrier if carrier == "Other" else carrier, number, shipped)
