"""Orders are created once for each key, whatever becomes of the vendor's answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import pytest

from gateway.errors import StoreUnavailable, Throttled, VendorDenied, VendorUnavailable
from gateway.model.order import OrderStatus
from gateway.model.ref import Kind, Ref
from gateway.model.writing import UserError, UserErrorCode, WriteState, Written
from gateway.store.ledger import Entry, Held, Place
from gateway.vendors.base import ORDER, Limits
from gateway.vendors.commands import CreatePurchaseOrder
from gateway.vendors.softwareone import calls, rules
from gateway.vendors.softwareone.commands import (
    ChangeDraft,
    ConfigurationDraft,
    LineChange,
    NewLineDraft,
    OrderDraft,
    Placement,
    SubscriptionChange,
    TerminationDraft,
)
from gateway.vendors.writes import CREATE_PURCHASE_ORDER
from tests.vendors.softwareone.writing_desk import Desk, desk, made, parameters

NEW = {"method": "POST", "path": "/commerce/orders$"}
SEARCH = {"method": "GET", "path": "/commerce/orders$"}
LONGEST = "🙂" * 500
references = pytest.mark.parametrize(
    "reference", [None, "PO-88121", 'it\'s "5" pieces'], ids=["none", "plain", "quotes"]
)


async def test_a_draft_is_one_call_under_a_mark_of_our_own_and_a_repeat_is_none() -> None:
    async with desk() as one:
        before = one.count()
        first = await one.purchase(key="k")
        assert first.state is WriteState.DONE
        order = one.order(made(first))
        assert order["status"] == "Draft"
        assert order["externalIds"]["client"].startswith("og-")
        assert len(order["externalIds"]["client"]) <= 36
        assert one.calls() == {"POST orders": 1}
        again = await one.purchase(key="k")
        assert (made(again), again.replayed) == (made(first), True)
        assert one.calls() == {}
        assert one.count() == before + 1


async def test_the_customers_own_reference_is_kept_and_looked_for_before() -> None:
    async with desk() as one:
        written = await one.purchase(external_id="PO-88121")
        assert one.order(made(written))["externalIds"] == {"client": "PO-88121"}
        assert one.calls() == {"GET orders": 1, "POST orders": 1}


async def test_the_longest_reference_can_still_be_looked_for() -> None:
    async with desk() as one:
        one.bench.fault("drop", **NEW)
        written = await one.purchase(external_id=LONGEST)
        assert written.state is WriteState.UNKNOWN
        assert one.calls() == {"GET orders": 2, "POST orders": 1}


async def test_a_rule_that_came_later_does_not_refuse_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as one:
        one.bench.fault("drop", **NEW)
        assert (await one.purchase("k")).state is WriteState.UNKNOWN
        mistake = UserError(UserErrorCode.INVALID, "No longer.", ("vendor",))
        monkeypatch.setattr(rules, "of_order", lambda *given: [mistake])
        assert (await one.purchase("k")).state is WriteState.UNKNOWN
        assert (await one.purchase("other")).user_errors == (mistake,)


async def test_what_the_vendor_keeps_is_what_was_asked_for() -> None:
    async with desk() as one:
        draft = one.draft()
        items = one.items(draft.product_id)
        lines = (NewLineDraft(item_id=items[0]["id"], quantity=3), NewLineDraft(item_id=items[1]["id"], quantity=1))
        ref = made(await one.purchase(lines=lines, notes="For all", external_id="PO-1", placement=Placement.QUOTED))
        order = one.order(ref)
        assert [(line["item"]["id"], line["quantity"]) for line in order["lines"]] == [
            (items[0]["id"], 3),
            (items[1]["id"], 1),
        ]
        assert (order["type"], order["status"], order["notes"]) == ("Purchase", "Quoted", "For all")
        assert order["licensee"]["id"] == draft.licensee_id
        assert {one["externalId"]: one["value"] for one in order["parameters"]["ordering"] if "value" in one} == {
            "companyName": "Brightwater",
            "tenantDomain": "brightwater",
            "adminEmail": "it@brightwater.example",
            "region": "eu-west",
        }


async def active(one: Desk) -> dict[str, Any]:
    """An active agreement of the client's with a live subscription, and no order under way."""
    client = one.thing("accounts", type="Client", id=next(iter(one.bench.emulator.callers.values())).account)
    return next(
        agreement
        for agreement in one.table("agreements")
        if agreement["status"] == "Active"
        and agreement["client"]["id"] == client["id"]
        and any(line["status"] == "Active" and "subscription" in line for line in agreement["lines"])
        and all(sub["status"] == "Active" for sub in agreement["subscriptions"])
    )


