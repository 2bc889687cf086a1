"""Orders are placed and cancelled once, by whoever may, and a lost answer is read from the order itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.errors import Throttled, VendorDenied, VendorUnavailable
from gateway.model.order import OrderStatus
from gateway.model.ref import Kind, Ref
from gateway.model.writing import UserErrorCode, WriteState, Written
from gateway.vendors.base import ORDER, Limits
from gateway.vendors.commands import Remark
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import calls, moving
from gateway.vendors.softwareone.commands import Placement
from tests.vendors.softwareone.drafts import by_name, order_line_ref
from tests.vendors.softwareone.writing_desk import VALUES, Desk, desk, made, parameters, placed_by_client

pytestmark = pytest.mark.slow

PROCESS = {"method": "POST", "path": "/process$"}
FAIL = {"method": "POST", "path": "/fail$"}
DELETE = {"method": "DELETE", "path": "/commerce/orders/"}
READ = {"method": "GET", "path": "/commerce/orders$"}
NOWHERE = Ref.of("swo", Kind.ORDER, "ORD-0")
WHY = Remark(code="E7001", message="Tenant could not be provisioned")


async def draft(one: Desk, **changes: Any) -> Ref:
    ref = made(await one.purchase(**changes))
    one.calls()
    return ref


async def querying(one: Desk) -> Ref:
    return await placed_by_client(one, ordering_parameters=parameters(**{**VALUES, "tenantDomain": None}))


def of_status(one: Desk, status: str) -> Ref:
    return Ref.of("swo", Kind.ORDER, next(row["id"] for row in visible(one) if row["status"] == status))


def visible(one: Desk) -> list[dict[str, Any]]:
    """Orders that the account's token sees."""
    caller = next(one_ for token, one_ in one.bench.emulator.callers.items() if token == one.bench.token)
    actor = caller.actor
    return [row for row in one.table("orders") if actor == "operations" or row[actor]["id"] == caller.account]


def errors(written: Written) -> list[tuple[UserErrorCode, tuple[str, ...] | None]]:
    return [(error.code, error.field) for error in written.user_errors]


# --- submit


@pytest.mark.parametrize("placement", [Placement.DRAFT, Placement.QUOTED])
async def test_a_draft_or_quote_is_placed_with_one_look_and_one_call(placement: Placement) -> None:
    async with desk() as one:
        ref = await draft(one, placement=placement)
        written = await one.submit(ref, key="k")
        assert (written.state, made(written)) == (WriteState.DONE, ref)
        assert one.order(ref)["status"] == "Processing"
        assert one.calls() == {"GET orders": 1, "POST process": 1}
        assert (await one.submit(ref, key="k")).replayed
        assert one.calls() == {}


async def test_a_placed_order_may_come_back_with_errors_and_is_placed_again_once_they_are_mended() -> None:
    async with desk() as one:
        ref = await draft(one, ordering_parameters=parameters(companyName="Brightwater"))
        assert (await one.submit(ref)).state is WriteState.DONE
        order = (await one.bench.read(ORDER, ref))[ref]
        assert order.status is OrderStatus.ACTION_REQUIRED
        assert {row.external_id for row in order.details.ordering_parameters if row.error} >= {"tenantDomain"}
        refused = await one.submit(ref)
        assert [(error.code, error.message) for error in refused.user_errors] == [
            (UserErrorCode.VENDOR_REFUSED, "Ordering parameters are invalid.")
        ]
        await one.update(ref, ordering_parameters=tuple(by_name(name, value) for name, value in VALUES.items()))
        assert (await one.submit(ref)).state is WriteState.DONE
        assert one.order(ref)["status"] == "Processing"


@pytest.mark.parametrize("actor", ["vendor", "operations"])
async def test_others_send_back_to_processing_what_waits_for_the_customer(actor: Any) -> None:
    async with desk(actor) as one:
        ref = await querying(one)
        assert (await one.submit(ref)).state is WriteState.DONE
        assert one.order(ref)["status"] == "Processing"


