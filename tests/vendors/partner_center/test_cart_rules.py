"""The documented rules of carts: each broken once by hand, and any one of them in carts that hypothesis makes up."""

from __future__ import annotations

import string
from dataclasses import fields, replace
from datetime import UTC
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.cart import ParticipantRole
from gateway.model.values import BillingCycle
from gateway.model.writing import UserError, UserErrorCode
from gateway.vendors.commands import (
    Amount,
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
from gateway.vendors.partner_center.mapping_cart_writes import created
from gateway.vendors.partner_center.rules_carts import MAX_DEPTH, of_checkout, of_create, of_update
from tests.vendors.partner_center.cart_samples import (
    CART,
    CUSTOMER,
    FULL_CHECKOUT,
    FULL_CREATE,
    FULL_LINE,
    LEGACY,
    NEXT_TERM,
    PARTICIPANTS,
    addon,
    draft,
)

REQUIRED, INVALID = UserErrorCode.REQUIRED, UserErrorCode.INVALID
TOO_MANY, ELSEWHERE = UserErrorCode.TOO_MANY, UserErrorCode.NOT_ALLOWED_HERE
PRODUCT = NEXT_TERM.product

# What is changed on a whole line, below it the path of what is then wrong, and how.
BROKEN: tuple[tuple[dict[str, Any], str, UserErrorCode], ...] = (
    ({"catalog_item_id": " "}, "catalogItemId", REQUIRED),
    ({"catalog_item_id": "CFQ7TT000001:0002"}, "catalogItemId", INVALID),
    ({"catalog_item_id": "CFQ7TT000001::CFQ7TT00000Z"}, "catalogItemId", INVALID),
    ({"quantity": 0}, "quantity", INVALID),
    ({"quantity": -3}, "quantity", INVALID),
    ({"billing_cycle": BillingCycle.UNKNOWN}, "billingCycle", INVALID),
    ({"billing_cycle": BillingCycle.BIENNIAL}, "billingCycle", INVALID),
    ({"promotion_id": "39NFJQT1PL41"}, "promotionId", INVALID),
    ({"promotion_id": ""}, "promotionId", INVALID),
    ({"participants": PARTICIPANTS * 2}, "participants", TOO_MANY),
    (
        {"participants": (Participant(role=ParticipantRole.UNKNOWN, partner_id="1"),)},
        "participants.0.role",
        INVALID,
    ),
    ({"participants": (replace(PARTICIPANTS[0], partner_id=""),)}, "participants.0.partnerId", REQUIRED),
    (
        {"participants": (PARTICIPANTS[0], replace(PARTICIPANTS[1], partner_id="12a"))},
        "participants.1.partnerId",
        INVALID,
    ),
    ({"provisioning_context": (Pair(key="", value="x"),)}, "provisioningContext.0.key", REQUIRED),
    (
        {"provisioning_context": (Pair(key="scope", value="a"), Pair(key="Scope", value="b"))},
        "provisioningContext.1.key",
        INVALID,
    ),
    (
        {"purchase_commitment": CommitmentDraft(amount=Amount(amount=Decimal(1), currency="EUR"), grain="")},
        "purchaseCommitment.grain",
        REQUIRED,
    ),
    ({"renews_to": RenewalDraft(term_duration="P3Y")}, "renewsTo.termDuration", INVALID),
    (
        {"scheduled_next_term_instructions": replace(NEXT_TERM, quantity=0)},
        "scheduledNextTermInstructions.quantity",
        INVALID,
    ),
    (
        {"scheduled_next_term_instructions": replace(NEXT_TERM, product=replace(PRODUCT, product_id=" "))},
        "scheduledNextTermInstructions.product.productId",
        REQUIRED,
    ),
    (
        {"scheduled_next_term_instructions": replace(NEXT_TERM, product=replace(PRODUCT, sku_id=""))},
        "scheduledNextTermInstructions.product.skuId",
        REQUIRED,
    ),
    (
        {
            "scheduled_next_term_instructions": replace(
                NEXT_TERM, product=replace(PRODUCT, billing_cycle=BillingCycle.UNKNOWN)
            )
        },
        "scheduledNextTermInstructions.product.billingCycle",
        INVALID,
    ),
    ({"catalog_item_id": "A:B:C"}, "addonItems", ELSEWHERE),
    ({"addon_items": (addon(0),)}, "addonItems.0.quantity", INVALID),
    ({"addon_items": (addon(1, addon_items=(addon(0),)),)}, "addonItems.0.addonItems.0.quantity", INVALID),
)


def told(errors: list[UserError]) -> list[tuple[str, UserErrorCode]]:
    assert all(error.message for error in errors)
    return [(".".join(error.field or ()), error.code) for error in errors]


def creating(*lines: CartLineDraft, **more: Any) -> CreateCart:
    return CreateCart(customer_key=CUSTOMER, lines=lines, **more)


def changing(*patches: CartLinePatch, **more: Any) -> UpdateCart:
    return UpdateCart(cart_id=CART, set_lines=patches, **more)


def as_patch(line: CartLineDraft, line_id: int = 0) -> CartLinePatch:
    return CartLinePatch(line_id=line_id, **{one.name: getattr(line, one.name) for one in fields(line)})


def test_a_cart_with_every_field_is_fine() -> None:
    assert of_create(FULL_CREATE) == []
    assert of_checkout(FULL_CHECKOUT) == []
    assert of_update(changing(as_patch(FULL_LINE), add_lines=(FULL_LINE,), remove_lines=(7,))) == []


@pytest.mark.parametrize(("changes", "path", "code"), BROKEN, ids=[f"{b[1]}-{n}" for n, b in enumerate(BROKEN)])
def test_a_broken_rule_is_told_at_its_path(changes: dict[str, Any], path: str, code: UserErrorCode) -> None:
    line = replace(FULL_LINE, **changes)
    assert told(of_create(creating(draft(), line))) == [(f"lines.1.{path}", code)]
    assert told(of_update(changing(add_lines=(line,)))) == [(f"addLines.0.{path}", code)]
    assert told(of_update(changing(as_patch(line)))) == [(f"setLines.0.{path}", code)]
    within = creating(replace(FULL_LINE, catalog_item_id=LEGACY, addon_items=(line,)))
    assert told(of_create(within)) == [(f"lines.0.addonItems.0.{path}", code)]


@pytest.mark.parametrize(
    ("command", "path", "code"),
    [
        (CreateCart(customer_key="", lines=(draft(),)), "customerKey", REQUIRED),
        (CreateCart(customer_key="Contoso", lines=(draft(),)), "customerKey", INVALID),
        (creating(), "lines", REQUIRED),
    ],
)
def test_a_cart_is_for_a_customer_and_has_lines(command: CreateCart, path: str, code: UserErrorCode) -> None:
    assert told(of_create(command)) == [(path, code)]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (changing(), [("", REQUIRED)]),
        (changing(CartLinePatch(line_id=1, quantity=2), CartLinePatch(line_id=1)), [("setLines.1.lineId", INVALID)]),
        (changing(remove_lines=(1, 2, 1)), [("removeLines.2", INVALID)]),
        (changing(CartLinePatch(line_id=1, quantity=2), remove_lines=(0, 1)), [("removeLines.1", INVALID)]),
        (
            changing(CartLinePatch(line_id=1, quantity=None, catalog_item_id=None, billing_cycle=None)),
            [
                ("setLines.0.catalogItemId", REQUIRED),
                ("setLines.0.quantity", REQUIRED),
                ("setLines.0.billingCycle", REQUIRED),
            ],
        ),
    ],
)
def test_a_change_says_what_changes_once_and_clears_no_field_that_a_line_needs(
    command: UpdateCart, expected: list[tuple[str, UserErrorCode]]
) -> None:
    assert told(of_update(command)) == expected