def refs(agreement: Mapping[str, Any]) -> tuple[Ref, Ref, Ref]:
    """The agreement, a live line of a subscription, and that subscription."""
    line = next(line for line in agreement["lines"] if line["status"] == "Active" and "subscription" in line)
    ref = Ref.of("swo", Kind.AGREEMENT, agreement["id"])
    subscription = Ref.of("swo", Kind.SUBSCRIPTION, line["subscription"]["id"])
    return ref, ref.child(Kind.AGREEMENT_LINE, line["id"]), subscription


async def test_changes_terminations_and_configurations_are_made_on_an_agreement() -> None:
    async with desk() as one:
        agreement, line, subscription = refs(await active(one))
        change = ChangeDraft(agreement_id=agreement, lines=(LineChange(line_id=line, quantity=77),))
        order = one.order(made(await one.create({"change": change})))
        assert order["type"] == "Change"
        assert [(row["id"], row["quantity"]) for row in order["lines"]] == [(line.parts[-1], 77)]
        termination = TerminationDraft(agreement_id=agreement, subscription_ids=(subscription,))
        order = one.order(made(await one.create({"termination": termination})))
        assert order["type"] == "Termination"
        assert {row["quantity"] for row in order["lines"]} == {0}
        switch = SubscriptionChange(subscription_id=subscription, auto_renew=False)
        configuration = ConfigurationDraft(agreement_id=agreement, subscriptions=(switch,))
        order = one.order(made(await one.create({"configuration": configuration})))
        assert order["type"] == "Configuration"
        assert [(row["id"], row["autoRenew"]) for row in order["subscriptions"]] == [(subscription.parts[0], False)]
        assert one.calls() == {"POST orders": 3}


async def test_an_order_placed_at_once_may_wait_for_the_customer_and_shows_why() -> None:
    async with desk() as one:
        bad = parameters(companyName="Brightwater", adminEmail="it@brightwater.example", region="eu-west")
        written = await one.purchase(placement=Placement.PROCESSING, ordering_parameters=bad)
        assert written.state is WriteState.DONE
        order = (await one.bench.read(ORDER, made(written)))[made(written)]
        assert order.status is OrderStatus.ACTION_REQUIRED
        assert [one.external_id for one in order.details.ordering_parameters if one.error] == ["tenantDomain"]


async def state_of(one: Desk, reference: str | None, key: str = "k") -> tuple[Written, int]:
    """One write under a key, and how many orders it left behind."""
    before = one.count()
    return await one.purchase(key=key, external_id=reference), one.count() - before


@references
@pytest.mark.parametrize("fault", ["lost", "truncate", "late"])
@pytest.mark.slow
async def test_an_order_whose_answer_was_lost_is_found_and_not_made_again(fault: str, reference: str | None) -> None:
    limits = Limits(timeout_seconds=1.0, max_retries=0) if fault == "late" else None
    async with desk(limits=limits) as one:
        one.bench.fault(fault, seconds=1.5, **NEW)
        written, made_now = await state_of(one, reference)
        assert (written.state, made_now) == (WriteState.DONE, 1)
        assert list(one.bench.emulator.state["orders"])[-1] == made(written).parts[0]
        assert one.calls()["POST orders"] == 1
        assert (await one.purchase(key="k", external_id=reference)).replayed
        assert one.calls() == {}