@pytest.mark.parametrize("actor", ["vendor", "operations"])
@pytest.mark.parametrize("status", ["Draft", "Quoted", "Processing", "Completed"])
async def test_others_place_nothing(actor: Any, status: str) -> None:
    async with desk(actor) as one:
        written = await one.submit(of_status(one, status))
        assert errors(written) == [(UserErrorCode.NOT_ALLOWED_HERE, ("orderId",))]
        assert one.calls() == {"GET orders": 1}


@pytest.mark.parametrize("status", ["Processing", "Completed", "Failed", "Deleted"])
async def test_what_is_placed_or_over_is_not_placed_again(status: str) -> None:
    async with desk() as one:
        written = await one.submit(of_status(one, status))
        assert errors(written) == [(UserErrorCode.NOT_ALLOWED_HERE, ("orderId",))]
        assert one.calls() == {"GET orders": 1}


async def test_the_vendors_refusal_to_place_is_told() -> None:
    async with desk() as one:
        ref = await draft(one)
        one.order(ref)["lines"] = []
        written = await one.submit(ref)
        assert [(error.code, error.message, error.field) for error in written.user_errors] == [
            (UserErrorCode.VENDOR_REFUSED, "An order needs at least one line.", ("orderId",))
        ]
        assert one.order(ref)["status"] == "Draft"


@pytest.mark.parametrize("fault", ["lost", "truncate", "late"])
async def test_a_placement_whose_answer_was_lost_is_seen_on_the_order(fault: str) -> None:
    async with desk(limits=Limits(timeout_seconds=1.0, max_retries=0) if fault == "late" else None) as one:
        ref = await draft(one)
        one.bench.fault(fault, seconds=1.5, **PROCESS)
        assert (await one.submit(ref)).state is WriteState.DONE
        assert one.order(ref)["status"] == "Processing"
        assert one.calls() == {"GET orders": 2, "POST process": 1}


async def test_a_lost_placement_that_came_straight_back_is_done_all_the_same() -> None:
    async with desk() as one:
        ref = await draft(one, ordering_parameters=parameters(companyName="Brightwater"))
        one.bench.fault("lost", **PROCESS)
        assert (await one.submit(ref)).state is WriteState.DONE
        assert one.order(ref)["status"] == "Querying"
        assert one.calls()["POST process"] == 1


@pytest.mark.parametrize("fault", ["drop", "error", "html"])
async def test_a_placement_that_did_not_come_is_tried_again(fault: str) -> None:
    async with desk() as one:
        ref = await draft(one)
        one.bench.fault(fault, status=500, **PROCESS)
        assert (await one.submit(ref)).state is WriteState.DONE
        assert one.order(ref)["status"] == "Processing"
        assert one.calls()["POST process"] == 2


async def test_a_placement_that_comes_between_two_tries_is_done_once() -> None:
    async with desk() as one:
        ref = await draft(one)
        one.bench.fault("lost", **PROCESS)
        one.bench.fault("error", status=500, skip=1, **READ)
        assert (await one.submit(ref, key="k")).state is WriteState.UNKNOWN
        written = await one.submit(ref, key="k")
        assert (written.state, written.replayed) == (WriteState.DONE, True)
        assert one.calls()["POST process"] == 1


async def test_a_placement_that_comes_late_is_no_second_one() -> None:
    async with desk() as one:
        ref = await draft(one)
        one.bench.fault("delayed_commit", seconds=0.1, **PROCESS)
        assert (await one.submit(ref)).state is WriteState.DONE
        revision = one.order(ref)["revision"]
        await asyncio.gather(*one.bench.desk.later)
        assert (one.order(ref)["status"], one.order(ref)["revision"]) == ("Processing", revision)


async def test_a_refusal_because_it_is_placed_already_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as one:
        ref = await draft(one)
        act = calls.OrderCalls.act

        async def twice(self: calls.OrderCalls, *args: Any) -> None:
            await act(self, *args)
            await act(self, *args)  # the second is refused, for the order is in processing

        monkeypatch.setattr(calls.OrderCalls, "act", twice)
        assert (await one.submit(ref)).state is WriteState.DONE


@pytest.mark.slow
async def test_a_refusal_whose_reason_cannot_be_read_at_once_is_told_after_another_look() -> None:
    async with desk() as one:
        ref = await draft(one)
        one.order(ref)["lines"] = []
        one.bench.fault("throttle", skip=1, **READ)
        written = await one.submit(ref)
        assert [error.message for error in written.user_errors] == ["An order needs at least one line."]


