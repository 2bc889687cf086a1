"""Inputs and commands agree, and an input becomes its command whole, with the path of whatever is wrong in it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st
from strawberry.types.base import StrawberryOptional

from gateway.accounts import Accounts
from gateway.model.ref import Kind, Ref
from gateway.model.values import BillingCycle
from gateway.model.writing import ABSENT, UserErrorCode
from gateway.schema.build import build_schema
from gateway.schema.input import INPUTS, MAX_ITEMS, MAX_TEXT, Reading, command_fields, fingerprint
from gateway.schema.mutation_inputs import CancelOrderInput, UpdateAttachmentInput
from gateway.schema.vendors.partner_center.inputs import (
    CartLineInput,
    CartLinePatchInput,
    CreateCartInput,
    UpdateCartInput,
)
from gateway.vendors import commands
from tests.fakes import FakeAdapter

build_schema()  # collects every input
NOT_COMMANDED = {"idempotency_key", "account_name"}
VENDOR_PART = {"vendor", "chosen"}
ACME, OTHER = "acme", "other"


def reading() -> Reading:
    return Reading(Accounts([FakeAdapter.named(ACME), FakeAdapter.named(OTHER)]), ACME)


def order_id(account: str = ACME) -> strawberry.ID:
    return strawberry.ID(Ref.of(account, Kind.ORDER, "1").encode())


def line(**changes: Any) -> CartLineInput:
    known: dict[str, Any] = {"catalog_item_id": "a:b:c", "quantity": 1, "billing_cycle": BillingCycle.MONTHLY}
    return CartLineInput(**(known | changes))


@pytest.mark.parametrize("input_", INPUTS, ids=lambda one: one.__name__)
def test_every_input_field_has_its_place_in_the_command(input_: type[Any]) -> None:
    command = INPUTS[input_]
    fields = {one.name: one for one in command_fields(command)}
    defaults = {one.name: one.default for one in dataclasses.fields(command)}
    names = set()
    for one in input_.__strawberry_definition__.fields:
        names.add(one.python_name)
        if one.python_name in NOT_COMMANDED | VENDOR_PART:
            continue
        place = fields[one.python_name]
        if isinstance(one.type, StrawberryOptional):
            assert defaults[place.name] is not dataclasses.MISSING, f"{place.name} may be left out"
    assert {name for name in fields if name not in names} <= VENDOR_PART


def test_a_whole_input_becomes_its_command() -> None:
    known = reading()
    command = known.command(
        commands.CreateCart,
        CreateCartInput(
            account_name=ACME,
            customer_key="c",
            lines=[line(addon_items=[line(quantity=2)], custom_term_end_date=datetime(2027, 1, 1, tzinfo=UTC))],
        ),
    )
    addon = commands.CartLineDraft(catalog_item_id="a:b:c", quantity=2, billing_cycle=BillingCycle.MONTHLY)
    assert known.mistakes == []
    assert command == commands.CreateCart(
        customer_key="c",
        lines=(
            commands.CartLineDraft(
                catalog_item_id="a:b:c",
                quantity=1,
                billing_cycle=BillingCycle.MONTHLY,
                custom_term_end_date=datetime(2027, 1, 1, tzinfo=UTC),
                addon_items=(addon,),
            ),
        ),
    )


def test_left_out_is_not_null_where_that_matters() -> None:
    known = reading()
    patch = known.command(commands.CartLinePatch, CartLinePatchInput(line_id=1, friendly_name=None))
    assert (patch.friendly_name, patch.currency) == (None, ABSENT)
    attachment = strawberry.ID(Ref.of(ACME, Kind.ATTACHMENT, "1").encode())
    change = known.command(commands.UpdateAttachment, UpdateAttachmentInput(attachment_id=attachment, name=None))
    assert (change.name, change.description) == (None, ABSENT)


def test_null_for_a_list_that_may_be_left_out_is_leaving_it_out() -> None:
    cart = strawberry.ID(Ref.of(ACME, Kind.CART, "1").encode())
    command = reading().command(commands.UpdateCart, UpdateCartInput(cart_id=cart, set_lines=None))
    assert command.set_lines == ()


def test_ids_become_refs_and_a_wrong_one_is_named_by_its_path() -> None:
    known = reading()
    good, kind = strawberry.ID(Ref.of(ACME, Kind.LINE, "1").encode()), order_id()
    stranger = strawberry.ID(Ref.of(OTHER, Kind.LINE, "1").encode())
    given_ = CancelOrderInput(order_id=order_id(), line_ids=[good, strawberry.ID("junk"), kind, stranger])
    command = known.command(commands.CancelOrder, given_)
    assert command.order_id == Ref.of(ACME, Kind.ORDER, "1")
    assert [(error.code, error.field) for error in known.mistakes] == [
        (UserErrorCode.INVALID, ("lineIds", str(place))) for place in (1, 2, 3)
    ]


@pytest.mark.parametrize("text", ["a\x00b", "\u202eevil", "x" * (MAX_TEXT + 1)], ids=["zero", "direction", "long"])
def test_a_text_that_nobody_can_mean_is_named_by_its_path(text: str) -> None:
    known = reading()
    known.command(
        commands.CreateCart, CreateCartInput(account_name=ACME, customer_key="c", lines=[line(promotion_id=text)])
    )
    assert [(error.code, error.field) for error in known.mistakes] == [
        (UserErrorCode.INVALID, ("lines", "0", "promotionId"))
    ]


def test_lists_and_nesting_are_bounded() -> None:
    known = reading()
    known.command(
        commands.CreateCart, CreateCartInput(account_name=ACME, customer_key="c", lines=[line()] * (MAX_ITEMS + 1))
    )
    assert [(error.code, error.field) for error in known.mistakes] == [(UserErrorCode.TOO_MANY, ("lines",))]
    deep = line()
    for _ in range(100):
        deep = line(addon_items=[deep])
    known = reading()
    known.command(commands.CreateCart, CreateCartInput(account_name=ACME, customer_key="c", lines=[deep]))
    assert [error.code for error in known.mistakes] == [UserErrorCode.INVALID]


@given(amount=st.decimals(allow_nan=False, allow_infinity=False, places=3), zeros=st.integers(0, 5))
def test_equal_inputs_have_one_fingerprint_and_others_another(amount: Decimal, zeros: int) -> None:
    def cart(quantity: int, key: str | None = None) -> CreateCartInput:
        return CreateCartInput(
            account_name=ACME, customer_key=str(amount), idempotency_key=key, lines=[line(quantity=quantity)]
        )

    assert fingerprint("create_cart", cart(1, "k")) == fingerprint("create_cart", cart(1, "other"))
    assert fingerprint("create_cart", cart(1)) != fingerprint("create_cart", cart(2))
    assert fingerprint("create_cart", cart(1)) != fingerprint("update_cart", cart(1))
    written = Decimal(f"{amount}{'0' * zeros}")
    assert fingerprint("x", [amount]) == fingerprint("x", [written])


def test_numbers_that_differ_in_their_last_digit_are_different_inputs() -> None:
    long = "1." + "0" * 40
    assert fingerprint("x", [Decimal(long + "1")]) != fingerprint("x", [Decimal(long + "2")])
    assert fingerprint("x", [Decimal("1E+3")]) == fingerprint("x", [Decimal("1000.0")])


def test_null_and_left_out_are_different_inputs() -> None:
    attachment = strawberry.ID(Ref.of(ACME, Kind.ATTACHMENT, "1").encode())
    assert fingerprint("x", UpdateAttachmentInput(attachment_id=attachment, name=None)) != fingerprint(
        "x", UpdateAttachmentInput(attachment_id=attachment)
    )
