"""Orders cancelled at the emulator: by the order, by lines, by subscriptions, and never further than asked for."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from gateway.errors import GatewayError, Throttled, VendorDenied
from gateway.model.agreement import SubscriptionStatus
from gateway.model.ref import Kind, Ref
from gateway.model.writing import UserErrorCode, WriteState, Written
from gateway.sandbox.partner_center.records import Order
from gateway.vendors.base import ORDER, SUBSCRIPTION, OrderFilter
from gateway.vendors.commands import CancelOrder, Remark
from gateway.vendors.partner_center import arrival
from gateway.vendors.writes import CANCEL_ORDER
from tests.sandbox.test_partner_center_tokens import BACKUP, LEGACY, PHONE, PREMIUM, RESERVED, SERVER
from tests.vendors.partner_center.clerk import Clerk, becomes, clerk
from tests.vendors.partner_center.office import ROOT

READ = "GET /v1/customers/*/orders/*"
PATCH = "PATCH /v1/customers/*/orders/*"
READ_ONE = "GET /v1/customers/*/subscriptions/*"
END = "PATCH /v1/customers/*/subscriptions/*"
CAL = "DG7GMGF0D515:0001:DG7GMGF0D6M8"
AZURE = "DZH318Z0BPS6:0001:DZH318Z0BMXP"
SHARED = {"scope": "shared", "subscriptionId": "5f0c1a52-8d3e-4b7a-9c61-2e7d4f90ab13"}
LINUX = "DG7GMGF0D609:0003:DG7GMGF0D7HN"
ORDERS, SUBSCRIPTIONS = r"/orders/[^/]+$", r"/subscriptions/[^/]+$"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrival, "WAITS", (0.02, 0.04, 0.08))


async def placed(one: Clerk, *offers: str, cycle: str = "monthly", quantity: int = 4, done: bool = True) -> Order:
    """An order that a German customer has just placed past the gateway, completed unless it should not be `done`."""
    emulator = one.office.emulator
    emulator.settings.provisioning_seconds = 0 if done else 3600
    known = emulator.credentials(ROOT)
    form = {"grant_type": "client_credentials", "client_id": known["client_id"]}
    form |= {"client_secret": known["client_secret"], "resource": "https://api.partnercenter.microsoft.com"}
    customer = next(c for c in emulator.world.customers.values() if c.country == "DE")
    term = {"monthly": "P1Y", "annual": "P1Y"}.get(cycle)
    more = {"termDuration": term} if term else {"provisioningContext": SHARED} if RESERVED in offers else {}
    lines = [{"lineItemNumber": n, "offerId": offer, "quantity": quantity, **more} for n, offer in enumerate(offers)]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=emulator.app), base_url=ROOT) as http:
        token = (await http.post(f"/{known['tenant_id']}/oauth2/token", data=form)).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        path = f"/v1/customers/{customer.id}/orders"
        answer = await http.post(path, json={"billingCycle": cycle, "lineItems": lines})
        assert answer.status_code == 201, answer.text
        await http.get(f"{path}/{answer.json()['id']}")
    order = customer.orders[answer.json()["id"].lower()]
    assert order.status == ("completed" if done else "pending")
    return order


async def cancel(one: Clerk, order: Order, *lines: int, key: str = "k", **more: Any) -> Written:
    return await one.run(CANCEL_ORDER, command(one, order, *lines, **more), key)


def command(one: Clerk, order: Order, *lines: int, **more: Any) -> CancelOrder:
    ref = one.ref(order)
    named = tuple(ref.child(Kind.LINE, str(number)) for number in lines) or None
    return CancelOrder(**{"order_id": ref, "line_ids": named, **more})


def states(order: Order) -> list[str]:
    own = [s for s in order.customer.subscriptions.values() if s.order is order]
    return [s.document["status"] for s in own]


def told(written: Written) -> list[tuple[UserErrorCode, tuple[str, ...] | None]]:
    return [(error.code, error.field) for error in written.user_errors]


@pytest.mark.parametrize(
    ("offer", "cycle"), [(SERVER, "one_time"), (LINUX, "annual"), (RESERVED, "one_time"), (LEGACY, "monthly")]
)
async def test_what_goes_by_the_order_is_cancelled_in_one_call_without_consent(offer: str, cycle: str) -> None:
    async with clerk() as one:
        order = await placed(one, offer, cycle=cycle)
        written = await cancel(one, order)
        assert (written.state, written.user_errors) == (WriteState.DONE, ())
        assert written.outcome.refs == {"order": (one.ref(order),), "subscriptions": ()}
        assert one.calls() == {READ: 1, READ_ONE: 1, PATCH: 1}
        assert order.status == "cancelled"


async def test_single_lines_are_cancelled_by_the_order_and_the_others_stay() -> None:
    async with clerk() as one:
        order = await placed(one, SERVER, CAL, cycle="one_time")
        written = await cancel(one, order, 1)
        assert written.state is WriteState.DONE
        assert (order.status, [line.quantity for line in order.lines]) == ("completed", [4, 0])
        again = await cancel(one, order, 1, key="other")
        assert again.state is WriteState.DONE
        assert one.calls()[PATCH] == 1
        assert (await cancel(one, order, 0, 1, key="third")).state is WriteState.DONE
        assert (order.status, [line.quantity for line in order.lines]) == ("cancelled", [0, 0])


async def test_an_order_that_is_cancelled_already_is_what_was_wanted() -> None:
    async with clerk() as one:
        order = one.order(status="cancelled", legacy=False)
        written = await cancel(one, order)
        assert (written.state, written.replayed) == (WriteState.DONE, False)
        assert one.calls() == {READ: 1}


@pytest.mark.parametrize(("offer", "cycle"), [(PREMIUM, "monthly"), (BACKUP, "monthly"), (AZURE, "none")])
async def test_what_goes_by_subscriptions_takes_consent_that_names_them(offer: str, cycle: str) -> None:
    async with clerk() as one:
        order = await placed(one, offer, cycle=cycle)
        written = await cancel(one, order)
        assert written.state is WriteState.REFUSED
        assert told(written) == [(UserErrorCode.CONSENT_REQUIRED, ("allowSubscriptionCancellation",))]
        assert f"{order.lines[0].item.title} (4)" in written.user_errors[0].message
        assert one.calls() == {READ: 1, READ_ONE: 1}
        assert states(order) == ["active"]
        # The key is free: nothing was sent.
        allowed = await cancel(one, order, allow_subscription_cancellation=True)
        assert (allowed.state, allowed.user_errors) == (WriteState.DONE, ())
        assert states(order) == ["deleted"]
        (ref,) = allowed.outcome.refs["subscriptions"]
        assert ref.parts[1] == order.lines[0].subscription_id
        assert [(p.read, p.key) for p in one.primed] == [(SUBSCRIPTION, ref)]
        primed: Any = one.primed[0].value
        assert primed.status is SubscriptionStatus.TERMINATED
        assert one.calls() == {READ: 2, READ_ONE: 2, END: 1}


async def test_a_subscription_is_sent_back_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    async with clerk() as one:
        order = await placed(one, PREMIUM)
        subscription = order.customer.subscriptions[str(order.lines[0].subscription_id)]
        subscription.document |= {"inventedByTheVendor": {"a": [1.50, None, 10**30]}, "friendlyName": "Front office"}
        read = dict(subscription.document)
        bodies: list[dict[str, Any]] = []
        inner = one.office.emulator.app

        async def noting(scope: Any, receive: Any, send: Any) -> None:
            async def reading() -> Any:
                message = await receive()
                if scope["method"] == "PATCH" and message.get("body"):
                    bodies.append(json.loads(message["body"]))
                return message

            await inner(scope, reading, send)

        monkeypatch.setattr(one.office.emulator, "app", noting)
        await cancel(one, order, allow_subscription_cancellation=True)
        attributes = {"attributes": {"objectType": "Subscription"}}
        assert bodies == [{**read, **attributes, "status": "deleted"}]


async def test_only_the_subscriptions_of_the_named_lines_end() -> None:
    async with clerk() as one:
        order = await placed(one, PREMIUM, PHONE)
        written = await cancel(one, order, 1, allow_subscription_cancellation=True)
        assert written.state is WriteState.DONE
        assert states(order) == ["active", "deleted"]
        rest = await cancel(one, order, key="other", allow_subscription_cancellation=True)
        assert [ref.parts[1] for ref in rest.outcome.refs["subscriptions"]] == [order.lines[0].subscription_id]
        assert (states(order), order.status) == (["deleted", "deleted"], "cancelled")


async def test_an_order_whose_subscriptions_ended_already_takes_no_further_call() -> None:
    async with clerk() as one:
        order = await placed(one, PREMIUM, PHONE)
        await cancel(one, order, 1, allow_subscription_cancellation=True)
        one.office.forget_calls()
        written = await cancel(one, order, 1, key="other")
        assert (written.state, written.outcome.refs["subscriptions"]) == (WriteState.DONE, ())
        assert one.calls() == {READ: 1, READ_ONE: 1}


async def changed_quantity(one: Clerk, order: Order) -> None:
    ended(order)["quantity"] = 6


async def window_over(one: Clerk, order: Order) -> None:
    one.office.clock.now += timedelta(days=8)


async def window_unknown(one: Clerk, order: Order) -> None:
    ended(order)["cancellationAllowedUntilDate"] = "0001-01-01T00:00:00"


async def nothing_refundable(one: Clerk, order: Order) -> None:
    ended(order)["refundableQuantity"] = {"totalQuantity": 3}


async def begun_elsewhere(one: Clerk, order: Order) -> None:
    ended(order)["orderId"] = "0123456789ab"


async def expired(one: Clerk, order: Order) -> None:
    ended(order)["status"] = "expired"


def ended(order: Order) -> dict[str, Any]:
    """The document of the second line's subscription."""
    subscription = order.customer.subscriptions[str(order.lines[1].subscription_id)]
    subscription.version += 1
    return subscription.document


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (changed_quantity, UserErrorCode.NOT_ALLOWED_HERE),
        (window_over, UserErrorCode.EXPIRED),
        (window_unknown, UserErrorCode.EXPIRED),
        (nothing_refundable, UserErrorCode.EXPIRED),
        (begun_elsewhere, UserErrorCode.NOT_ALLOWED_HERE),
        (expired, UserErrorCode.NOT_ALLOWED_HERE),
    ],
)
async def test_nothing_ends_where_one_of_them_would_be_more_than_the_line(change: Any, code: UserErrorCode) -> None:
    async with clerk() as one:
        order = await placed(one, PREMIUM, PHONE)
        await change(one, order)
        written = await cancel(one, order, 1, allow_subscription_cancellation=True)
        assert (written.state, told(written)) == (WriteState.REFUSED, [(code, ("lineIds", "0"))])
        whole = await cancel(one, order, key="whole", allow_subscription_cancellation=True)
        assert {field for _, field in told(whole)} == {("orderId",)}
        assert one.calls()[END] == one.calls()[PATCH] == 0
        assert states(order)[0] == "active"


