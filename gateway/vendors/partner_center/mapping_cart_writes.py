"""Carts and their changes → Partner Center's JSON.

A change is laid over the cart as the vendor answered it, so that fields unknown here go back as they came.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import Any, Final

from gateway.model.cart import ParticipantRole
from gateway.model.values import BillingCycle
from gateway.model.writing import ABSENT, Absent
from gateway.vendors.commands import (
    CartLineDraft,
    CartLinePatch,
    CommitmentDraft,
    CreateCart,
    NextTermDraft,
    Pair,
    Participant,
    ProductTermDraft,
    RenewalDraft,
    UpdateCart,
)
from gateway.vendors.reading import Row

Json = dict[str, Any]

CYCLE_WORDS: Final[Mapping[BillingCycle, str]] = {
    BillingCycle.MONTHLY: "monthly",
    BillingCycle.ANNUAL: "annual",
    BillingCycle.BIENNIAL: "biennial",
    BillingCycle.TRIENNIAL: "triennial",
    BillingCycle.ONE_TIME: "one_time",
    BillingCycle.NONE: "none",
}
ROLE_WORDS: Final[Mapping[ParticipantRole, str]] = {
    ParticipantRole.TRANSACTION_RESELLER: "transaction_reseller",
    ParticipantRole.ADDITIONAL_TRANSACTION_RESELLER: "additional_transaction_reseller",
    ParticipantRole.CONSUMPTION_RESELLER: "consumption_reseller",
}
LINES: Final = "lineItems"
ADDONS: Final = "addonItems"
ATTESTED: Final = "partnerOnRecordAttestationAccepted"
# What the vendor works out from the rest of a line; it says nothing about a line that has changed.
WORKED_OUT: Final = frozenset({"error", "pricing", "ordergroup"})


def created(command: CreateCart) -> Json:
    """The body of a new cart; lines are numbered from 0, each before its add-ons."""
    numbers = count()
    body: Json = {LINES: [_line(line, numbers) for line in command.lines]}
    if command.partner_on_record_attestation_accepted is not None:
        body[ATTESTED] = command.partner_on_record_attestation_accepted
    return body


def patched(cart: Json, command: UpdateCart) -> Json:
    """The whole cart as it is to be; `cart` itself stays as it is. New lines count on from the highest number."""
    numbers = count(max((number for number, _ in numbered(cart)), default=-1) + 1)
    patches = {patch.line_id: patch for patch in command.set_lines}
    lines = _changed(_rows(cart, LINES), patches, frozenset(command.remove_lines), numbers)
    whole = _with(cart, LINES, [*lines, *(_line(line, numbers) for line in command.add_lines)])
    attested = command.partner_on_record_attestation_accepted
    return whole if isinstance(attested, Absent) else _with(whole, ATTESTED, attested)


def numbered(cart: Json) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The number of each line and add-on, and the numbers of the lines that it hangs under."""

    def walk(lines: Iterable[Any], above: tuple[int, ...]) -> Iterator[tuple[int, tuple[int, ...]]]:
        for line in lines:
            number = Row(line, "line").integer("id")
            if number is not None:
                yield number, above
                yield from walk(_rows(line, ADDONS), (*above, number))

    return walk(_rows(cart, LINES), ())


def digest(body: object) -> str:
    """Equal for bodies that are sent as equal bytes."""
    return sha256(json.dumps(body, default=str).encode()).hexdigest()


def _changed(
    lines: list[Any], patches: Mapping[int, CartLinePatch], removed: frozenset[int], numbers: Iterator[int]
) -> list[Any]:
    kept = []
    for line in lines:
        number = Row(line, "line").integer("id")
        if number is None:
            kept.append(line)
        elif number not in removed:
            patch = patches.get(number)
            replaced = patch is not None and not isinstance(patch.addon_items, Absent)
            if not replaced and (addons := _rows(line, ADDONS)):
                line = _with(line, ADDONS, _changed(addons, patches, removed, numbers))
            kept.append(line if patch is None else _laid_over(line, patch, numbers))
    return kept


