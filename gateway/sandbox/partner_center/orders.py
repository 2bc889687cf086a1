"""Reading orders: one, a customer's list, provisioning status and activation links; and creating one without a cart."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.responses import Response

from gateway.sandbox.partner_center.answers import Refusal, collection, link, raw, raw_collection
from gateway.sandbox.partner_center.basket import check_resellers, check_types, judge, read_cycle
from gateway.sandbox.partner_center.call import Call
from gateway.sandbox.partner_center.catalogue import find_item
from gateway.sandbox.partner_center.placing import beyond_credit, check_agreement, place
from gateway.sandbox.partner_center.records import Document, Line, Order
from gateway.sandbox.partner_center.wire import WAITING

# What a cart would write into the line, an order answers as an error.
LINE_REFUSALS: dict[int, tuple[int, int]] = {
    10000: (400, 900169),
    10001: (400, 800004),
    10009: (400, 800018),
    10012: (400, 900203),
    10015: (400, 900275),
    10017: (400, 900242),
}


def get_order(call: Call) -> Response:
    return raw(call.text(call.order, prices=call.flag("include_price")))


def list_orders(call: Call) -> Response:
    """The whole list in one answer, without paging (get-all-of-a-customer-s-orders, rest reference)."""
    prices, system = call.flag("include_price"), call.flag("include_system_purchases")
    cycle = None
    if "billingType" in call.query:
        cycle = read_cycle(call.query["billingType"])
        if cycle is None:
            raise Refusal(400, 2000, "billingType")
    reseller = call.query.get("indirect_reseller_id")
    latest = call.now - timedelta(seconds=call.settings.list_lag_seconds)
    orders = [
        order
        for order in call.customer.all_orders()
        if (system or not order.by_system)
        and (cycle is None or order.cycle == cycle)
        and (reseller is None or any(reseller in line.resellers for line in order.lines))
        and listed(order, latest)
    ]
    return raw_collection([call.text(order, prices=prices) for order in orders])


def listed(order: Order, latest: datetime) -> bool:
    """Whether lists show the order yet."""
    return order.created <= latest


def create_order(call: Call) -> Response:
    """All or nothing: the first faulty line refuses the order (create-an-order page)."""
    document = call.document
    cycle = read_cycle(document.get("billingCycle", "monthly"))
    if cycle is None:
        raise Refusal(400, 2000, "billingCycle")
    lines = [_read_line(line, cycle) for line in _given_lines(document)]
    if sorted(line["lineItemNumber"] for line in lines) != list(range(len(lines))):
        raise Refusal(400, 800071)
    lines.sort(key=lambda line: int(line["lineItemNumber"]))
    named = [str(one) for line in lines for one in (line.get("partnerIdOnRecord"),) if one]
    if named and call.token.kind == "app":
        raise Refusal(403, 900329)
    check_resellers(call, named, document.get("partnerOnRecordAttestationAccepted"))
    items = []
    for line in lines:
        item = find_item(line["catalogItemId"])
        fault = judge(call, item, line)
        if fault or item is None:
            status, code = LINE_REFUSALS.get(fault.code if fault else 10001, (400, 800002))
            raise Refusal(status, code, f"line {line['lineItemNumber']}")
        items.append(item)
    if len({item.family for item in items}) > 1:
        raise Refusal(400, 800002, "these items cannot be bought together")
    check_agreement(call)
    if any(item.trait == "stale" for item in items):
        raise Refusal(404, 400019)
    if beyond_credit(call, items):
        raise Refusal(403, 900121)
    return raw(call.text(place(call, lines, cycle), prices=False), 201)


def provisioning_status(call: Call) -> Response:
    order = call.order
    if order.status in WAITING:
        raise Refusal(404, 800007)
    return collection([_line_status(line) for line in order.lines])


def order_activation_links(call: Call) -> Response:
    return collection([one for line in call.order.lines for one in _activation(line)])


def line_activation_links(call: Call) -> Response:
    number = call.params["number"]
    line = next((one for one in call.order.lines if str(one.number) == number), None)
    if line is None:
        raise Refusal(404, 1000)
    return collection(_activation(line))


def _given_lines(document: Document) -> list[Document]:
    lines = document.get("lineItems")
    if not isinstance(lines, list) or not lines:
        raise Refusal(400, 800002, "lineItems")
    return lines


def _read_line(given: Document, cycle: str) -> Document:
    check_types(given)
    if any(name not in given for name in ("lineItemNumber", "offerId", "quantity")):
        raise Refusal(400, 800002, "lineItemNumber, offerId and quantity")
    return given | {"catalogItemId": given["offerId"], "billingCycle": cycle}


def _line_status(line: Line) -> Document:
    return {
        "orderLineItemId": line.number,
        "lineItemNumber": line.number,
        "status": line.state,
        "quantityProvisioningInformation": [{"quantity": line.quantity, "status": line.state}],
    }


def _activation(line: Line) -> list[Document]:
    """Marketplace items only, once provisioned; the vendor's sandbox answers a dummy link too."""
    if line.item.family != "saas" or line.state != "fulfilled":
        return []
    uri = f"https://activation.example.com/{line.item.product}?subscription={line.subscription_id}"
    return [{"lineItemNumber": line.number, "link": link(uri)}]