async def test_a_line_without_a_subscription_yet_is_the_vendors_to_judge() -> None:
    async with clerk() as one:
        order = await placed(one, PREMIUM, done=False)
        written = await cancel(one, order, allow_subscription_cancellation=True)
        assert (written.state, told(written)) == (WriteState.REFUSED, [(UserErrorCode.VENDOR_REFUSED, ("orderId",))])
        assert written.user_errors[0].vendor_code == "800063"
        assert one.calls() == {READ: 1, PATCH: 1}


async def test_where_the_order_does_not_tell_the_vendor_does_and_the_subscriptions_follow() -> None:
    async with clerk() as one:
        order = await placed(one, PREMIUM)
        subscription = order.customer.subscriptions[str(order.lines[0].subscription_id)]
        subscription.document["productType"] = {"id": "SomethingNew", "displayName": "Something new"}
        written = await cancel(one, order, allow_subscription_cancellation=True)
        assert (written.state, written.user_errors) == (WriteState.DONE, ())
        assert one.calls() == {READ: 1, READ_ONE: 1, PATCH: 1, END: 1}
        assert states(order) == ["deleted"]


async def test_an_order_that_the_vendor_still_works_on_is_asked_again_under_another_id() -> None:
    async with clerk() as one:
        order = await placed(one, SERVER, cycle="one_time", done=False)
        task = asyncio.create_task(cancel(one, order))
        await becomes(lambda: any(call.status == 409 for call in one.office.calls))
        one.office.set(provisioning_seconds=0)
        assert (await task).state is WriteState.DONE
        assert order.status == "cancelled"
        assert len({call.request_id for call in one.office.calls if call.method == "PATCH"}) == 2