def test_everything_else_of_a_line_can_be_cleared() -> None:
    never = {"line_id", "catalog_item_id", "quantity", "billing_cycle"}
    names = [one.name for one in fields(CartLinePatch) if one.name not in never]
    assert of_update(changing(CartLinePatch(line_id=0, **dict.fromkeys(names)))) == []
    assert of_update(changing(partner_on_record_attestation_accepted=None)) == []


@pytest.mark.parametrize("name", ["", " ", "ada\r\nX-Evil: 1", "ada@fäbrikam.example", "a" * 321, "ada\tb"])
def test_a_user_s_name_that_cannot_be_a_header_is_refused(name: str) -> None:
    command = replace(FULL_CHECKOUT, customer_user_principal_name=name)
    assert told(of_checkout(command)) == [("customerUserPrincipalName", INVALID)]


def test_all_that_is_wrong_is_told_at_once() -> None:
    command = CreateCart(customer_key="", lines=tuple(replace(FULL_LINE, **changes) for changes, _, _ in BROKEN))
    expected = [("customerKey", REQUIRED)]
    expected += [(f"lines.{place}.{path}", code) for place, (_, path, code) in enumerate(BROKEN)]
    assert told(of_create(command)) == expected


def nested(depth: int) -> CartLineDraft:
    line = addon()
    for _ in range(depth - 1):
        line = addon(addon_items=(line,))
    return line


