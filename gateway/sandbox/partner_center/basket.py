"""Lines to buy: read from a cart's or an order's body, judged against the catalogue, priced and grouped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gateway.sandbox.partner_center.answers import Refusal
from gateway.sandbox.partner_center.call import Call
from gateway.sandbox.partner_center.catalogue import Item, find_item, price_line
from gateway.sandbox.partner_center.records import Customer, Document
from gateway.sandbox.partner_center.times import parse

# In the order of the vendor client's enum: some callers send the number.
CYCLES = ("unknown", "monthly", "annual", "none", "one_time", "triennial", "biennial")
PARTNER_CURRENCY = "EUR"
SANDBOX_LICENCES = 25
SANDBOX_SUBSCRIPTIONS = 5
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# fields of cart and order lines, as JSON brings them
TYPES: dict[str, type] = {
    "catalogItemId": str,
    "offerId": str,
    "quantity": int,
    "lineItemNumber": int,
    "termDuration": str,
    "friendlyName": str,
    "currencyCode": str,
    "promotionId": str,
    "customTermEndDate": str,
    "attestationAccepted": bool,
    "partnerIdOnRecord": str,
    "additionalPartnerIdsOnRecord": list,
    "parentSubscriptionId": str,
    "participants": list,
    "provisioningContext": dict,
    "purchaseCommitment": dict,
    "renewsTo": dict,
    "scheduledNextTermInstructions": dict,
    "addonItems": list,
}
FAULTS = {
    10000: "Currency is not supported.",
    10001: "Catalog item id is not valid.",
    10007: "The subscription is not valid.",
    10009: "The limit of the integration sandbox is exceeded.",
    10010: "The input is not valid.",
    10012: "The attestation is not accepted.",
    10013: "The billing plan is not supported.",
    10014: "The promotion id is not valid.",
    10015: "The maximum of allowed seats per subscription is exceeded.",
    10016: "The product takes no custom term end date.",
    10017: "The custom term end date is not valid.",
}


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line, by a cart line's error codes."""

    code: int
    details: Document | None = None

    @property
    def document(self) -> Document:
        document: Document = {"errorCode": self.code, "errorDescription": FAULTS[self.code]}
        if self.details:
            document["additionalInformation"] = self.details
        return document


def read_cycle(value: Any) -> str | None:
    """A billing cycle from its wire word, its name in any casing, or its number."""
    if type(value) is int or (isinstance(value, str) and value.isdecimal()):
        return dict(enumerate(CYCLES)).get(int(str(value)[:9]))
    if not isinstance(value, str):
        return None
    plain = value.replace("_", "").lower()
    return next((cycle for cycle in CYCLES if cycle.replace("_", "") == plain), None)


def cart_lines(call: Call, given: Any) -> list[Document]:
    """The lines of a cart as they are answered: numbered, priced and grouped, faulty ones with their `error`.

    Refuses with 400/800002 what is no list of lines at all.
    """
    numbers = iter(range(1_000_000))
    lines = [_cart_line(call, line, numbers) for line in _lines(given)]
    groups: dict[tuple[str, str], str] = {}
    for line in flat(lines):
        item = find_item(line["catalogItemId"])
        if item is None or "error" in line:
            continue
        kind = (item.family, line["billingCycle"])
        legacy = item.family == "legacy"
        before = sum(1 for family, _ in groups if (family == "legacy") == legacy)
        line["orderGroup"] = groups.setdefault(kind, f"OMS-{before}" if legacy else str(before))
    return lines


def flat(lines: list[Document]) -> Iterator[Document]:
    """All lines, add-ons after the line they hang under."""
    for line in lines:
        yield line
        yield from flat(line.get("addonItems", []))


def check_types(line: Any) -> None:
    """Refuses what is no line, of a cart or an order, with 400/800002."""
    if not isinstance(line, dict):
        raise Refusal(400, 800002, "lineItems")
    for name, kind in TYPES.items():
        if name in line and type(line[name]) is not kind:
            raise Refusal(400, 800002, name)
    for one in line.get("participants", []):
        if not isinstance(one, dict):
            raise Refusal(400, 800002, "participants")


def judge(call: Call, item: Item | None, line: Document) -> LineFault | None:
    """The first thing wrong with a line, or None."""
    if item is None or item.trait == "invalid":
        return LineFault(10001)
    customer, quantity = call.customer, line["quantity"]
    term, cycle = line.get("termDuration") or "", line["billingCycle"]
    if line.get("currencyCode") not in (None, customer.currency, PARTNER_CURRENCY):
        return LineFault(10000)
    if (cycle, term) not in item.plans and not (item.family == "legacy" and not term):
        return LineFault(10013)
    if quantity < 1 or (line.get("addonItems") and item.family != "legacy"):
        return LineFault(10010)
    if item.trait == "attested" and line.get("attestationAccepted") is not True:
        return LineFault(10012)
    if line.get("promotionId") not in (None, "", item.promotion):
        return LineFault(10014)
    return _judge_limits(call, item, quantity) or _judge_end(call, item, line) or _judge_context(item, line)