async def test_an_order_that_the_vendor_goes_on_working_on_is_refused_in_its_words() -> None:
    async with clerk() as one:
        order = await placed(one, SERVER, cycle="one_time", done=False)
        written = await cancel(one, order)
        assert (written.state, told(written)) == (WriteState.REFUSED, [(UserErrorCode.VENDOR_REFUSED, ("orderId",))])
        assert written.user_errors[0].vendor_code == "800014"
        assert (order.status, one.calls()[PATCH]) == ("pending", 4)


async def test_what_no_way_cancels_is_told_in_the_vendors_words() -> None:
    async with clerk() as one:
        one.office.set(tenant="production")
        order = await placed(one, RESERVED, cycle="one_time")
        written = await cancel(one, order, allow_subscription_cancellation=True)
        assert (written.state, told(written)) == (WriteState.REFUSED, [(UserErrorCode.VENDOR_REFUSED, ("orderId",))])
        assert written.user_errors[0].vendor_code == "800019"
        assert (order.status, states(order)) == ("completed", ["active"])


async def test_rules_are_told_without_a_call() -> None:
    async with clerk() as one:
        order = await placed(one, SERVER, cycle="one_time")
        one.office.forget_calls()
        stranger = Ref.of("pc-1", Kind.LINE, order.customer.id, "0123456789ab", "0")
        given = command(one, order, line_ids=(stranger,), reason=Remark(message="Too dear."))
        assert told(await one.run(CANCEL_ORDER, given)) == [
            (UserErrorCode.NOT_ALLOWED_HERE, ("reason",)),
            (UserErrorCode.NOT_FOUND, ("lineIds", "0")),
        ]
        assert told(await cancel(one, order, line_ids=())) == [(UserErrorCode.REQUIRED, ("lineIds",))]
        assert one.calls() == {}
        assert told(await cancel(one, order, 0, 7)) == [(UserErrorCode.NOT_FOUND, ("lineIds", "1"))]
        assert one.calls() == {READ: 1}
        unknown = Ref.of("pc-1", Kind.ORDER, order.customer.id, "0123456789ab")
        answer = await one.run(CANCEL_ORDER, CancelOrder(order_id=unknown))
        assert told(answer) == [(UserErrorCode.NOT_FOUND, ("orderId",))]
        assert order.status == "completed"