def test_add_ons_are_nested_to_a_depth_and_no_further() -> None:
    assert of_create(creating(nested(MAX_DEPTH))) == []
    errors = told(of_create(creating(nested(MAX_DEPTH + 1))))
    assert errors == [("lines.0" + ".addonItems.0" * (MAX_DEPTH - 1) + ".addonItems", INVALID)]


texts = st.text(string.ascii_letters + string.digits + " äß-_", min_size=1, max_size=12).filter(str.strip)
triples = st.lists(texts, min_size=3, max_size=3).map(":".join)
cycles = st.sampled_from([one for one in BillingCycle if one not in (BillingCycle.UNKNOWN, BillingCycle.BIENNIAL)])
any_cycles = cycles | st.just(BillingCycle.BIENNIAL)
quantities = st.integers(1, 2**31 - 1)
terms = st.sampled_from(["P1M", "P1Y", "P3Y"])
amounts = st.builds(Amount, amount=st.decimals("0.01", "1e9", places=4), currency=st.sampled_from(["EUR", "USD"]))
roles = st.sampled_from([one for one in ParticipantRole if one is not ParticipantRole.UNKNOWN])
participants = st.builds(Participant, role=roles, partner_id=st.from_regex(r"[0-9]{1,9}", fullmatch=True))
pairs = st.lists(
    st.builds(Pair, key=texts, value=st.text(max_size=9)), max_size=4, unique_by=lambda p: p.key.casefold()
)
products = st.builds(
    ProductTermDraft,
    product_id=texts,
    sku_id=texts,
    availability_id=st.none() | texts,
    billing_cycle=st.none() | any_cycles,
    term_duration=st.none() | terms,
)


def lines(items: st.SearchStrategy[str], addons: st.SearchStrategy[Any]) -> st.SearchStrategy[CartLineDraft]:
    return st.builds(
        CartLineDraft,
        catalog_item_id=items,
        quantity=quantities,
        billing_cycle=cycles,
        term_duration=st.none() | terms,
        friendly_name=st.none() | st.text(max_size=9),
        currency=st.none() | st.sampled_from(["EUR", "USD"]),
        custom_term_end_date=st.none() | st.datetimes(timezones=st.just(UTC)),
        promotion_id=st.none() | triples,
        attestation_accepted=st.none() | st.booleans(),
        participants=st.none() | st.lists(participants, max_size=5).map(tuple),
        provisioning_context=st.none() | pairs.map(tuple),
        purchase_commitment=st.none() | st.builds(CommitmentDraft, amount=amounts, grain=texts),
        renews_to=st.none() | st.builds(RenewalDraft, term_duration=st.sampled_from(["P1M", "P1Y"])),
        scheduled_next_term_instructions=st.none()
        | st.builds(NextTermDraft, product=products, quantity=st.none() | quantities),
        addon_items=addons,
    )


legacy_lines = st.recursive(
    lines(texts, st.none()), lambda below: lines(texts, st.lists(below, max_size=2).map(tuple)), max_leaves=4
)
any_lines = lines(triples, st.none()) | legacy_lines
carts = st.builds(
    CreateCart,
    customer_key=st.uuids().map(str),
    lines=st.lists(any_lines, min_size=1, max_size=4).map(tuple),
    partner_on_record_attestation_accepted=st.none() | st.booleans(),
)


@given(carts)
def test_whatever_breaks_no_rule_is_fine_and_becomes_json(command: CreateCart) -> None:
    assert of_create(command) == []
    assert of_update(changing(add_lines=command.lines)) == []
    assert of_update(changing(*(as_patch(line, n) for n, line in enumerate(command.lines)))) == []
    assert len(created(command)["lineItems"]) == len(command.lines)


@given(carts, st.data())
def test_the_one_thing_that_is_wrong_is_found_wherever_it_is(command: CreateCart, data: st.DataObject) -> None:
    changes, path, code = data.draw(st.sampled_from(BROKEN))
    place = data.draw(st.integers(0, len(command.lines) - 1))
    line = command.lines[place]
    if path == "addonItems":
        changes = changes | {"addon_items": (addon(),)}
    elif "catalog_item_id" in changes or path.startswith("addonItems"):
        changes = {"catalog_item_id": LEGACY, **changes}
    faulty = replace(command, lines=(*command.lines[:place], replace(line, **changes), *command.lines[place + 1 :]))
    assert told(of_create(faulty)) == [(f"lines.{place}.{path}", code)]
