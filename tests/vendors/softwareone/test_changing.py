"""Orders are changed by one PUT that may be repeated, and whoever may not change a thing is told so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.errors import Throttled, VendorDenied, VendorUnavailable
from gateway.model.ref import Kind, Ref
from gateway.model.writing import UserErrorCode, WriteState
from gateway.vendors.base import Limits
from gateway.vendors.commands import Remark
from gateway.vendors.softwareone import calls
from gateway.vendors.softwareone.commands import LineChange, NewLineDraft, ParameterDraft
from tests.vendors.softwareone.drafts import by_name
from tests.vendors.softwareone.writing_desk import Desk, desk, made, placed_by_client

PUT = {"method": "PUT", "path": "/commerce/orders/"}
READ = {"method": "GET", "path": "/commerce/orders$"}
NOWHERE = Ref.of("swo", Kind.ORDER, "ORD-0")


async def draft(one: Desk, **changes: Any) -> Ref:
    ref = made(await one.purchase(**changes))
    one.calls()
    return ref


def line_of(one: Desk, ref: Ref, place: int = 0) -> Ref:
    return ref.child(Kind.LINE, one.order(ref)["lines"][place]["id"])


def lines(one: Desk, ref: Ref) -> list[tuple[str, int]]:
    return [(line["item"]["id"], line["quantity"]) for line in one.order(ref)["lines"]]


def ordering(one: Desk, ref: Ref) -> dict[str, Any]:
    return {row["externalId"]: row.get("value") for row in one.order(ref)["parameters"]["ordering"]}


async def test_notes_and_the_own_number_are_one_call_and_null_clears_them() -> None:
    async with desk() as one:
        ref = await draft(one, notes="Before")
        written = await one.update(ref, notes="After", external_id="PO-9")
        assert (written.state, made(written)) == (WriteState.DONE, ref)
        assert (one.order(ref)["notes"], one.order(ref)["externalIds"]) == ("After", {"client": "PO-9"})
        await one.update(ref, notes=None, external_id=None)
        assert "notes" not in one.order(ref)
        assert one.order(ref)["externalIds"] == {}
        assert one.calls() == {"PUT order": 2}


async def test_a_repeat_with_the_key_is_no_call() -> None:
    async with desk() as one:
        ref = await draft(one)
        await one.update(ref, key="k", notes="Once")
        assert (await one.update(ref, key="k", notes="Once")).replayed
        assert one.calls() == {"PUT order": 1}


async def test_lines_are_added_changed_and_taken_out_at_once() -> None:
    async with desk() as one:
        items = one.items(one.draft().product_id)
        start = tuple(NewLineDraft(item_id=item["id"], quantity=2) for item in items[:2])
        ref = await draft(one, lines=start)
        written = await one.update(
            ref,
            lines=(LineChange(line_id=line_of(one, ref, 0), quantity=7),),
            remove_line_ids=(line_of(one, ref, 1),),
            new_lines=(NewLineDraft(item_id=items[2]["id"], quantity=3),),
        )
        assert written.state is WriteState.DONE
        assert lines(one, ref) == [(items[0]["id"], 7), (items[2]["id"], 3)]
        assert one.calls() == {"GET orders": 1, "PUT order": 1}


async def test_parameters_that_are_not_named_stay() -> None:
    async with desk() as one:
        ref = await draft(one)
        before = ordering(one, ref)
        await one.update(ref, ordering_parameters=(by_name("region", "us-east"),))
        assert ordering(one, ref) == {**before, "region": "us-east"}
        await one.update(ref, ordering_parameters=(by_name("region", None),))
        assert ordering(one, ref) == {**before, "region": None}


async def test_a_client_mends_its_parameters_while_the_order_waits_and_nothing_else() -> None:
    async with desk() as one:
        ref = await placed_by_client(one, ordering_parameters=(by_name("companyName", "Brightwater"),))
        assert one.order(ref)["status"] == "Querying"
        written = await one.update(ref, new_lines=(NewLineDraft(item_id="ITM-1", quantity=1),))
        assert [(error.code, error.field) for error in written.user_errors] == [
            (UserErrorCode.NOT_ALLOWED_HERE, ("vendor", "softwareone", "newLines"))
        ]
        written = await one.update(ref, notes="Mended", ordering_parameters=(by_name("tenantDomain", "brightwater"),))
        assert written.state is WriteState.DONE
        assert ordering(one, ref)["tenantDomain"] == "brightwater"
        assert ordering(one, ref)["companyName"] == "Brightwater"


async def test_a_vendor_fills_in_sends_errors_and_never_clears_those_it_leaves_out() -> None:
    async with desk("vendor") as one:
        ref = await placed_by_client(one)
        (definition, *_) = one.order(ref)["parameters"]["fulfillment"]
        template = next(row["id"] for row in one.table("templates") if row["product"] == one.order(ref)["product"])
        written = await one.update(
            ref,
            external_id="V-1",
            template_id=template,
            assignee_id=one.table("users")[0]["id"],
            error=Remark(code="E1", message="Two values need correcting"),
            fulfillment_parameters=(ParameterDraft(key=definition["id"], value="t-1"),),
            ordering_parameters=(ParameterDraft(external_id="region", error=Remark(code="E2", message="Not there")),),
        )
        assert written.state is WriteState.DONE
        order = one.order(ref)
        assert (order["externalIds"]["vendor"], order["template"]["id"]) == ("V-1", template)
        assert order["assignee"]["id"] == one.table("users")[0]["id"]
        assert order["error"] == {"id": "E1", "message": "Two values need correcting"}
        assert order["parameters"]["fulfillment"][0]["value"] == "t-1"
        await one.update(
            ref, ordering_parameters=(ParameterDraft(external_id="tenantDomain", error=Remark(message="Taken")),)
        )
        errors = {row["externalId"]: row["error"] for row in order["parameters"]["ordering"] if "error" in row}
        assert errors == {"region": {"id": "E2", "message": "Not there"}, "tenantDomain": {"message": "Taken"}}
        assert ordering(one, ref)["region"] == "eu-west"


async def test_operations_write_notes_and_their_own_number_which_quotes_a_draft() -> None:
    async with desk("operations") as one:
        client = next(row for row in one.table("orders") if row["status"] == "Draft")
        ref = Ref.of("swo", Kind.ORDER, client["id"])
        assert (await one.update(ref, notes="Seen", external_id="SO-1")).state is WriteState.DONE
        order = one.order(ref)
        assert (order["status"], order["notes"], order["externalIds"]["operations"]) == ("Quoted", "Seen", "SO-1")


@pytest.mark.parametrize(
    ("actor", "changes", "field"),
    [
        ("client", {"template_id": "TPL-1"}, "templateId"),
        ("vendor", {"notes": "x"}, "notes"),
        ("operations", {"ordering_parameters": (by_name("a", 1),)}, "orderingParameters"),
    ],
)
async def test_what_is_not_this_logins_to_change_costs_no_call(actor: Any, changes: dict[str, Any], field: str) -> None:
    async with desk(actor) as one:
        written = await one.update(Ref.of("swo", Kind.ORDER, one.table("orders")[0]["id"]), **changes)
        (error,) = written.user_errors
        assert (error.code, error.field) == (UserErrorCode.NOT_ALLOWED_HERE, ("vendor", "softwareone", field))
        assert one.calls() == {}


async def test_nothing_to_change_is_a_mistake() -> None:
    async with desk() as one:
        written = await one.update(NOWHERE)
        assert [error.code for error in written.user_errors] == [UserErrorCode.REQUIRED]
        assert one.calls() == {}


@pytest.mark.parametrize("changes", [{"notes": "x"}, {"ordering_parameters": (by_name("region", "eu-west"),)}])
async def test_an_order_that_is_not_there_is_not_found(changes: dict[str, Any]) -> None:
    async with desk() as one:
        for _ in range(2):
            written = await one.update(NOWHERE, key="k", **changes)
            assert [(error.code, error.field) for error in written.user_errors] == [
                (UserErrorCode.NOT_FOUND, ("orderId",))
            ]


async def test_the_vendors_refusal_is_told_at_its_place() -> None:
    async with desk() as one:
        ref = await draft(one)
        new = (NewLineDraft(item_id=one.items(one.draft().product_id)[0]["id"], quantity=1),)
        written = await one.update(ref, new_lines=(*new, NewLineDraft(item_id="ITM-0", quantity=1)))
        (error,) = written.user_errors
        assert (error.code, error.message) == (
            UserErrorCode.VENDOR_REFUSED,
            "Item does not exist in the product of this order.",
        )
        assert error.field == ("vendor", "softwareone", "newLines", "1", "itemId")
        assert len(one.order(ref)["lines"]) == 1


@pytest.mark.parametrize(
    ("fault", "error"), [("throttle", Throttled), ("unauthorized", VendorDenied)], ids=["throttled", "denied"]
)
async def test_a_certain_no_frees_the_key(fault: str, error: type[Exception]) -> None:
    async with desk() as one:
        ref = await draft(one)
        one.bench.fault(fault, **PUT)
        with pytest.raises(error):
            await one.update(ref, key="k", notes="x")
        assert (await one.update(ref, key="k", notes="x")).state is WriteState.DONE
        assert one.order(ref)["notes"] == "x"


async def test_a_vendor_that_cannot_be_read_before_is_sent_nothing() -> None:
    async with desk() as one:
        ref = await draft(one)
        one.bench.fault("error", status=500, **READ)
        with pytest.raises(VendorUnavailable):
            await one.update(ref, ordering_parameters=(by_name("region", "us-east"),))
        assert one.calls() == {"GET orders": 1}


CHANGES = pytest.mark.parametrize("what", ["notes", "lines"])


async def change(one: Desk, ref: Ref, what: str) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    """A change under one key, and the lines as they are to be afterwards."""
    items = one.items(one.draft().product_id)
    if what == "notes":
        return {"notes": "After"}, lines(one, ref)
    new = NewLineDraft(item_id=items[0]["id"], quantity=3)
    return {"new_lines": (new, new)}, [*lines(one, ref), (items[0]["id"], 3), (items[0]["id"], 3)]


@CHANGES
@pytest.mark.parametrize("fault", ["lost", "truncate", "late"])
@pytest.mark.slow
async def test_a_change_whose_answer_was_lost_is_seen_on_the_order(fault: str, what: str) -> None:
    async with desk(limits=Limits(timeout_seconds=1.0, max_retries=0) if fault == "late" else None) as one:
        ref = await draft(one)
        changes, expected = await change(one, ref, what)
        one.bench.fault(fault, seconds=1.5, **PUT)
        assert (await one.update(ref, **changes)).state is WriteState.DONE
        assert lines(one, ref) == expected
        counted = one.calls()
        assert (counted["PUT order"], counted["GET orders"]) == (1, 1 if what == "notes" else 2)


@CHANGES
@pytest.mark.parametrize("fault", ["drop", "error", "html"])
async def test_a_change_that_did_not_come_is_sent_again(fault: str, what: str) -> None:
    async with desk() as one:
        ref = await draft(one)
        changes, expected = await change(one, ref, what)
        one.bench.fault(fault, status=503, **PUT)
        assert (await one.update(ref, **changes)).state is WriteState.DONE
        assert lines(one, ref) == expected
        assert one.order(ref).get("notes") == changes.get("notes")
        assert one.calls()["PUT order"] == 2


async def test_new_lines_are_not_doubled_by_a_change_that_comes_late() -> None:
    async with desk() as one:
        ref = await draft(one)
        changes, expected = await change(one, ref, "lines")
        one.bench.fault("delayed_commit", seconds=0.1, **PUT)
        assert (await one.update(ref, key="k", **changes)).state is WriteState.DONE
        await asyncio.gather(*one.bench.desk.later)
        assert sorted(lines(one, ref)) == sorted(expected)
        assert (await one.update(ref, key="k", **changes)).replayed
        assert sorted(lines(one, ref)) == sorted(expected)


@CHANGES
async def test_what_stays_unknown_is_settled_by_the_repeat_with_the_same_lines(what: str) -> None:
    async with desk() as one:
        ref = await draft(one)
        changes, expected = await change(one, ref, what)
        one.bench.fault("lost", **PUT)
        one.bench.fault("error", status=500, skip=0 if what == "notes" else 1, **READ)
        written = await one.update(ref, key="k", **changes)
        assert (written.state, made(written)) == (WriteState.UNKNOWN, ref)
        again = await one.update(ref, key="k", **changes)
        assert (again.state, again.replayed) == (WriteState.DONE, True)
        assert lines(one, ref) == expected
        assert one.calls()["PUT order"] == 1


async def test_a_repeat_after_a_while_is_made_in_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "PAUSES", (0.01, 0.02))
    async with desk(seconds=20) as one:
        ref = await draft(one)
        one.bench.fault("error", status=503, times=4, **PUT)
        assert (await one.update(ref, notes="x")).state is WriteState.UNKNOWN
        assert one.calls()["PUT order"] == 4
        one.bench.desk.clear()
        one.bench.fault("error", status=503, times=2, **PUT)
        assert (await one.update(ref, notes="y")).state is WriteState.DONE
        assert one.order(ref)["notes"] == "y"