@pytest.mark.parametrize(
    ("kind", "asked"), [("lost", 1), ("truncate", 1), ("drop", 2), ("html", 2), ("error", 2), ("delayed_commit", 2)]
)
@pytest.mark.parametrize("offer", [SERVER, PREMIUM], ids=["by the order", "by subscriptions"])
async def test_a_lost_answer_is_looked_up_and_what_never_came_is_asked_again(offer: str, kind: str, asked: int) -> None:
    async with clerk() as one:
        order = await placed(one, offer, cycle="one_time" if offer == SERVER else "monthly")
        one.fault(kind, "PATCH", seconds=0.05 if kind == "delayed_commit" else 0)
        written = await cancel(one, order, allow_subscription_cancellation=True)
        await asyncio.sleep(0.1 if kind == "delayed_commit" else 0)
        assert (written.state, written.user_errors) == (WriteState.DONE, ())
        assert (order.status, states(order)) == ("cancelled", ["deleted"])
        patches = [call for call in one.office.calls if call.method == "PATCH"]
        assert len(patches) == asked
        assert len({call.request_id for call in patches}) == 1


@pytest.mark.parametrize(
    ("kind", "error"), [("throttle", Throttled), ("unauthorized", VendorDenied)], ids=["throttled", "denied"]
)
@pytest.mark.parametrize("offer", [SERVER, PREMIUM], ids=["by the order", "by subscriptions"])
async def test_what_surely_did_nothing_is_an_error_and_frees_the_key(
    offer: str, kind: str, error: type[GatewayError]
) -> None:
    async with clerk() as one:
        order = await placed(one, offer, cycle="one_time" if offer == SERVER else "monthly")
        fault = one.fault(kind, "PATCH", times=None)
        with pytest.raises(error):
            await cancel(one, order, allow_subscription_cancellation=True)
        one.office.desk.faults.remove(fault)
        written = await cancel(one, order, allow_subscription_cancellation=True)
        assert (written.state, written.replayed) == (WriteState.DONE, False)