def check_resellers(call: Call, named: list[str], attested: Any) -> None:
    """Resellers have to be known; naming one may need the partner's attestation."""
    unknown = [one for one in named if one not in call.world.resellers]
    if unknown:
        raise Refusal(404, 800015)
    if named and call.settings.attestation_required and attested is not True:
        raise Refusal(400, 900206)


def resellers_of(line: Document) -> list[str]:
    participants = line.get("participants", [])
    wanted = ("transactionreseller", "additionaltransactionreseller")
    keyed = [(str(one.get("key", "")).replace("_", "").lower(), str(one.get("value", ""))) for one in participants]
    return [value for kind in wanted for key, value in keyed if key == kind]


def _lines(given: Any) -> list[Any]:
    if not isinstance(given, list) or not given:
        raise Refusal(400, 800002, "lineItems")
    return given


def _cart_line(call: Call, given: Any, numbers: Iterator[int]) -> Document:
    check_types(given)
    line = {name: value for name, value in given.items() if name not in ("error", "pricing", "orderGroup", "links")}
    cycle = read_cycle(line.get("billingCycle"))
    if "catalogItemId" not in line or "quantity" not in line or cycle is None:
        raise Refusal(400, 800002, "catalogItemId, quantity and billingCycle")
    addons = line.get("addonItems", [])
    line |= {"id": next(numbers), "billingCycle": cycle}
    line.setdefault("provisioningContext", {})
    item = find_item(line["catalogItemId"])
    fault = judge(call, item, line)
    if fault or item is None:
        line["error"] = (fault or LineFault(10001)).document
    else:
        line["currencyCode"] = call.customer.currency
        promoted = bool(line.get("promotionId"))
        term = line.get("termDuration") or ""
        pricing = price_line(item, line["quantity"], cycle, term, call.customer.currency, promoted)
        if pricing:
            line["pricing"] = pricing
    if addons:
        line["addonItems"] = [_cart_line(call, addon, numbers) for addon in addons]
    return line


def _judge_limits(call: Call, item: Item, quantity: int) -> LineFault | None:
    customer = call.customer
    if call.settings.sandbox_limits and (
        quantity > SANDBOX_LICENCES or len(customer.subscriptions) >= SANDBOX_SUBSCRIPTIONS
    ):
        return LineFault(10009)
    if item.maximum:
        purchased = seats(customer, item)
        available = max(0, item.maximum - purchased)
        if quantity > available:
            return LineFault(10015, {"availableQuantity": available, "purchasedQuantity": purchased})
    return None


def seats(customer: Customer, item: Item) -> int:
    """How many seats of the item the customer's running subscriptions hold."""
    running = (one.document for one in customer.subscriptions.values())
    return sum(one["quantity"] for one in running if one["offerId"] == item.offer_id and one["status"] != "deleted")


def _judge_end(call: Call, item: Item, line: Document) -> LineFault | None:
    if not line.get("customTermEndDate"):
        return None
    if item.family != "licence":
        return LineFault(10016)
    end = parse(line["customTermEndDate"])
    if end is None or end <= call.now:
        return LineFault(10017)
    ends = {parse(one.document["commitmentEndDate"]) for one in call.customer.subscriptions.values()}
    month_end = (end + timedelta(days=1)).day == 1
    return None if month_end or end.date() in {one.date() for one in ends if one} else LineFault(10017)


def _judge_context(item: Item, line: Document) -> LineFault | None:
    """Reservations and savings plans say where they count; a savings plan, how much is committed."""
    context = line.get("provisioningContext", {})
    if item.family not in ("reservation", "savings_plan"):
        return None
    if item.family == "savings_plan" and not _is_commitment(line.get("purchaseCommitment", {})):
        return LineFault(10010)
    if str(context.get("scope", "")).lower() not in ("shared", "single"):
        return LineFault(10010)
    return None if GUID.fullmatch(str(context.get("subscriptionId", ""))) else LineFault(10007)


def _is_commitment(given: Document) -> bool:
    amount = given.get("amount")
    positive = isinstance(amount, int | float) and amount > 0
    return positive and bool(given.get("currency")) and bool(given.get("grain"))
