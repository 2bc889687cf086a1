"""Creating a purchase order: sent once, found again when its answer is lost, never made twice."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from starlette.responses import Response

from gateway.errors import Throttled, VendorDenied
from gateway.model.order import Order
from gateway.model.writing import UserError, UserErrorCode, WriteState
from gateway.sandbox.control import Fault
from gateway.vendors.base import ORDER
from gateway.vendors.sellercloud import creation
from gateway.vendors.sellercloud.commands import AddressDraft, PurchaseOrderDraft
from gateway.vendors.sellercloud.mapping_items import marker
from gateway.vendors.sellercloud.mapping_write import order_body
from gateway.vendors.sellercloud.words import SellercloudDiscountType, SellercloudPoType
from gateway.vendors.writes import CREATE_PURCHASE_ORDER
from tests.vendors.sellercloud.tenant import NOW, PATIENCE, eastern
from tests.vendors.sellercloud.write_desk import (
    WriteDesk,
    case,
    cases,
    creating,
    draft,
    ref,
    unit,
    units,
    write_desk,
)

pytestmark = pytest.mark.usefixtures("quick")
CREATE = "PurchaseOrders$"


def made(desk: WriteDesk, before: set[int]) -> list[int]:
    return sorted(set(desk.orders) - before)


async def test_an_order_is_made_once_read_back_and_told_again() -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        result = await desk.run(CREATE_PURCHASE_ORDER, creating(draft()))
        (number,) = made(desk, before)
        assert result.written.state is WriteState.DONE
        assert result.written.outcome.refs == {"order": (ref(number),)}
        (primed,) = result.primed
        assert (primed.read, primed.key) == (ORDER, ref(number))
        assert isinstance(primed.value, Order)
        assert primed.value.title == "Spring restock"
        assert [call.method for call in desk.one.calls] == ["POST", "GET"]
        again = await desk.create(draft())
        assert again.replayed
        assert again.outcome.refs == result.written.outcome.refs
        assert len(desk.one.calls) == 2


async def test_case_mode_arrives_as_case_mode() -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        off = case(discount_type=SellercloudDiscountType.PERCENTAGE, discount_value=Decimal("2.5"))
        wanted = draft(
            lines=cases(off, case("BOWL-WHT", 2, 50, "99.50", warehouse_id=8, item_notes="gently")),
            po_type=SellercloudPoType.CREDIT_MEMO,
            vendor_note="Dock 3",
            payment_term_id=4,
            default_warehouse_id=None,
            shipping_address=AddressDraft(country="us", city="Lakewood", address_line1="5 Elm"),
        )
        assert (await desk.create(wanted)).state is WriteState.DONE
        po = desk.orders[made(desk, before)[0]]
        assert (po.case_mode, po.type, po.instructions, po.payment_term_id, po.warehouse_id) == (
            True,
            1,
            "Dock 3",
            4,
            0,
        )
        assert [(li.sku, li.quantity, li.units_per_case, li.price) for li in po.lines] == [
            ("MUG-11OZ", 10, 24, Decimal(70)),
            ("BOWL-WHT", 2, 50, Decimal("99.50")),
        ]
        assert [(li.discount_type, li.discount_value, li.warehouse_id, li.notes) for li in po.lines] == [
            (1, Decimal("2.5"), 0, ""),
            (0, Decimal(), 8, "gently"),
        ]
        assert po.ship_to is not None


async def test_broken_rules_are_told_all_at_once_and_nothing_is_sent() -> None:
    async with write_desk() as desk:
        answer = await desk.create(draft(company_id=0, lines=units(unit(quantity=0, price="-1"))))
        assert answer.state is WriteState.REFUSED
        assert [error.field for error in answer.user_errors] == [
            ("vendor", "sellercloud", "companyId"),
            ("vendor", "sellercloud", "lines", "units", "0", "qtyUnitsOrdered"),
            ("vendor", "sellercloud", "lines", "units", "0", "unitPrice"),
        ]
        assert desk.one.calls == []
        assert (await desk.create(draft())).state is WriteState.DONE, "the key is free again"


async def test_a_rule_that_only_the_vendor_knows_is_its_refusal_in_its_own_words() -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        answer = await desk.create(draft(expected_delivery_date=NOW))
        assert answer.state is WriteState.REFUSED
        (error,) = answer.user_errors
        assert (error.code, error.vendor_code) == (UserErrorCode.VENDOR_REFUSED, "500")
        assert "Force user to enter Expected Delivery Date" in error.message
        assert made(desk, before) == []
        assert len(desk.calls("POST")) == 1
        assert (await desk.create(draft(expected_delivery_date=NOW))).replayed
        assert len(desk.calls("POST")) == 1


async def test_a_refused_field_is_named_by_its_place_in_the_input() -> None:
    async with write_desk() as desk:
        answer = await desk.create(draft(lines=units(unit(), unit(price="1" + "0" * 20))))
        (error,) = answer.user_errors
        assert error.field == ("vendor", "sellercloud", "lines", "units", "1", "unitPrice")
        assert error.vendor_code == "400"
        assert "A number is required." in error.message
        assert len(desk.one.calls) == 1


LOST = ["lost", "truncate", "late", "delayed_commit"]


@pytest.mark.parametrize("kind", LOST)
async def test_an_order_whose_answer_is_lost_is_found(kind: str) -> None:
    late = kind == "late"
    async with write_desk(timeout_seconds=1.0 if late else PATIENCE) as desk:
        before = set(desk.orders)
        desk.fault(kind, "POST", CREATE, seconds=60 if late else 0)
        answer = await desk.create(draft())
        (number,) = made(desk, before)
        assert answer.state is WriteState.DONE
        assert answer.outcome.refs == {"order": (ref(number),)}
        assert len(desk.calls("POST")) == 1


async def test_an_order_that_was_made_although_the_vendor_said_500_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        await desk.post("PurchaseOrders", plain(draft()))
        (number,) = made(desk, before)
        po, fails = desk.orders.pop(number), desk.one.emulator.failure

        def commits_and_fails(fault: Fault) -> Response:
            desk.orders[number] = po
            return fails(fault)

        monkeypatch.setattr(desk.one.emulator, "failure", commits_and_fails)
        desk.fault("error", "POST", CREATE)
        answer = await desk.create(draft())
        assert answer.outcome.refs == {"order": (ref(number),)}
        assert len(desk.calls("POST")) == 1


def plain(wanted: PurchaseOrderDraft) -> object:
    """The body of a create as JSON numbers."""
    return json.loads(json.dumps(order_body(wanted), default=float))


@pytest.mark.parametrize(
    ("kind", "status"), [("drop", None), ("error", 503), ("html", 502), ("html", 200), ("ok_with_error", None)]
)
async def test_an_order_that_is_not_found_stays_unknown_and_is_never_sent_again(kind: str, status: int | None) -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        desk.fault(kind, "POST", CREATE, status=status)
        first = await desk.create(draft())
        assert first.state is WriteState.UNKNOWN
        assert first.searched is not None
        assert first.user_errors == ()
        again = await desk.create(draft())
        assert again.state is WriteState.UNKNOWN
        assert again.replayed
        assert made(desk, before) == []
        assert len(desk.calls("POST")) == 1


async def test_an_order_that_lands_after_the_search_is_found_by_a_repeat() -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        desk.fault("drop", "POST", CREATE)
        assert (await desk.create(draft())).state is WriteState.UNKNOWN
        await desk.post("PurchaseOrders", plain(draft()))
        answer = await desk.create(draft())
        assert answer.state is WriteState.DONE
        assert answer.outcome.refs == {"order": (ref(made(desk, before)[0]),)}
        assert len(desk.calls("POST")) == 1


async def test_a_blank_500_is_no_refusal() -> None:
    async with write_desk() as desk:
        desk.one.set(blank_faults=True)
        desk.fault("error", "POST", CREATE)
        assert (await desk.create(draft())).state is WriteState.UNKNOWN


async def test_what_surely_was_not_done_may_be_sent_again_with_the_same_key() -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        desk.fault("throttle", "POST", CREATE)
        with pytest.raises(Throttled):
            await desk.create(draft())
        desk.one.set(denied_modules=["PurchaseOrders"])
        with pytest.raises(VendorDenied):
            await desk.create(draft())
        desk.one.set(denied_modules=[])
        assert (await desk.create(draft())).state is WriteState.DONE
        assert len(made(desk, before)) == 1


async def test_an_expired_login_is_renewed_and_the_order_made_once() -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        desk.fault("unauthorized", "POST", CREATE)
        assert (await desk.create(draft())).state is WriteState.DONE
        assert len(made(desk, before)) == 1


async def test_a_read_back_that_fails_leaves_the_order_done() -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        desk.fault("error", "GET", CREATE, times=None, status=503)
        answer = await desk.create(draft())
        assert answer.state is WriteState.DONE
        assert answer.outcome.refs == {"order": (ref(made(desk, before)[0]),)}


async def test_after_a_crash_before_the_call_nothing_is_noted_and_it_is_sent() -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        await desk.died(CREATE_PURCHASE_ORDER, creating(draft()))
        assert (await desk.create(draft())).state is WriteState.DONE
        assert len(made(desk, before)) == 1


async def test_after_a_crash_during_the_call_the_order_is_found() -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        await desk.died(CREATE_PURCHASE_ORDER, creating(draft()), step="create")
        desk.clock.ahead = 0
        await desk.post("PurchaseOrders", plain(draft()))
        desk.clock.ahead = 60
        answer = await desk.create(draft())
        assert answer.outcome.refs == {"order": (ref(made(desk, before)[0]),)}
        assert desk.calls("POST") == []


async def test_after_a_crash_behind_the_answer_the_order_is_known_without_a_search() -> None:
    async with write_desk() as desk:
        await desk.died(CREATE_PURCHASE_ORDER, creating(draft()), step="created", ref=ref(10_001).encode())
        answer = await desk.create(draft())
        assert answer.outcome.refs == {"order": (ref(10_001),)}
        assert desk.one.calls == []


async def test_an_order_known_from_before_a_crash_is_no_other_key_s() -> None:
    async with write_desk() as desk:
        before, mark = set(desk.orders), marker(draft())
        await desk.post("PurchaseOrders", plain(draft()))
        (number,) = made(desk, before)
        known = {"step": "created", "ref": ref(number).encode()}
        await desk.died(CREATE_PURCHASE_ORDER, creating(draft()), "a", mark, **known)
        await desk.died(CREATE_PURCHASE_ORDER, creating(draft()), "b", mark, step="create")
        assert (await desk.create(draft(), "a")).outcome.refs == {"order": (ref(number),)}
        other = await desk.create(draft(), "b")
        assert (other.state, other.outcome.candidates) == (WriteState.UNKNOWN, ())


async def test_a_rule_that_came_later_does_not_refuse_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async with write_desk() as desk:
        desk.fault("drop", "POST", CREATE)
        assert (await desk.create(draft())).state is WriteState.UNKNOWN
        mistake = UserError(UserErrorCode.INVALID, "No longer.", ("vendor",))
        monkeypatch.setattr(creation, "broken_by_draft", lambda *given: [mistake])
        assert (await desk.create(draft())).state is WriteState.UNKNOWN
        assert (await desk.create(draft(), "other")).user_errors == (mistake,)


async def test_twenty_repeats_at_once_make_one_order() -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        answers = await asyncio.gather(*(desk.create(draft()) for _ in range(20)))
        (number,) = made(desk, before)
        assert {answer.outcome.refs["order"] for answer in answers} == {(ref(number),)}
        assert len(desk.calls("POST")) == 1


async def test_two_keys_with_equal_content_are_two_orders_although_both_answers_are_lost() -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        desk.fault("lost", "POST", CREATE, times=2)
        desk.fault("error", "GET", CREATE, times=None, status=503)
        assert (await desk.create(draft(), "a")).state is WriteState.UNKNOWN
        assert (await desk.create(draft(), "b")).state is WriteState.UNKNOWN
        desk.one.desk.clear()
        first, second = await desk.create(draft(), "a"), await desk.create(draft(), "b")
        numbers = made(desk, before)
        assert first.outcome.refs == {"order": (ref(numbers[0]),)}
        assert second.outcome.refs == {"order": (ref(numbers[1]),)}
        assert len(desk.calls("POST")) == 2


async def test_one_order_for_two_keys_that_lost_their_answers_is_nobody_s_but_named() -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        desk.fault("lost", "POST", CREATE)
        desk.fault("drop", "POST", CREATE)
        desk.fault("error", "GET", CREATE, times=None, status=503)
        assert (await desk.create(draft(), "a")).state is WriteState.UNKNOWN
        assert (await desk.create(draft(), "b")).state is WriteState.UNKNOWN
        desk.one.desk.clear()
        (number,) = made(desk, before)
        for key in ("a", "b"):
            answer = await desk.create(draft(), key)
            assert (answer.state, answer.outcome.candidates) == (WriteState.UNKNOWN, (ref(number),))


async def test_an_order_that_another_key_owns_is_not_taken() -> None:
    async with write_desk() as desk:
        assert (await desk.create(draft(), "other")).state is WriteState.DONE
        desk.fault("drop", "POST", CREATE)
        answer = await desk.create(draft())
        assert (answer.state, answer.outcome.candidates) == (WriteState.UNKNOWN, ())


DIFFERENT = {
    "company": draft(company_id=164),
    "supplier": draft(vendor_id=813),
    "kind": draft(po_type=SellercloudPoType.VENDOR_OFFER),
    "title": draft(description="Summer restock"),
    "no title": draft(description=None),
    "warehouse": draft(default_warehouse_id=8),
    "product": draft(lines=units(unit("BOWL-WHT"))),
    "quantity": draft(lines=units(unit(quantity=47))),
    "price": draft(lines=units(unit(price="3.26"))),
    "discount": draft(
        lines=units(unit(discount_type=SellercloudDiscountType.FIXED_AMOUNT, discount_value=Decimal("0.5")))
    ),
    "another line": draft(lines=units(unit(), unit())),
    "mode": draft(lines=cases(case(cases=2, per_case=24, price="78"))),
    "address": draft(shipping_address=AddressDraft(country="US", address_line1="1 Elsewhere")),
}


@pytest.mark.parametrize("other", DIFFERENT.values(), ids=DIFFERENT)
async def test_an_order_that_differs_is_not_taken_for_the_lost_one(other: PurchaseOrderDraft) -> None:
    async with write_desk() as desk:
        await desk.post("PurchaseOrders", plain(other))
        desk.fault("drop", "POST", CREATE)
        mine = draft(shipping_address=AddressDraft(country="US", address_line1="5 Elm"))
        if other != DIFFERENT["address"]:
            mine = replace(mine, shipping_address=None)
        answer = await desk.create(mine)
        assert (answer.state, answer.outcome.candidates) == (WriteState.UNKNOWN, ())


@pytest.mark.parametrize("minutes", [-3, 3], ids=["before", "in the future"])
async def test_an_equal_order_of_another_time_is_not_taken(minutes: int) -> None:
    async with write_desk() as desk:
        before = set(desk.orders)
        await desk.post("PurchaseOrders", plain(draft()))
        desk.orders[made(desk, before)[0]].created = NOW + timedelta(minutes=minutes)
        desk.fault("drop", "POST", CREATE)
        assert (await desk.create(draft())).state is WriteState.UNKNOWN


async def test_an_order_is_found_by_a_clock_of_another_zone() -> None:
    wall = NOW.astimezone(eastern()).replace(tzinfo=UTC)
    async with write_desk(time_zone=eastern(), clock=lambda: wall) as desk:
        before = set(desk.orders)
        desk.fault("lost", "POST", CREATE)
        answer = await desk.create(draft())
        assert answer.outcome.refs == {"order": (ref(made(desk, before)[0]),)}
        (look,) = desk.calls("GET", "PurchaseOrders")[:1]
        assert "model.createDateFrom=11%2F21%2F2026%2003%3A57" in look.query
        assert "model.companyIDList=163" in look.query


async def test_a_wrong_zone_leaves_an_order_unknown() -> None:
    async with write_desk(time_zone=eastern()) as desk:
        desk.fault("lost", "POST", CREATE)
        assert (await desk.create(draft())).state is WriteState.UNKNOWN
        assert len(desk.calls("POST")) == 1


async def test_an_order_is_found_among_many_of_the_company_on_moving_pages() -> None:
    async with write_desk() as desk:
        others = [draft(description=f"Other {n}") for n in range(60)]
        for other in others:
            await desk.post("PurchaseOrders", plain(other))
        before = set(desk.orders)
        desk.fault("lost", "POST", CREATE)
        answer = await desk.create(draft())
        assert answer.outcome.refs == {"order": (ref(made(desk, before)[0]),)}


def test_equal_content_has_one_marker_and_other_content_another() -> None:
    assert marker(draft(lines=units(unit("a"), unit("b")))) == marker(draft(lines=units(unit("B "), unit("A"))))
    assert marker(draft(lines=units(unit(price="3.250")))) == marker(draft())
    kinds = ("company", "supplier", "kind", "title", "no title", "product", "quantity", "price", "another line", "mode")
    assert len({marker(DIFFERENT[kind]) for kind in kinds} | {marker(draft())}) == len(kinds) + 1