@pytest.mark.parametrize("kind", ["late", "latency"], ids=["after the vendor did it", "before the vendor did it"])
@pytest.mark.parametrize("offer", [SERVER, PREMIUM], ids=["by the order", "by subscriptions"])
async def test_a_run_that_was_killed_is_taken_up_by_the_next(offer: str, kind: str) -> None:
    async with clerk() as one:
        order = await placed(one, offer, cycle="one_time" if offer == SERVER else "monthly")
        given = command(one, order, allow_subscription_cancellation=True)
        fault = one.fault(kind, "PATCH", seconds=3600)
        await one.killed(
            CANCEL_ORDER, given, lambda: bool(fault.struck and (kind == "latency" or states(order) == ["deleted"]))
        )
        written = await one.run(CANCEL_ORDER, given)
        assert (written.state, written.replayed) == (WriteState.DONE, True)
        assert (order.status, states(order)) == ("cancelled", ["deleted"])
        ended = [ref.parts[1] for ref in written.outcome.refs["subscriptions"]]
        assert ended == ([] if offer == SERVER else [order.lines[0].subscription_id])
        assert sum(call.method == "PATCH" for call in one.office.calls) == (1 if kind == "late" else 2)


async def test_a_vendor_that_stays_down_leaves_it_open_and_the_next_request_goes_on() -> None:
    async with clerk() as one:
        order = await placed(one, PREMIUM)
        one.fault("lost", "PATCH")
        down = one.fault("error", "GET", path=SUBSCRIPTIONS, times=None, status=503, skip=1)
        written = await cancel(one, order, allow_subscription_cancellation=True)
        assert (written.state, written.searched) == (WriteState.UNKNOWN, "the order's subscriptions")
        assert [ref.parts[1] for ref in written.outcome.candidates] == [order.lines[0].subscription_id]
        one.office.desk.faults.remove(down)
        again = await cancel(one, order, allow_subscription_cancellation=True)
        assert (again.state, again.replayed) == (WriteState.DONE, True)
        assert one.calls()[END] == 1


async def test_a_slow_subscription_is_asked_until_it_shows() -> None:
    async with clerk() as one:
        order = await placed(one, PREMIUM)
        one.office.set(patch_subscription_status=202, provisioning_seconds=0)
        written = await cancel(one, order, allow_subscription_cancellation=True)
        assert written.state is WriteState.DONE
        assert one.calls() == {READ: 1, READ_ONE: 2, END: 1}


async def test_what_is_accepted_and_does_not_show_is_told_to_be_open_and_seen_later() -> None:
    async with clerk() as one:
        order = await placed(one, PREMIUM)
        one.office.set(patch_subscription_status=202, provisioning_seconds=60)
        written = await cancel(one, order, allow_subscription_cancellation=True)
        assert written.state is WriteState.UNKNOWN
        assert one.calls()[END] == 1
        one.office.clock.now += timedelta(days=8)  # the window closes, which says nothing of what was sent before
        busy = await cancel(one, order, allow_subscription_cancellation=True)
        assert busy.state is WriteState.UNKNOWN
        subscription = order.customer.subscriptions[str(order.lines[0].subscription_id)]
        assert subscription.coming is not None
        subscription.coming = (subscription.coming[0] - timedelta(minutes=2), subscription.coming[1])
        one.office.clock.now += timedelta(
            days=8
        )  # the window has closed meanwhile, which says nothing of what was sent
        done = await cancel(one, order, allow_subscription_cancellation=True)
        assert done.state is WriteState.DONE
        assert [ref.parts[1] for ref in done.outcome.refs["subscriptions"]] == [subscription.id]