def _laid_over(line: Json, patch: CartLinePatch, numbers: Iterator[int]) -> Json:
    whole = {name: value for name, value in line.items() if name.lower() not in WORKED_OUT}
    if not isinstance(patch.catalog_item_id, Absent):
        whole = _with(whole, "catalogId", None)  # another name of the same field, in the vendor's tables
    for name, value in _fields(patch, numbers, ABSENT):
        whole = _with(whole, name, value)
    return whole


def _line(draft: CartLineDraft, numbers: Iterator[int]) -> Json:
    number = next(numbers)
    return {"id": number} | dict(_fields(draft, numbers, None))


def _fields(line: CartLineDraft | CartLinePatch, numbers: Iterator[int], left_out: object) -> Iterator[tuple[str, Any]]:
    """The fields to send; `left_out` marks those that are not."""
    for attribute, (name, make) in FIELDS.items():
        value = getattr(line, attribute)
        if value is not left_out:
            yield name, None if value is None else make(value)
    if line.addon_items is not left_out:
        addons = line.addon_items
        yield ADDONS, None if not isinstance(addons, tuple) else [_line(one, numbers) for one in addons]


def _same(value: Any) -> Any:
    return value


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _cycle(value: BillingCycle) -> str:
    return CYCLE_WORDS[value]


def _participants(given: tuple[Participant, ...]) -> list[Json]:
    return [{"key": ROLE_WORDS[one.role], "value": one.partner_id} for one in given]


def _context(given: tuple[Pair, ...]) -> Json:
    return {one.key: one.value for one in given}


def _commitment(given: CommitmentDraft) -> Json:
    return {"amount": _plain(given.amount.amount), "currency": given.amount.currency, "grain": given.grain}


def _renewal(given: RenewalDraft) -> Json:
    return {"termDuration": given.term_duration}


def _next_term(given: NextTermDraft) -> Json:
    term: Json = {"product": _product(given.product)}
    return term if given.quantity is None else term | {"quantity": given.quantity}


def _product(given: ProductTermDraft) -> Json:
    cycle = given.billing_cycle
    known = {
        "productId": given.product_id,
        "skuId": given.sku_id,
        "availabilityId": given.availability_id,
        "billingCycle": None if cycle is None else CYCLE_WORDS[cycle],
        "termDuration": given.term_duration,
    }
    return {name: value for name, value in known.items() if value is not None}


def _plain(amount: Decimal) -> Decimal:
    """1.50 and 1.5 are one amount: a repeat that spells it otherwise must be sent as the same bytes."""
    text = format(amount, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


# The command's field, the vendor's name of it, and what is made of its value. Add-ons stand apart: they are numbered.
FIELDS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "catalog_item_id": ("catalogItemId", _same),
    "quantity": ("quantity", _same),
    "billing_cycle": ("billingCycle", _cycle),
    "term_duration": ("termDuration", _same),
    "friendly_name": ("friendlyName", _same),
    "currency": ("currencyCode", _same),
    "custom_term_end_date": ("customTermEndDate", moment),
    "promotion_id": ("promotionId", _same),
    "attestation_accepted": ("attestationAccepted", _same),
    "participants": ("participants", _participants),
    "provisioning_context": ("provisioningContext", _context),
    "purchase_commitment": ("purchaseCommitment", _commitment),
    "renews_to": ("renewsTo", _renewal),
    "scheduled_next_term_instructions": ("scheduledNextTermInstructions", _next_term),
}


def _rows(holder: Any, name: str) -> list[Any]:
    value = Row(holder, "cart").get(name)
    return value if isinstance(value, list) else []


def _with(holder: Json, name: str, value: Any) -> Json:
    """A copy with that value under that name, in whatever case it stands there; None takes the name out."""
    known = next((key for key in holder if key.lower() == name.lower()), name)
    if value is None:
        return {key: one for key, one in holder.items() if key.lower() != name.lower()}
    return {key: one for key, one in holder.items() if key == known or key.lower() != name.lower()} | {known: value}