async def test_an_order_that_was_deleted_meanwhile_is_stale() -> None:
    async with desk() as one:
        ref = await draft(one)
        one.bench.fault("drop", **PROCESS)
        one.bench.fault("error", status=500, skip=1, **READ)
        assert (await one.submit(ref, key="k")).state is WriteState.UNKNOWN
        await one.cancel(ref)
        assert errors(await one.submit(ref, key="k")) == [(UserErrorCode.STALE, ("orderId",))]


async def test_a_resubmission_is_told_from_the_time_before_it() -> None:
    """While an order waits, only its last way to processing tells whether it went there again."""
    row = {"status": "Querying", "audit": {"processing": {"at": "2026-09-01T10:00:00Z"}}}
    before = {"status": OrderStatus.ACTION_REQUIRED.value, "processed": "2026-09-01T10:00:00Z"}
    assert not moving.placed(Row(row, "order"), before)
    assert moving.placed(Row(row, "order"), {**before, "processed": "2026-08-01T10:00:00Z"})
    assert not moving.placed(Row({"status": "Failed"}, "order"), before)
    assert not moving.placed(
        Row({"status": "Deleted"}, "order"), {"status": OrderStatus.DRAFT.value, "processed": None}
    )


@pytest.mark.parametrize("fault", ["throttle", "unauthorized"])
async def test_a_certain_no_frees_the_key(fault: str) -> None:
    async with desk() as one:
        ref = await draft(one)
        one.bench.fault(fault, **PROCESS)
        with pytest.raises((Throttled, VendorDenied)):
            await one.submit(ref, key="k")
        assert (await one.submit(ref, key="k")).state is WriteState.DONE


async def test_an_order_that_cannot_be_read_is_not_placed() -> None:
    async with desk() as one:
        ref = await draft(one)
        one.bench.fault("error", status=500, **READ)
        with pytest.raises(VendorUnavailable):
            await one.submit(ref)
        assert one.calls() == {"GET orders": 1}


async def test_what_is_not_there_is_neither_placed_nor_cancelled() -> None:
    async with desk() as one:
        for written in (await one.submit(NOWHERE), await one.cancel(NOWHERE)):
            assert errors(written) == [(UserErrorCode.NOT_FOUND, ("orderId",))]
        assert one.calls() == {"GET orders": 2}


# --- cancel


@pytest.mark.parametrize("placement", [Placement.DRAFT, Placement.QUOTED])
async def test_a_draft_or_quote_is_deleted_and_stays_readable(placement: Placement) -> None:
    async with desk() as one:
        ref = await draft(one, placement=placement)
        written = await one.cancel(ref, key="k")
        assert (written.state, made(written)) == (WriteState.DONE, ref)
        assert one.calls() == {"GET orders": 1, "DELETE order": 1}
        assert (await one.bench.read(ORDER, ref))[ref].status is OrderStatus.DELETED
        assert (await one.cancel(ref, key="k")).replayed
        assert errors(await one.cancel(ref)) == [(UserErrorCode.NOT_ALLOWED_HERE, ("orderId",))]


@pytest.mark.parametrize("state", ["Processing", "Querying", "Completed", "Failed", "Deleted"])
async def test_a_client_is_told_which_way_there_is_for_what_is_placed(state: str) -> None:
    async with desk() as one:
        written = await one.cancel(of_status(one, state), reason=WHY)
        assert errors(written) == [(UserErrorCode.NOT_ALLOWED_HERE, ("orderId",))]
        if state in ("Processing", "Querying"):
            assert "Its vendor or SoftwareOne can fail it" in written.user_errors[0].message
        assert one.calls() == {"GET orders": 1}


@pytest.mark.parametrize(
    ("actor", "state"), [("vendor", "Processing"), ("operations", "Processing"), ("operations", "Querying")]
)
async def test_a_placed_order_fails_with_its_reason(actor: Any, state: str) -> None:
    async with desk(actor) as one:
        ref = await (placed_by_client(one) if state == "Processing" else querying(one))
        assert errors(await one.cancel(ref)) == [(UserErrorCode.REQUIRED, ("reason",))]
        assert (await one.cancel(ref, reason=WHY)).state is WriteState.DONE
        assert one.order(ref)["status"] == "Failed"
        assert one.order(ref)["statusNotes"] == {"id": "E7001", "message": "Tenant could not be provisioned"}
        assert one.calls() == {"GET orders": 2, "POST fail": 1}


