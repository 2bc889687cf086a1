"""Changing a purchase order: block by block, each done once, and told how far it came."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from gateway.errors import Throttled, VendorUnavailable
from gateway.model.writing import UserErrorCode, WriteState
from gateway.sandbox.sellercloud.records import PurchaseOrder
from gateway.vendors.sellercloud.commands import (
    CustomColumnChange,
    InvoiceChange,
    LinePatch,
    OrderChange,
    ShipmentDraft,
    TotalsChange,
    TrackingChange,
)
from gateway.vendors.sellercloud.mapping_items import lines_marker
from gateway.vendors.sellercloud.words import SellercloudCarrier, SellercloudProgress
from gateway.vendors.writes import UPDATE_ORDER
from tests.vendors.sellercloud.write_desk import (
    WriteDesk,
    case,
    cases,
    line_ref,
    ref,
    unit,
    units,
    updating,
    write_desk,
)

pytestmark = pytest.mark.usefixtures("quick")

DAY = datetime(2026, 12, 24, 10, 30, tzinfo=UTC)
AT = ("vendor", "sellercloud")
MUGS = [{"ProductID": "MUG-11OZ", "QtyUnitsOrdered": 48, "UnitPrice": 3.25}]


def fresh(desk: WriteDesk, case_mode: bool = False) -> PurchaseOrder:
    """An order of which nothing was received yet, in that mode, with two lines at least."""
    return next(
        po
        for po in desk.orders.values()
        if po.case_mode is case_mode and len(po.lines) > 1 and not po.receiving_status and not po.drop_ship_order
    )


def parcel(number: str = "1Z999", **more: Any) -> ShipmentDraft:
    known: dict[str, Any] = {"shipping_carrier": SellercloudCarrier.UPS, "shipped_on": DAY}
    return ShipmentDraft(tracking_number=number, **(known | more))


async def test_every_block_is_one_call_in_the_order_written() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        first, second = po.lines[0].id, po.lines[1].id
        column = desk.one.emulator.tenant.columns[0].name
        change = OrderChange(
            description="Changed",
            instructions="Dock 4",
            company_id=164,
            vendor_id=813,
            ordered_on_date=DAY,
            requested_on_date=DAY,
            expected_delivery_date=DAY,
            cancel_by_date=DAY,
            add_lines=units(unit("BOWL-WHT", 7, "4.05")),
            set_lines=(LinePatch(line_id=line_ref(po.id, first), qty_units_ordered=99, unit_price=Decimal("1.25")),),
            remove_line_ids=(line_ref(po.id, second),),
            tracking=TrackingChange(tracking_number="1Z1", shipped_via_carrier="UPS"),
            invoice=InvoiceChange(invoice_number="INV-7", invoice_date=DAY),
            totals=TotalsChange(tax_total=Decimal("1.10"), other_total=Decimal(2), shipping_total=Decimal("3.3")),
            custom_columns=(CustomColumnChange(name=column, value="RM"),),
            quick_books_exported=True,
        )
        answer = await desk.update(po.id, change)
        assert (answer.state, answer.user_errors) == (WriteState.DONE, ())
        assert answer.outcome.refs == {"order": (ref(po.id),)}
        number = po.id
        assert desk.changes == [
            f"PUT /{number}",
            f"POST /{number}/Items",
            f"PUT /{number}/Items",
            f"DELETE /{number}/Items",
            f"PUT /{number}/TrackingNumber",
            f"PUT /{number}/Invoice",
            f"PUT /{number}/Total",
            f"PUT /{number}/CustomColumns",
            "PUT /SetQuickBookStatus",
        ]
        assert len(desk.calls("GET")) == 3, "the row, the lines before, the lines after"
        wall = DAY.replace(tzinfo=None)
        assert (po.title, po.instructions, po.company_id, po.vendor_id) == ("Changed", "Dock 4", 164, 813)
        assert [bare(day) for day in (po.ordered, po.requested, po.expected, po.cancel_by)] == [wall] * 4
        assert second not in [line.id for line in po.lines]
        assert (po.lines[0].quantity, po.lines[0].price) == (99, Decimal("1.25"))
        assert (po.lines[-1].sku, po.lines[-1].quantity, po.lines[-1].price) == ("BOWL-WHT", 7, Decimal("4.05"))
        assert (po.tracking_number, po.carrier, po.invoice_number, bare(po.invoice_date)) == (
            "1Z1",
            "UPS",
            "INV-7",
            wall,
        )
        assert (po.tax, po.other, po.shipping) == (Decimal("1.10"), Decimal(2), Decimal("3.3"))
        assert po.columns[column] == "RM"
        assert po.exported
        assert (await desk.update(po.id, change)).replayed


def bare(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=None)


async def test_lines_by_cases_are_changed_in_their_own_fields() -> None:
    async with write_desk() as desk:
        po = fresh(desk, case_mode=True)
        patch = LinePatch(
            line_id=line_ref(po.id, po.lines[0].id),
            qty_cases_ordered=3,
            qty_units_per_case=6,
            case_price=Decimal("9.90"),
            expected_delivery_date=DAY,
        )
        change = OrderChange(set_lines=(patch,), add_lines=cases(case(cases=2, per_case=5, price="8")))
        assert (await desk.update(po.id, change)).state is WriteState.DONE
        line, added = po.lines[0], po.lines[-1]
        assert (line.quantity, line.units_per_case, line.price, bare(line.expected)) == (
            3,
            6,
            Decimal("9.90"),
            DAY.replace(tzinfo=None),
        )
        assert (added.quantity, added.units_per_case, added.price) == (2, 5, Decimal(8))


async def test_several_tracking_numbers_are_added_and_removed() -> None:
    async with write_desk() as desk:
        desk.one.set(multiple_tracking_numbers=True)
        po = next(po for po in desk.orders.values() if len(po.tracking) > 1)
        gone, kept = po.tracking[0], po.tracking[1:]
        change = OrderChange(
            tracking=TrackingChange(
                shipments=(
                    parcel("N1"),
                    parcel("N2", shipping_carrier=SellercloudCarrier.OTHER, other_carrier="Kuehne+Nagel"),
                ),
                shipping_status=SellercloudProgress.FULL,
                remove_shipment_keys=(str(gone.id),),
            )
        )
        assert (await desk.update(po.id, change)).state is WriteState.DONE
        assert [method.split()[0] for method in desk.changes] == ["POST", "DELETE"]
        assert po.tracking[: len(kept)] == kept
        assert [(one.number, one.carrier, bare(one.shipped_on)) for one in po.tracking[len(kept) :]] == [
            ("N1", "UPS", DAY.replace(tzinfo=None)),
            ("N2", "Kuehne+Nagel", DAY.replace(tzinfo=None)),
        ]
        assert po.shipping_status == 2


async def test_what_does_not_fit_the_order_is_named_and_nothing_is_sent() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        po.shipping_status = 0
        change = OrderChange(
            add_lines=cases(),
            set_lines=(LinePatch(line_id=line_ref(po.id, 1), qty_cases_ordered=5),),
            remove_line_ids=(line_ref(po.id, 2), line_ref(po.id, po.lines[0].id)),
            tracking=TrackingChange(shipped_on=DAY),
        )
        answer = await desk.update(po.id, change)
        assert answer.state is WriteState.REFUSED
        assert {(error.code, error.field) for error in answer.user_errors} == {
            (UserErrorCode.NOT_FOUND, (*AT, "setLines", "0", "lineId")),
            (UserErrorCode.NOT_FOUND, (*AT, "removeLineIds", "0")),
            (UserErrorCode.NOT_ALLOWED_HERE, (*AT, "tracking", "shippedOn")),
            (UserErrorCode.INVALID, (*AT, "addLines")),
            (UserErrorCode.INVALID, (*AT, "setLines", "0")),
        }
        assert desk.changes == []


async def test_a_missing_order_is_not_found() -> None:
    async with write_desk() as desk:
        answer = await desk.update(1, OrderChange(description="x"))
        assert [(e.code, e.field) for e in answer.user_errors] == [(UserErrorCode.NOT_FOUND, ("orderId",))]
        assert desk.changes == []


async def test_several_tracking_numbers_where_the_tenant_keeps_one_are_refused_in_its_words() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        tracking = TrackingChange(shipments=(parcel(),), shipping_status=SellercloudProgress.PARTIAL)
        answer = await desk.update(po.id, OrderChange(description="x", tracking=tracking))
        (error,) = answer.user_errors
        assert (error.code, error.field) == (UserErrorCode.VENDOR_REFUSED, (*AT, "tracking"))
        assert "Enable Multiple Tracking Numbers On PO" in error.message
        assert desk.changes == []


async def test_a_tracking_number_that_is_not_there_cannot_be_removed() -> None:
    async with write_desk() as desk:
        desk.one.set(multiple_tracking_numbers=True)
        answer = await desk.update(
            fresh(desk).id, OrderChange(tracking=TrackingChange(remove_shipment_keys=("987654",)))
        )
        (error,) = answer.user_errors
        assert (error.code, error.field) == (
            UserErrorCode.NOT_FOUND,
            (*AT, "tracking", "removeShipmentKeys", "0"),
        )


async def test_a_refusal_of_the_first_block_refuses_all() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        answer = await desk.update(po.id, OrderChange(company_id=9, quick_books_exported=True))
        (error,) = answer.user_errors
        assert answer.state is WriteState.REFUSED
        assert (error.code, error.field, error.message) == (
            UserErrorCode.VENDOR_REFUSED,
            AT,
            "Company 9 was not found.",
        )
        assert desk.changes == [f"PUT /{po.id}"] * 2, "asked twice, for a general failure may pass"
        assert not po.exported


async def test_a_refusal_after_others_were_done_says_which() -> None:
    async with write_desk() as desk:
        desk.one.set(multiple_invoices=True)
        po = fresh(desk)
        change = OrderChange(
            description="Changed", invoice=InvoiceChange(invoice_number="7"), quick_books_exported=True
        )
        answer = await desk.update(po.id, change)
        (error,) = answer.user_errors
        assert answer.state is WriteState.PARTLY_DONE
        assert answer.outcome.refs == {"order": (ref(po.id),)}
        assert error.field == (*AT, "invoice")
        assert error.message.startswith("Done: header. Not done: invoice. The invoice cannot be changed")
        assert (po.title, po.exported) == ("Changed", False)
        calls = len(desk.one.calls)
        assert (await desk.update(po.id, change)).replayed
        assert len(desk.one.calls) == calls


async def test_a_refused_field_is_named_by_its_place() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        totals = OrderChange(totals=TotalsChange(tax_total=Decimal(-1), shipping_total=Decimal(-2)))
        answer = await desk.update(po.id, totals)
        assert {error.field for error in answer.user_errors} == {
            (*AT, "totals", "taxTotal"),
            (*AT, "totals", "shippingTotal"),
        }
        lines = OrderChange(add_lines=units(unit(), unit(price="1" + "0" * 20)))
        answer = await desk.update(po.id, lines, "other")
        assert [error.field for error in answer.user_errors] == [(*AT, "addLines", "units", "1", "unitPrice")]
        patch = LinePatch(line_id=line_ref(po.id, po.lines[0].id), unit_price=Decimal("1" + "0" * 20))
        answer = await desk.update(po.id, OrderChange(set_lines=(patch,)), "third")
        assert [error.field for error in answer.user_errors] == [(*AT, "setLines", "0", "unitPrice")]


async def test_throttling_before_anything_was_done_frees_the_key() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        desk.fault("throttle", "PUT")
        with pytest.raises(Throttled):
            await desk.update(po.id, OrderChange(description="x"))
        assert (await desk.update(po.id, OrderChange(description="x"))).state is WriteState.DONE


async def test_throttling_after_something_was_done_says_what() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        desk.fault("throttle", "PUT", "Invoice")
        answer = await desk.update(po.id, OrderChange(description="Changed", invoice=InvoiceChange(invoice_number="7")))
        assert answer.state is WriteState.PARTLY_DONE
        assert "asks for a pause" in answer.user_errors[0].message


async def test_a_read_that_fails_first_is_an_error_and_frees_the_key() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        desk.fault("error", "GET", status=503)
        with pytest.raises(VendorUnavailable):
            await desk.update(po.id, OrderChange(description="x"))
        assert (await desk.update(po.id, OrderChange(description="x"))).state is WriteState.DONE


SETTINGS = [
    OrderChange(description="x"),
    OrderChange(tracking=TrackingChange(tracking_number="x")),
    OrderChange(invoice=InvoiceChange(invoice_number="x")),
    OrderChange(totals=TotalsChange(tax_total=Decimal(1))),
    OrderChange(quick_books_exported=True),
]


@pytest.mark.parametrize("kind", ["lost", "drop", "truncate", "html", "error"])
@pytest.mark.parametrize("change", SETTINGS, ids=["header", "tracking", "invoice", "totals", "export flag"])
async def test_what_sets_is_sent_again_when_its_answer_is_lost(change: OrderChange, kind: str) -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        desk.fault(kind, "PUT")
        assert (await desk.update(po.id, change)).state is WriteState.DONE
        assert len(desk.changes) == 2


async def test_what_sets_and_never_gets_an_answer_is_unknown_and_tried_again_with_the_key() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        change = OrderChange(description="Changed", invoice=InvoiceChange(invoice_number="7"))
        desk.fault("drop", "PUT", "Invoice", times=None)
        answer = await desk.update(po.id, change)
        assert answer.state is WriteState.UNKNOWN
        assert answer.searched is not None
        assert answer.searched.startswith("Done: header. Open: invoice.")
        assert answer.outcome.candidates == (ref(po.id),)
        desk.one.desk.clear()
        desk.one.forget_calls()
        assert (await desk.update(po.id, change)).state is WriteState.DONE
        assert desk.changes == [f"PUT /{po.id}/Invoice"]
        assert po.invoice_number == "7"


async def test_a_refusal_after_a_lost_answer_leaves_it_open_and_says_why() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        desk.fault("lost", "PUT", "Total")
        desk.one.set(per_session_receiving_cost=True)
        answer = await desk.update(po.id, OrderChange(totals=TotalsChange(shipping_total=Decimal(1))))
        assert answer.state is WriteState.UNKNOWN
        assert answer.user_errors[0].field == (*AT, "totals")


@pytest.mark.parametrize("kind", ["lost", "truncate", "delayed_commit"])
async def test_added_lines_whose_answer_is_lost_are_found_and_not_added_twice(kind: str) -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        count = len(po.lines)
        desk.fault(kind, "POST", "Items", seconds=0)
        added = units(unit("BOWL-WHT", 7), unit("BOWL-WHT", 7), unit())
        assert (await desk.update(po.id, OrderChange(add_lines=added))).state is WriteState.DONE
        assert len(po.lines) == count + 3
        assert len(desk.calls("POST")) == 1


async def test_added_lines_that_are_not_found_stay_unknown_and_the_rest_waits() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        count, change = len(po.lines), OrderChange(add_lines=units(), invoice=InvoiceChange(invoice_number="7"))
        desk.fault("drop", "POST", "Items")
        assert (await desk.update(po.id, change)).state is WriteState.UNKNOWN
        assert (await desk.update(po.id, change)).state is WriteState.UNKNOWN
        assert len(po.lines) == count
        assert desk.changes == [f"POST /{po.id}/Items"]


async def test_added_lines_that_land_after_the_search_are_found_and_the_rest_is_done() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        count, change = len(po.lines), OrderChange(add_lines=units(), invoice=InvoiceChange(invoice_number="7"))
        desk.fault("drop", "POST", "Items")
        assert (await desk.update(po.id, change)).state is WriteState.UNKNOWN
        await desk.post(f"PurchaseOrders/{po.id}/Items", MUGS)
        assert (await desk.update(po.id, change)).state is WriteState.DONE
        assert len(po.lines) == count + 1
        assert desk.changes == [f"POST /{po.id}/Items", f"PUT /{po.id}/Invoice"]


async def test_a_general_failure_of_adding_that_says_why_is_a_refusal_after_two_looks() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        desk.fault("error", "POST", "Items")
        answer = await desk.update(po.id, OrderChange(add_lines=units()))
        assert answer.state is WriteState.REFUSED
        assert answer.user_errors[0].field == (*AT, "addLines")
        assert len(desk.calls("POST")) == 1


async def test_lines_that_another_key_added_are_not_taken_for_the_lost_ones() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        change = OrderChange(add_lines=units())
        await desk.died(UPDATE_ORDER, updating(po.id, change), "a", step="added lines", at=0, known=keys(po))
        assert (await desk.update(po.id, change, "b")).state is WriteState.DONE
        assert (await desk.update(po.id, change, "a")).state is WriteState.UNKNOWN


def keys(po: PurchaseOrder) -> list[str]:
    return sorted(str(line.id) for line in po.lines)


@pytest.mark.parametrize("landed", [1, 2])
async def test_of_two_keys_that_added_the_same_and_died_neither_takes_the_other_s_lines(landed: int) -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        count, added = len(po.lines), units()
        command, mark = updating(po.id, OrderChange(add_lines=added)), lines_marker(str(po.id), added.lines)
        for key in ("a", "b"):
            await desk.died(UPDATE_ORDER, command, key, mark, step="added lines", at=0, known=keys(po))
        for _ in range(landed):
            await desk.post(f"PurchaseOrders/{po.id}/Items", MUGS)
        states = [(await desk.update(po.id, OrderChange(add_lines=added), key)).state for key in ("a", "b")]
        assert states == [WriteState.DONE if landed == 2 else WriteState.UNKNOWN] * 2
        assert len(po.lines) == count + landed
        assert desk.changes == []


@pytest.mark.parametrize("kind", ["lost", "drop", "truncate", "html", "delayed_commit", "error"])
async def test_removed_lines_are_looked_for_before_they_are_removed_again(kind: str) -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        first, others = po.lines[0], po.lines[1:]
        desk.fault(kind, "DELETE", "Items", seconds=0)
        answer = await desk.update(po.id, OrderChange(remove_line_ids=(line_ref(po.id, first.id),)))
        if kind == "error":  # it said why not, and the line is still there
            assert answer.state is WriteState.REFUSED
            return
        assert answer.state is WriteState.DONE
        assert po.lines == others
        assert len(desk.changes) == (2 if kind in ("drop", "html") else 1)


async def test_a_line_that_was_received_is_refused_in_the_vendor_s_words() -> None:
    async with write_desk() as desk:
        po = next(po for po in desk.orders.values() if any(line.received for line in po.lines))
        line = next(line for line in po.lines if line.received)
        answer = await desk.update(po.id, OrderChange(remove_line_ids=(line_ref(po.id, line.id),)))
        (error,) = answer.user_errors
        assert (error.code, error.field) == (UserErrorCode.VENDOR_REFUSED, (*AT, "removeLineIds"))
        assert "was received" in error.message


async def test_after_a_crash_while_removing_the_rest_is_removed() -> None:
    async with write_desk() as desk:
        po = fresh(desk)
        first, second = po.lines[:2]
        change = OrderChange(remove_line_ids=(line_ref(po.id, first.id), line_ref(po.id, second.id)))
        await desk.died(UPDATE_ORDER, updating(po.id, change), step="removed lines", at=0)
        po.lines = po.lines[1:]
        assert (await desk.update(po.id, change)).state is WriteState.DONE
        assert second not in po.lines
        assert len(desk.changes) == 1


@pytest.mark.parametrize("kind", ["lost", "truncate", "delayed_commit"])
async def test_added_tracking_numbers_whose_answer_is_lost_are_found(kind: str) -> None:
    async with write_desk() as desk:
        desk.one.set(multiple_tracking_numbers=True)
        po = fresh(desk)
        count = len(po.tracking)
        desk.fault(kind, "POST", "TrackingNumber", seconds=0)
        tracking = TrackingChange(shipments=(parcel("A"), parcel("B")), shipping_status=SellercloudProgress.PARTIAL)
        assert (await desk.update(po.id, OrderChange(tracking=tracking))).state is WriteState.DONE
        assert len(po.tracking) == count + 2
        assert len(desk.calls("POST")) == 1


async def test_added_tracking_numbers_that_are_not_found_stay_unknown() -> None:
    async with write_desk() as desk:
        desk.one.set(multiple_tracking_numbers=True)
        po = fresh(desk)
        desk.fault("drop", "POST", "TrackingNumber")
        tracking = TrackingChange(shipments=(parcel("A"),), shipping_status=SellercloudProgress.PARTIAL)
        assert (await desk.update(po.id, OrderChange(tracking=tracking))).state is WriteState.UNKNOWN
        assert (await desk.update(po.id, OrderChange(tracking=tracking))).state is WriteState.UNKNOWN
        assert len(desk.calls("POST")) == 1
