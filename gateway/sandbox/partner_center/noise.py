"""The unreliable parts of the vendor's answers, drawn once per object from its id.

Casing of enums and GUIDs, forms of dates, `/v1` in links, optional fields left out or sent as null: all are seen in
published samples, and a client has to read each.
"""

from __future__ import annotations

from random import Random
from typing import Any

from gateway.sandbox.partner_center.times import FORMS, parse

Document = dict[str, Any]
ORDER_OPTIONALS = ("currencySymbol", "client", "transactionType")
LINE_OPTIONALS = ("friendlyName", "links")
SUBSCRIPTION_OPTIONALS = ("refundOptions", "publisherName", "actions", "suspensionReasons", "contractType")
SUBSCRIPTION_DATES = ("creationDate", "effectiveStartDate", "cancellationAllowedUntilDate")


def noisy_order(document: Document, identity: str) -> Document:
    rng = Random(f"noise/order/{identity}")
    noisy = _without(document, ORDER_OPTIONALS, rng)
    _recase(noisy, ("status", "billingCycle"), rng)
    _redate(noisy, ("creationDate",), rng)
    if rng.random() < 0.15:
        noisy["referenceCustomerId"] = document["referenceCustomerId"].upper()
    if rng.random() < 0.2 and "links" in noisy:
        noisy["links"] = {
            name: one | {"uri": f"/v1{one['uri']}"} if name == "self" else one
            for name, one in document["links"].items()
        }
    noisy["lineItems"] = [_noisy_line(line, rng) for line in document["lineItems"]]
    return noisy


def noisy_subscription(document: Document, identity: str) -> Document:
    rng = Random(f"noise/subscription/{identity}")
    noisy = _without(document, SUBSCRIPTION_OPTIONALS, rng)
    _recase(noisy, ("status", "billingCycle", "billingType"), rng)
    _redate(noisy, SUBSCRIPTION_DATES, rng)
    return noisy


def pascal(word: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in word.split("_"))


def _noisy_line(line: Document, rng: Random) -> Document:
    noisy = _without(line, LINE_OPTIONALS, rng)
    draw = rng.random()
    if draw < 0.15:
        noisy["transactionType"] = line["transactionType"][:1].lower() + line["transactionType"][1:]
    elif draw < 0.25:
        noisy.setdefault("partnerIdOnRecord", None)
        noisy.setdefault("subscriptionId", None)
    if "subscriptionId" in line and rng.random() < 0.15:
        noisy["subscriptionId"] = line["subscriptionId"].upper()
    return noisy


def _without(document: Document, optional: tuple[str, ...], rng: Random) -> Document:
    gone = {name for name in optional if rng.random() < 0.1}
    return {name: value for name, value in document.items() if name not in gone}


def _recase(document: Document, names: tuple[str, ...], rng: Random) -> None:
    for name in names:
        if rng.random() < 0.2 and isinstance(document.get(name), str):
            document[name] = pascal(document[name])


def _redate(document: Document, names: tuple[str, ...], rng: Random) -> None:
    form = rng.choice(FORMS)
    for name in names:
        moment = parse(document.get(name))
        if moment is not None and 1900 < moment.year < 9000:
            document[name] = form(moment)