async def test_what_was_sent_before_a_crash_is_followed_although_the_rest_can_no_longer_be_cancelled() -> None:
    async with clerk() as one:
        order = await placed(one, PREMIUM, PHONE)
        one.office.set(patch_subscription_status=202, provisioning_seconds=60)
        given = command(one, order, allow_subscription_cancellation=True)
        await one.killed(CANCEL_ORDER, given, lambda: one.calls()[END] == 1)
        await window_unknown(one, order)
        written = await one.run(CANCEL_ORDER, given)
        assert (written.state, told(written)) == (WriteState.UNKNOWN, [(UserErrorCode.EXPIRED, ("orderId",))])
        assert [ref.parts[1] for ref in written.outcome.candidates] == [order.lines[0].subscription_id]
        subscription = order.customer.subscriptions[str(order.lines[0].subscription_id)]
        assert subscription.coming is not None
        subscription.coming = (subscription.coming[0] - timedelta(minutes=2), subscription.coming[1])
        written = await one.run(CANCEL_ORDER, given)
        assert (written.state, told(written)) == (WriteState.PARTLY_DONE, [(UserErrorCode.EXPIRED, ("orderId",))])
        assert states(order) == ["deleted", "active"]


async def test_one_of_several_subscriptions_refused_is_partly_done() -> None:
    async with clerk() as one:
        order = await placed(one, PREMIUM, PHONE)
        second = order.customer.subscriptions[str(order.lines[1].subscription_id)]
        second.coming = (one.office.emulator.world.now() + timedelta(hours=1), second.document)
        written = await cancel(one, order, 0, 1, allow_subscription_cancellation=True)
        assert (written.state, told(written)) == (
            WriteState.PARTLY_DONE,
            [(UserErrorCode.VENDOR_REFUSED, ("lineIds", "1"))],
        )
        assert written.user_errors[0].vendor_code == "900278"
        assert states(order) == ["deleted", "active"]
        assert [ref.parts[1] for ref in written.outcome.refs["subscriptions"]] == [order.lines[0].subscription_id]


async def test_a_vendor_that_throttles_after_the_first_is_partly_done() -> None:
    async with clerk() as one:
        order = await placed(one, PREMIUM, PHONE)
        one.fault("throttle", "PATCH", skip=1, times=None)
        written = await cancel(one, order, allow_subscription_cancellation=True)
        assert (written.state, told(written)) == (
            WriteState.PARTLY_DONE,
            [(UserErrorCode.VENDOR_REFUSED, ("orderId",))],
        )
        assert states(order) == ["deleted", "active"]


async def test_a_tag_of_a_legacy_order_is_sent_along_and_a_stale_one_refused() -> None:
    async with clerk() as one:
        order = await placed(one, LEGACY)
        one.fault("latency", "PATCH", path=ORDERS, seconds=0.1)
        task = asyncio.create_task(cancel(one, order))
        await becomes(lambda: any(call.method == "PATCH" for call in one.office.calls))
        order.changed()
        assert told(await task) == [(UserErrorCode.STALE, None)]
        assert (await cancel(one, order, key="again")).state is WriteState.DONE


async def test_the_order_and_the_lists_show_it_at_once() -> None:
    async with clerk() as one:
        order = await placed(one, SERVER, cycle="one_time")

        async def listed() -> str | None:
            step = await one.office.adapter.orders(OrderFilter(customer_keys=(order.customer.id,)), None, 500, True)
            return next(row.vendor_status for row in step.rows if row.number == order.id)

        assert await listed() == "completed"
        await cancel(one, order)
        assert await listed() == "cancelled"
        batch = one.office.adapter.reads.get(ORDER)
        assert batch is not None
        read: Any = (await batch([one.ref(order)]))[one.ref(order)]
        assert read.vendor_status == "cancelled"


async def test_the_vendors_noise_changes_nothing() -> None:
    async with clerk(noise=True) as one:
        for number, offer in enumerate((PREMIUM, SERVER, BACKUP, PHONE)):
            order = await placed(one, offer, cycle="one_time" if offer == SERVER else "monthly")
            written = await cancel(one, order, key=str(number), allow_subscription_cancellation=True)
            assert (written.state, written.user_errors) == (WriteState.DONE, ())
            assert states(order) == ["deleted"]