async def test_a_vendor_cannot_fail_what_waits_for_the_customer_but_is_told_how() -> None:
    async with desk("vendor") as one:
        written = await one.cancel(await querying(one), reason=WHY)
        assert errors(written) == [(UserErrorCode.NOT_ALLOWED_HERE, ("orderId",))]
        assert "submit it" in written.user_errors[0].message


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"line_ids": (order_line_ref(1),)}, UserErrorCode.NOT_ALLOWED_HERE, ("lineIds",)),
        ({"line_ids": ()}, UserErrorCode.NOT_ALLOWED_HERE, ("lineIds",)),
        ({"reason": Remark(message=" ")}, UserErrorCode.REQUIRED, ("reason", "message")),
        ({"reason": Remark(message="x" * 4_001)}, UserErrorCode.INVALID, ("reason", "message")),
    ],
)
async def test_a_broken_rule_costs_no_call(more: dict[str, Any], code: UserErrorCode, field: tuple[str, ...]) -> None:
    async with desk() as one:
        assert errors(await one.cancel(NOWHERE, **more)) == [(code, field)]
        assert one.calls() == {}


@pytest.mark.parametrize("fault", ["lost", "late"])
async def test_a_deletion_whose_answer_was_lost_is_seen_on_the_order(fault: str) -> None:
    async with desk(limits=Limits(timeout_seconds=1.0, max_retries=0) if fault == "late" else None) as one:
        ref = await draft(one)
        one.bench.fault(fault, seconds=1.5, **DELETE)
        assert (await one.cancel(ref)).state is WriteState.DONE
        assert one.calls() == {"GET orders": 2, "DELETE order": 1}


@pytest.mark.parametrize("fault", ["drop", "error", "html"])
async def test_a_deletion_that_did_not_come_is_tried_again(fault: str) -> None:
    async with desk() as one:
        ref = await draft(one)
        one.bench.fault(fault, status=503, **DELETE)
        assert (await one.cancel(ref)).state is WriteState.DONE
        assert one.order(ref)["status"] == "Deleted"
        assert one.calls()["DELETE order"] == 2


@pytest.mark.parametrize("fault", ["lost", "truncate", "drop", "delayed_commit"])
async def test_an_order_fails_once_whatever_becomes_of_the_answer(fault: str) -> None:
    async with desk("operations") as one:
        ref = await placed_by_client(one)
        one.bench.fault(fault, seconds=0.1, **FAIL)
        assert (await one.cancel(ref, reason=WHY)).state is WriteState.DONE
        revision = one.order(ref)["revision"]
        await asyncio.gather(*one.bench.desk.later)
        assert (one.order(ref)["status"], one.order(ref)["revision"]) == ("Failed", revision)


async def test_an_order_that_was_placed_meanwhile_is_not_failed_instead_of_deleted() -> None:
    async with desk("operations") as one:
        ref = of_status(one, "Draft")
        one.bench.fault("drop", **DELETE)
        one.bench.fault("error", status=500, skip=1, **READ)
        assert (await one.cancel(ref, key="k", reason=WHY)).state is WriteState.UNKNOWN
        one.order(ref)["status"] = "Processing"
        assert errors(await one.cancel(ref, key="k", reason=WHY)) == [(UserErrorCode.STALE, ("orderId",))]
        assert one.order(ref)["status"] == "Processing"


async def test_a_cancellation_that_stays_unknown_is_settled_by_the_repeat() -> None:
    async with desk() as one:
        ref = await draft(one)
        one.bench.fault("lost", **DELETE)
        one.bench.fault("error", status=500, skip=1, **READ)
        written = await one.cancel(ref, key="k")
        assert (written.state, made(written)) == (WriteState.UNKNOWN, ref)
        assert (await one.cancel(ref, key="k")).state is WriteState.DONE
        assert one.calls()["DELETE order"] == 1