@references
@pytest.mark.parametrize(
    "fault",
    [{"kind": "drop"}, {"kind": "error", "status": 500}, {"kind": "error", "status": 503}, {"kind": "html"}],
    ids=lambda fault: " ".join(map(str, fault.values())),
)
async def test_what_cannot_be_known_is_unknown_and_never_tried_again(
    fault: dict[str, Any], reference: str | None
) -> None:
    async with desk() as one:
        one.bench.fault(**fault, **NEW)
        written, made_now = await state_of(one, reference)
        assert (written.state, made_now) == (WriteState.UNKNOWN, 0)
        assert written.searched is not None
        assert written.searched.endswith(".")
        assert "failed" not in written.searched
        for _ in range(3):
            written, made_now = await state_of(one, reference)
            assert (written.state, written.outcome.candidates, made_now) == (WriteState.UNKNOWN, (), 0)
        assert one.calls()["POST orders"] == 1


@references
async def test_an_order_made_after_the_search_is_found_by_the_repeat(reference: str | None) -> None:
    async with desk() as one:
        one.bench.fault("delayed_commit", seconds=0.1, **NEW)
        written, made_now = await state_of(one, reference)
        assert (written.state, made_now) == (WriteState.UNKNOWN, 0)
        await asyncio.gather(*one.bench.desk.later)
        again, made_now = await state_of(one, reference)
        assert (again.state, again.replayed, made_now) == (WriteState.DONE, True, 0)
        assert list(one.bench.emulator.state["orders"])[-1] == made(again).parts[0]
        assert one.calls()["POST orders"] == 1


async def test_an_order_made_a_little_later_is_found_in_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "PAUSES", (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2))
    async with desk(seconds=20) as one:
        one.bench.fault("delayed_commit", seconds=0.2, **NEW)
        written, made_now = await state_of(one, None)
        assert (written.state, made_now) == (WriteState.DONE, 1)
        counted = one.calls()
        assert counted["POST orders"] == 1
        assert counted["GET orders"] > 1


@pytest.mark.parametrize(
    ("fault", "error"), [("throttle", Throttled), ("unauthorized", VendorDenied)], ids=["throttled", "denied"]
)
async def test_a_certain_no_frees_the_key(fault: str, error: type[Exception]) -> None:
    async with desk() as one:
        one.bench.fault(fault, **NEW)
        with pytest.raises(error):
            await one.purchase(key="k")
        written, made_now = await state_of(one, None)
        assert (written.state, written.replayed, made_now) == (WriteState.DONE, False, 1)


async def test_a_vendor_that_cannot_be_asked_before_is_not_sent_anything() -> None:
    async with desk() as one:
        one.bench.fault("error", status=503, **SEARCH)
        with pytest.raises(VendorUnavailable):
            await one.purchase(key="k", external_id="PO-1")
        assert one.calls() == {"GET orders": 1}
        written, made_now = await state_of(one, "PO-1")
        assert (written.state, made_now) == (WriteState.DONE, 1)


async def test_a_search_that_fails_says_so_and_the_repeat_searches_again() -> None:
    async with desk() as one:
        one.bench.fault("lost", **NEW)
        one.bench.fault("error", status=500, **SEARCH)
        written, made_now = await state_of(one, None)
        assert (written.state, made_now) == (WriteState.UNKNOWN, 1)
        assert written.searched is not None
        assert written.searched.endswith("the search failed.")
        again, made_now = await state_of(one, None)
        assert (again.state, made_now) == (WriteState.DONE, 0)


@references
async def test_an_older_platform_with_longer_ids_is_searched_as_well(reference: str | None) -> None:
    async with desk() as one:
        one.bench.emulator.settings.legacy_style = True
        one.bench.fault("lost", **NEW)
        written, made_now = await state_of(one, reference)
        assert (written.state, made_now) == (WriteState.DONE, 1)
        number = made(written).parts[0]
        assert number.count("-") == 4
        assert (await one.update(made(written), notes="found")).state is WriteState.DONE
        assert (await one.submit(made(written))).state is WriteState.DONE
        order = list(one.bench.emulator.state["orders"].values())[-1]
        assert (order["notes"], order["status"]) == ("found", "Processing")
        assert number.startswith(order["id"])


# --- one customer number, several keys


async def test_one_customer_number_and_two_keys_are_two_orders() -> None:
    async with desk() as one:
        first, _ = await state_of(one, "PO-1", "a")
        second, _ = await state_of(one, "PO-1", "b")
        assert made(first) != made(second)
        assert {one.order(made(w))["externalIds"]["client"] for w in (first, second)} == {"PO-1"}


async def test_one_customer_number_and_two_lost_answers_are_two_orders() -> None:
    async with desk() as one:
        one.bench.fault("lost", times=2, **NEW)
        first, _ = await state_of(one, "PO-1", "a")
        second, _ = await state_of(one, "PO-1", "b")
        assert made(first) != made(second)
        assert one.calls()["POST orders"] == 2


async def unknown(one: Desk, key: str, fault: str) -> None:
    """A write whose answer is lost, or which never arrives, and which cannot be looked for yet."""
    one.bench.fault(fault, **NEW)
    one.bench.fault("error", status=500, skip=1, **SEARCH)
    written, _ = await state_of(one, "PO-1", key)
    assert written.state is WriteState.UNKNOWN
    one.bench.desk.clear()


async def test_two_lost_answers_are_told_apart_once_both_are_seen_to_have_landed() -> None:
    async with desk() as one:
        await unknown(one, "a", "lost")
        await unknown(one, "b", "lost")
        first, _ = await state_of(one, "PO-1", "a")
        second, _ = await state_of(one, "PO-1", "b")
        assert first.state is second.state is WriteState.DONE
        assert made(first) != made(second)
        assert one.calls()["POST orders"] == 2


async def test_one_order_that_may_be_either_keys_is_named_to_both_and_taken_by_none() -> None:
    async with desk() as one:
        await unknown(one, "a", "drop")
        await unknown(one, "b", "lost")
        for key in ("a", "b", "a"):
            written, made_now = await state_of(one, "PO-1", key)
            assert (written.state, made_now) == (WriteState.UNKNOWN, 0)
            (candidate,) = written.outcome.candidates
            assert one.order(candidate)["externalIds"]["client"] == "PO-1"
        assert one.calls()["POST orders"] == 2


async def test_an_order_that_was_answered_is_no_candidate_for_another_key() -> None:
    async with desk() as one:
        await unknown(one, "a", "drop")
        answered, _ = await state_of(one, "PO-1", "b")
        assert answered.state is WriteState.DONE
        written, _ = await state_of(one, "PO-1", "a")
        assert (written.state, written.outcome.candidates) == (WriteState.UNKNOWN, ())


async def test_two_at_the_same_moment_leave_it_open_until_both_are_over() -> None:
    async with desk() as one:
        one.bench.fault("lost", times=2, **NEW)
        before = one.count()
        await asyncio.gather(*(one.purchase(key=key, external_id="PO-1") for key in "ab"))
        first, _ = await state_of(one, "PO-1", "a")
        second, _ = await state_of(one, "PO-1", "b")
        assert made(first) != made(second)
        assert one.count() == before + 2
        assert one.calls()["POST orders"] == 2


async def test_an_order_that_was_there_before_is_none_of_ours_however_alike() -> None:
    async with desk() as one:
        made_elsewhere, _ = await state_of(one, "PO-1", "elsewhere")
        async with desk() as stranger:  # another gateway, which knows nothing of that key
            stranger.bench.adapter = one.bench.adapter
            one.bench.fault("drop", **NEW)
            written = await stranger.purchase(key="k", external_id="PO-1")
        assert (written.state, written.outcome.candidates) == (WriteState.UNKNOWN, ())
        assert made_elsewhere.state is WriteState.DONE


async def test_another_order_under_the_same_number_is_not_taken_for_it() -> None:
    async with desk() as one:
        one.bench.fault("drop", **NEW)
        written, _ = await state_of(one, "PO-1", "a")
        assert written.state is WriteState.UNKNOWN
        item = one.items(one.draft().product_id)[1]["id"]
        await one.purchase(key="b", external_id="PO-1", lines=(NewLineDraft(item_id=item, quantity=1),))
        written, _ = await state_of(one, "PO-1", "a")
        assert (written.state, written.outcome.candidates) == (WriteState.UNKNOWN, ())


# --- after a crash


async def test_a_run_that_died_after_the_answer_is_finished_without_a_call() -> None:
    async with desk() as one:
        made_before, _ = await state_of(one, None, "other")
        one.calls()
        draft = OrderDraft(purchase=one.draft())
        command = CreatePurchaseOrder(vendor=draft, chosen="softwareone")
        entry = Entry(Place("ann", "k"), "swo", CREATE_PURCHASE_ORDER.name, repr(command))
        held = await one.ledger.begin(entry)
        assert isinstance(held, Held)
        await one.ledger.note(held, {"step": "created", "ref": made(made_before).encode()})
        one.ledger.clock = lambda: time.time() + 60  # its lease has run out
        written = (await one.run(CREATE_PURCHASE_ORDER, command, "k")).written
        assert (written.state, made(written), written.replayed) == (WriteState.DONE, made(made_before), True)
        assert one.calls() == {}


async def test_an_order_is_told_although_its_record_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as one:
        note, notes = one.ledger.note, []

        async def failing(held: Held, memo: Mapping[str, Any]) -> None:
            notes.append(memo["step"])
            if memo["step"] == "created":
                raise StoreUnavailable("full")
            await note(held, memo)

        monkeypatch.setattr(type(one.ledger), "note", lambda self, held, memo: failing(held, memo))
        written, made_now = await state_of(one, None)
        assert (written.state, made_now, notes) == (WriteState.DONE, 1, ["create", "created"])
        again, made_now = await state_of(one, None)
        assert (made(again), made_now) == (made(written), 0)


# --- refusals


async def test_a_broken_rule_costs_no_call_and_leaves_the_key_free() -> None:
    async with desk() as one:
        written = await one.purchase(key="k", licensee_id="")
        assert [(error.code, error.field) for error in written.user_errors] == [
            (UserErrorCode.REQUIRED, ("vendor", "softwareone", "purchase", "licenseeId"))
        ]
        assert one.calls() == {}
        assert (await one.purchase(key="k")).state is WriteState.DONE


REFUSED: list[tuple[dict[str, Any], str, str | None]] = [
    ({"licensee_id": "LCE-0"}, "Licensee does not exist in the client account.", "licenseeId"),
    ({"product_id": "PRD-0"}, "Product does not exist.", "productId"),
    ({"listing_id": "LST-0"}, "No listing fits product, licensee and authorization.", "listingId"),
    (
        {"lines": (NewLineDraft(item_id="ITM-0", quantity=1),)},
        "Item does not exist in the product of this order.",
        "lines.0.itemId",
    ),
    ({"external_id": "x" * 256}, "External ID is too long", "externalId"),
    (
        {"ordering_parameters": parameters(companyName="x", adminEmail="nobody")},
        "The value of 'Administrator e-mail' is not a valid Email.",
        "orderingParameters.1",
    ),
    ({"ordering_parameters": parameters(shoeSize=1)}, "Parameter 'shoeSize' does not exist.", "orderingParameters.0"),
]


@pytest.mark.parametrize(("changes", "message", "path"), REFUSED, ids=lambda one: str(one)[:30])
async def test_the_vendors_refusal_is_told_at_its_place_and_is_final(
    changes: dict[str, Any], message: str, path: str
) -> None:
    async with desk() as one:
        before = one.count()
        for replayed in (False, True):
            written = await one.purchase(key="k", **changes)
            (error,) = written.user_errors
            assert (error.code, error.message) == (UserErrorCode.VENDOR_REFUSED, message)
            assert error.field == ("vendor", "softwareone", "purchase", *path.split("."))
            assert (error.vendor_code or "").startswith("MPTCOM03-")
            assert written.replayed is replayed
        assert one.calls()["POST orders"] == 1
        assert one.count() == before


@pytest.mark.parametrize("actor", ["vendor", "operations"])
async def test_only_a_client_orders(actor: Any) -> None:
    async with desk(actor) as one:
        written = await one.purchase()
        (error,) = written.user_errors
        assert error.code is UserErrorCode.UNSUPPORTED
        assert "client" in error.message
        assert one.calls() == {}
