"""Carts, checkouts, orders, files, agreements and subscriptions written to the Partner Center emulator."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.sandbox.test_partner_center_tokens import (
    ACCESS,
    BACKUP,
    CREDIT,
    FAILS,
    LEGACY,
    PHONE,
    PREMIUM,
    RESERVED,
    REVIEWED,
    SERVER,
    STALE,
    Partner,
    code,
    line,
)

pytestmark = pytest.mark.slow

SAVINGS = "DZH318Z08SVP:0003:DZH318Z09QWR"
SHARED = {"scope": "shared", "subscriptionId": "5f0c1a52-8d3e-4b7a-9c61-2e7d4f90ab13"}
COMMITTED = {"amount": 1.5, "currency": "EUR", "grain": "hourly"}
ONCE: dict[str, Any] = {"cycle": "one_time", "term": None}
PDF = b"%PDF-1.7 " + b"x" * 2000
METADATA = {"isPartofTender": False, "customerPrice": "156.87", "currency": "CAD", "fxRate": "1.2"}


async def test_a_cart_is_stored_enriched_and_expires_in_a_week() -> None:
    partner = await Partner().login("app")
    cart = await partner.cart(line(PREMIUM, 5), line(ACCESS, 2, **ONCE))
    first, second = cart["lineItems"]
    assert (first["id"], first["orderGroup"], first["currencyCode"]) == (0, "0", "EUR")
    assert first["pricing"]["extendedPrice"] == pytest.approx(20.6 * 5 * 12)
    assert (second["id"], second["orderGroup"], second["pricing"]["extendedPrice"]) == (1, "1", 318.0)
    assert cart["status"] == "Active"
    assert cart["attributes"] == {"objectType": "Cart"}
    path = partner.at(f"/carts/{cart['id']}")
    assert (await partner.http.get(path)).json() == cart
    partner.seconds += 7 * 86400
    await partner.login("app")
    assert code(await partner.http.get(path)) == (404, 800008)
    assert code(await partner.checkout(cart)) == (404, 800008)


async def test_keys_are_read_without_case_and_cycles_in_any_form() -> None:
    partner = await Partner().login("app")
    body = {"LineItems": [{"CatalogItemId": ACCESS, "Quantity": 1, "BillingCycle": given} for given in ("OneTime", 4)]}
    answer = (await partner.http.post(partner.at("/carts"), json=body)).json()
    assert [one["billingCycle"] for one in answer["lineItems"]] == ["one_time", "one_time"]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (line("CFQ7TT000001:0002:GONE"), 10001),
        (line("nonsense"), 10001),
        (line(PREMIUM, currencyCode="JPY"), 10000),
        (line(PREMIUM, term="P5Y"), 10013),
        (line(PREMIUM, 0), 10010),
        (line(PREMIUM, promotionId="made:up:promotion"), 10014),
        (line("CFQ7TT000008:0001:CFQ7TT00008A"), 10012),
        (line(SERVER, customTermEndDate="2026-01-31T00:00:00Z", **ONCE), 10016),
        (line(PREMIUM, customTermEndDate="2026-01-13T00:00:00Z"), 10017),
        (line(RESERVED, **ONCE), 10010),
        (line(RESERVED, provisioningContext={"scope": "shared"}, **ONCE), 10007),
        (line(PREMIUM, addonItems=[line(PREMIUM)]), 10010),
        (line(SAVINGS, 1, "one_time", "P3Y", provisioningContext=SHARED), 10010),
        (line(SAVINGS, 1, "one_time", "P3Y", provisioningContext=SHARED, purchaseCommitment={"amount": 1}), 10010),
        (line(SAVINGS, 1, "one_time", "P3Y", purchaseCommitment=COMMITTED), 10010),
    ],
)
async def test_a_faulty_line_is_told_in_the_line_and_stops_the_checkout(given: dict[str, Any], error: int) -> None:
    partner = await Partner().login("app")
    cart = await partner.cart(line(PREMIUM), given)
    faulty = cart["lineItems"][1]
    assert faulty["error"]["errorCode"] == error
    assert faulty["error"]["errorDescription"]
    assert "orderGroup" not in faulty
    assert code(await partner.checkout(cart)) == (400, 800009)


async def test_good_lines_with_options_have_no_error() -> None:
    partner = await Partner().login("app")
    subscription = {"subscriptionId": "5f0c1a52-8d3e-4b7a-9c61-2e7d4f90ab13", "scope": "single", "duration": "1Year"}
    cart = await partner.cart(
        line(PREMIUM, promotionId="39NFJQT1PL41:0002:39NFJQT1Q5KL", customTermEndDate="2026-01-31T00:00:00Z"),
        line(RESERVED, provisioningContext=subscription, **ONCE),
        line("CFQ7TT000008:0001:CFQ7TT00008A", attestationAccepted=True),
        line(SAVINGS, 1, "one_time", "P3Y", provisioningContext=SHARED, purchaseCommitment=COMMITTED),
    )
    assert not any("error" in one for one in cart["lineItems"])
    pricing = cart["lineItems"][0]["pricing"]
    assert pricing["discountedPrice"] == pytest.approx(pricing["listPrice"] * 0.85, abs=0.01)


async def test_a_maximum_counts_what_the_customer_has() -> None:
    partner = await Partner(provisioning_seconds=0).login("app")
    has = sum(
        one.document["quantity"]
        for one in partner.customer().subscriptions.values()
        if one.document["offerId"] == PHONE and one.document["status"] != "deleted"
    )
    cart = await partner.cart(line(PHONE, 299 - has))
    await partner.checkout(cart)
    await partner.http.get(partner.at("/orders"))
    cart = await partner.cart(line(PHONE, 5))
    error = cart["lineItems"][0]["error"]
    assert error["errorCode"] == 10015
    assert error["additionalInformation"] == {"availableQuantity": 1, "purchasedQuantity": 299}


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "null",
        "{}",
        '{"lineItems":[]}',
        '{"lineItems":[3]}',
        '{"lineItems":[{"catalogItemId":"x"}]}',
        '{"lineItems":[{"catalogItemId":"x","quantity":"2","billingCycle":"monthly"}]}',
        '{"lineItems":[{"catalogItemId":"x","quantity":2,"billingCycle":"weekly"}]}',
    ],
)
async def test_a_malformed_cart_is_refused(body: str) -> None:
    partner = await Partner().login("app")
    answer = await partner.http.post(partner.at("/carts"), content=body, headers={"Content-Type": "application/json"})
    assert code(answer) == (400, 800002)


async def test_resellers_have_to_be_known_and_may_need_an_attestation() -> None:
    partner = await Partner(attestation_required=True).login("app")

    async def create(reseller: str, **more: Any) -> httpx.Response:
        given = line(PREMIUM, participants=[{"key": "transaction_reseller", "value": reseller}])
        return await partner.http.post(partner.at("/carts"), json={"lineItems": [given], **more})

    assert code(await create("1")) == (404, 800015)
    assert code(await create("5357000")) == (400, 900206)
    cart = (await create("5357000", partnerOnRecordAttestationAccepted=True)).json()
    made = (await partner.checkout(cart)).json()["orders"][0]
    assert made["lineItems"][0]["partnerIdOnRecord"] == "5357000"


async def test_put_replaces_the_cart_and_keeps_its_expiry() -> None:
    partner = await Partner().login("app")
    cart = await partner.cart(line(PREMIUM), line(PREMIUM, 3))
    path = partner.at(f"/carts/{cart['id']}")
    partner.seconds += 60
    changed = cart | {"lineItems": cart["lineItems"][:1], "expirationTimestamp": "0001-01-01T00:00:00"}
    changed["lineItems"][0]["quantity"] = 9
    answer = await partner.http.put(path, json=changed)
    assert answer.status_code == 200
    document = answer.json()
    assert [one["quantity"] for one in document["lineItems"]] == [9]
    assert document["expirationTimestamp"] == cart["expirationTimestamp"]
    assert document["lastModifiedTimestamp"] > cart["lastModifiedTimestamp"]
    partner.set(put_cart_status=201, cart_held=1)
    assert code(await partner.http.put(path, json=document)) == (409, 800064)
    assert (await partner.http.put(path, json=document)).status_code == 201
    assert code(await partner.http.put(path, json=document | {"id": "other"})) == (400, 2000)
    await partner.checkout(document)
    assert code(await partner.http.put(path, json=document)) == (400, 800065)
    partner.set(cart_expired=True)
    assert code(await partner.http.put(path, json=document)) == (404, 800008)


async def test_a_checkout_makes_an_order_per_group_and_repeats_its_answer() -> None:
    partner = await Partner().login("app")
    cart = await partner.cart(line(PREMIUM, 5), line(SERVER, **ONCE), line(PREMIUM, 1, "annual"))
    before = len(partner.emulator.orders())
    first = await partner.checkout(cart, content='"anything"')
    assert first.status_code == 201
    body = first.json()
    assert [one["billingCycle"] for one in body["orders"]] == ["monthly", "one_time", "annual"]
    assert "orderErrors" not in body
    assert body["attributes"] == {"objectType": "CartCheckoutResult"}
    order = body["orders"][0]
    assert order["status"] == "pending"
    assert order["totalPrice"] == order["lineItems"][0]["pricing"]["extendedPrice"]
    assert "subscriptionId" not in order["lineItems"][0]
    assert (await partner.http.get(partner.at(f"/carts/{cart['id']}"))).json()["status"] == "Ordered"
    partner.seconds += 60
    assert (await partner.checkout(cart)).json() == body
    assert len(partner.emulator.orders()) == before + 3
    partner.set(repeat_checkout="refuse")
    assert code(await partner.checkout(cart)) == (400, 800065)


async def test_a_partial_checkout_remembers_what_was_ordered_and_retries_the_rest() -> None:
    partner = await Partner().login("app")
    cart = await partner.cart(line(PREMIUM), line(CREDIT, 1, **ONCE))
    first = (await partner.checkout(cart)).json()
    assert len(first["orders"]) == 1
    assert [(one["orderGroupId"], one["code"]) for one in first["orderErrors"]] == [("1", 900121)]
    assert (await partner.http.get(partner.at(f"/carts/{cart['id']}"))).json()["status"] == "Active"
    assert (await partner.checkout(cart)).json() == first
    partner.set(credit_limited=False)
    second = (await partner.checkout(cart)).json()
    assert second["orders"][0] == first["orders"][0]
    assert len(second["orders"]) == 2
    assert "orderErrors" not in second
    assert (await partner.http.get(partner.at(f"/carts/{cart['id']}"))).json()["status"] == "Ordered"


async def test_a_checkout_can_be_refused_as_a_whole() -> None:
    partner = await Partner().login("app")
    stale = await partner.cart(line(PREMIUM), line(STALE))
    assert code(await partner.checkout(stale)) == (404, 400019)
    assert code(await partner.checkout(await partner.cart(line(PREMIUM), country="SE"), "SE")) == (403, 13605)
    assert code(await partner.checkout({"id": "nothing"})) == (404, 800008)
    assert (await partner.checkout(await partner.cart(line(PREMIUM), country="US"), "US")).status_code == 201


async def test_a_checkout_in_progress_has_done_its_work() -> None:
    partner = await Partner(checkout_in_progress=1, checkout_status=200).login("app")
    cart = await partner.cart(line(PREMIUM))
    before = len(partner.emulator.orders())
    assert code(await partner.checkout(cart)) == (409, 800060)
    assert len(partner.emulator.orders()) == before + 1
    again = await partner.checkout(cart)
    assert (again.status_code, len(again.json()["orders"])) == (200, 1)
    assert len(partner.emulator.orders()) == before + 1


async def test_a_checkout_may_answer_with_an_order_alone() -> None:
    partner = await Partner(checkout_bare=True).login("app")
    answer = await partner.checkout(await partner.cart(line(PREMIUM)))
    assert answer.status_code == 201
    assert answer.json()["lineItems"][0]["offerId"] == PREMIUM
    assert "orders" not in answer.json()


async def test_new_orders_complete_after_a_while_and_gain_subscriptions() -> None:
    partner = await Partner().login("user")
    made = (await partner.checkout(await partner.cart(line(PREMIUM, 4)))).json()["orders"][0]
    path = partner.at(f"/orders/{made['id']}")
    partner.seconds += 4
    assert (await partner.http.get(path)).json()["status"] == "pending"
    partner.seconds += 2
    done = (await partner.http.get(path)).json()
    assert done["status"] == "completed"
    subscription = done["lineItems"][0]["subscriptionId"]
    found = (await partner.http.get(partner.at(f"/subscriptions?order_id={made['id']}"))).json()["items"]
    assert [(one["id"], one["quantity"], one["status"]) for one in found] == [(subscription, 4, "active")]
    assert (await partner.http.get(f"{path}/provisioningstatus")).json()["items"][0]["status"] == "fulfilled"
    params = {"startDate": "2025-11-21", "size": "500"}
    records = (await partner.http.get("/v1/auditrecords", params=params)).json()["items"]
    assert [one["operationType"] for one in records] == ["create_order", "update_order"]


async def test_seeded_pending_orders_stay_pending() -> None:
    partner = await Partner().login("app")
    order = partner.order(status="pending")
    partner.seconds += 86400 * 0.01
    await partner.login("app")
    assert (await partner.http.get(partner.path(order))).json()["status"] == "pending"


async def test_lines_that_fail_make_an_order_fail_in_part_or_whole() -> None:
    partner = await Partner(provisioning_seconds=0).login("app")
    statuses = []
    for lines in ([line(PREMIUM), line(FAILS)], [line(FAILS)]):
        made = (await partner.checkout(await partner.cart(*lines))).json()["orders"][0]
        statuses.append((await partner.http.get(partner.at(f"/orders/{made['id']}"))).json()["status"])
    assert statuses == ["partial_success", "error"]


async def test_a_legacy_cart_with_addons_becomes_a_legacy_order() -> None:
    partner = await Partner().login("app")
    cart = await partner.cart(line(LEGACY, 3, addonItems=[line("796B6B5F-613C-4E24-A17C-EBA730D49C02", 1)]))
    parent = cart["lineItems"][0]
    assert parent["orderGroup"] == "OMS-0"
    assert parent["addonItems"][0]["id"] == 1
    assert "pricing" not in parent
    made = (await partner.checkout(cart)).json()["orders"][0]
    assert len(made["id"]) == 36
    assert made["attributes"]["etag"]
    assert len(made["lineItems"]) == 2


async def test_an_order_can_be_created_without_a_cart() -> None:
    partner = await Partner().login("app")
    plain = {"lineItemNumber": 0, "offerId": PREMIUM, "quantity": 2, "termDuration": "P1Y"}
    body = {"billingCycle": "monthly", "lineItems": [plain]}
    answer = await partner.http.post(partner.at("/orders"), json=body)
    assert (answer.status_code, answer.json()["status"]) == (201, "pending")

    async def refused(**changes: Any) -> tuple[int, int]:
        given = {"billingCycle": "monthly", "lineItems": [plain | changes]}
        return code(await partner.http.post(partner.at("/orders"), json=given))

    assert await refused(lineItemNumber=1) == (400, 800071)
    assert await refused(offerId="nonsense") == (400, 800004)
    assert await refused(offerId=PHONE, quantity=4000) == (400, 900275)
    assert await refused(termDuration="P9Y") == (400, 800002)
    assert await refused(quantity="2") == (400, 800002)
    assert await refused(partnerIdOnRecord="5357000") == (403, 900329)
    await partner.login("user")
    assert await refused(partnerIdOnRecord="1") == (404, 800015)
    once = {"lineItemNumber": 0, "offerId": CREDIT, "quantity": 1}
    limited = {"billingCycle": "OneTime", "lineItems": [once]}
    assert code(await partner.http.post(partner.at("/orders"), json=limited)) == (403, 900121)
    assert code(await partner.http.post(partner.at("/orders", "SE"), json=body)) == (403, 13605)


async def test_a_repeated_request_id_is_done_once() -> None:
    partner = await Partner().login("app")
    before = len(partner.emulator.orders())
    body = {"billingCycle": "one_time", "lineItems": [{"lineItemNumber": 0, "offerId": SERVER, "quantity": 1}]}
    headers = {"MS-RequestId": "6a0b6d52-3a3c-4e0a-8f0d-0d9a4c2f7e11"}
    first = await partner.http.post(partner.at("/orders"), json=body, headers=headers)
    again = await partner.http.post(partner.at("/orders"), json=body, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(partner.emulator.orders()) == before + 1
    other = body | {"lineItems": [{"lineItemNumber": 0, "offerId": SERVER, "quantity": 2}]}
    assert code(await partner.http.post(partner.at("/orders"), json=other, headers=headers)) == (409, 409)
    await partner.login("user")
    assert (await partner.http.post(partner.at("/orders"), json=body, headers=headers)).json() != first.json()
    await partner.login("app")
    partner.set(replay_window_seconds=10)
    partner.seconds += 11
    assert (await partner.http.post(partner.at("/orders"), json=other, headers=headers)).status_code == 201
    assert len(partner.emulator.orders()) == before + 3


async def test_business_errors_are_replayed_and_conflicts_are_not() -> None:
    partner = await Partner(cart_held=1).login("app")
    cart = await partner.cart(line(PREMIUM))
    headers = {"MS-RequestId": "one"}
    assert code(await partner.checkout(cart, headers=headers)) == (409, 800064)
    assert (await partner.checkout(cart, headers=headers)).status_code == 201
    limited = {"billingCycle": "one_time", "lineItems": [{"lineItemNumber": 0, "offerId": CREDIT, "quantity": 1}]}
    assert code(await partner.http.post(partner.at("/orders"), json=limited, headers=headers)) == (403, 900121)
    partner.set(credit_limited=False)
    assert code(await partner.http.post(partner.at("/orders"), json=limited, headers=headers)) == (403, 900121)


async def _completed(partner: Partner, *lines: dict[str, Any]) -> str:
    made = (await partner.checkout(await partner.cart(*lines))).json()["orders"][0]
    partner.seconds += 6
    return partner.at(f"/orders/{made['id']}")


async def test_cancelling_lines_sets_their_quantity_to_zero() -> None:
    partner = await Partner().login("app")
    path = await _completed(partner, line(SERVER, **ONCE), line("DG7GMGF0D515:0001:DG7GMGF0D6M8", **ONCE))
    order = (await partner.http.get(path)).json()

    def body(*numbers: int) -> dict[str, Any]:
        named = [{"lineItemNumber": n, "offerId": order["lineItems"][n]["offerId"]} for n in numbers]
        return {"Id": order["id"], "Status": "Cancelled", "LineItems": named}

    first = (await partner.http.patch(path, json=body(0))).json()
    assert (first["status"], [one["quantity"] for one in first["lineItems"]]) == ("completed", [0, 2])
    assert code(await partner.http.patch(path, json=body(0))) == (400, 800061)
    second = (await partner.http.patch(path, json=body(1))).json()
    assert (second["status"], [one["quantity"] for one in second["lineItems"]]) == ("cancelled", [0, 0])
    subscriptions = (await partner.http.get(partner.at(f"/subscriptions?order_id={order['id']}"))).json()["items"]
    assert {one["status"] for one in subscriptions} == {"deleted"}


async def test_cancelling_a_whole_order_keeps_quantities_and_loses_links() -> None:
    partner = await Partner().login("app")
    path = await _completed(partner, line(SERVER, 3, **ONCE))
    answer = (await partner.http.patch(path, json={"status": "cancelled"})).json()
    assert (answer["status"], answer["lineItems"][0]["quantity"], "links" in answer) == ("cancelled", 3, False)
    assert code(await partner.http.patch(path, json={"status": "cancelled"})) == (400, 800061)


@pytest.mark.parametrize(
    ("given", "tenant", "expected"),
    [
        (line(PREMIUM), "sandbox", (400, 800063)),
        (line(BACKUP), "sandbox", (403, 800077)),
        (line("DZH318Z0BPS6:0001:DZH318Z0BMXP", 1, "none", None), "sandbox", (400, 800063)),
        (
            line(
                RESERVED,
                provisioningContext={"scope": "shared", "subscriptionId": "5f0c1a52-8d3e-4b7a-9c61-2e7d4f90ab13"},
                **ONCE,
            ),
            "production",
            (403, 800019),
        ),
    ],
)
async def test_products_that_cannot_be_cancelled_by_the_order(
    given: dict[str, Any], tenant: str, expected: tuple[int, int]
) -> None:
    partner = await Partner(tenant=tenant).login("app")
    path = await _completed(partner, given)
    assert code(await partner.http.patch(path, json={"status": "cancelled"})) == expected


async def test_other_order_changes_are_refused() -> None:
    partner = await Partner().login("app")
    path = await _completed(partner, line(SERVER, **ONCE))
    wrong = {"status": "cancelled", "lineItems": [{"lineItemNumber": 0, "offerId": PREMIUM}]}
    assert code(await partner.http.patch(path, json=wrong)) == (400, 2000)
    assert code(await partner.http.patch(path, json=wrong | {"lineItems": [{"lineItemNumber": 4}]})) == (400, 800071)
    assert code(await partner.http.patch(path, json={"status": "completed"})) == (400, 2006)
    assert code(await partner.http.patch(path, json={"id": "other", "status": "cancelled"})) == (400, 2000)
    made = (await partner.checkout(await partner.cart(line(SERVER, **ONCE)))).json()["orders"][0]
    young = partner.at(f"/orders/{made['id']}")
    assert code(await partner.http.patch(young, json={"status": "cancelled"})) == (409, 800014)
    partner.seconds += 61 * 86400
    await partner.login("app")
    assert code(await partner.http.patch(path, json={"status": "cancelled"})) == (400, 900117)


async def test_legacy_orders_change_cycle_and_take_addons_under_their_etag() -> None:
    partner = await Partner().login("app")
    path = await _completed(partner, line(LEGACY, 3))
    order = (await partner.http.get(path)).json()
    etag = order["attributes"]["etag"]
    change = {"referenceCustomerId": order["referenceCustomerId"], "billingCycle": "annual"}
    stale = base64.b64encode(json.dumps({"id": order["id"], "version": 99}).encode()).decode()
    assert code(await partner.http.patch(path, json=change, headers={"If-Match": f'"{stale}"'})) == (400, 2055)
    answer = (await partner.http.patch(path, json=change, headers={"If-Match": f'"{etag}"'})).json()
    assert answer["billingCycle"] == "Annual"
    assert answer["attributes"]["etag"] != etag
    assert code(await partner.http.patch(path, json={"billingCycle": "monthly"})) == (400, 3000)
    addon = {
        "lineItemNumber": 1,
        "offerId": "796B6B5F-613C-4E24-A17C-EBA730D49C02",
        "quantity": 1,
        "parentSubscriptionId": answer["lineItems"][0]["subscriptionId"],
    }
    body = {"referenceCustomerId": order["referenceCustomerId"], "billingCycle": "annual", "lineItems": [addon]}
    added = (await partner.http.patch(path, json=body)).json()
    assert [one.get("parentSubscriptionId") for one in added["lineItems"]] == [None, addon["parentSubscriptionId"]]
    unknown = body | {"lineItems": [addon | {"lineItemNumber": 2, "parentSubscriptionId": "nothing"}]}
    assert code(await partner.http.patch(path, json=unknown)) == (404, 20003)


async def _waiting(partner: Partner) -> str:
    made = (await partner.checkout(await partner.cart(line(ACCESS, **ONCE)))).json()["orders"][0]
    assert made["status"] == "pending_po_upload"
    return partner.at(f"/orders/{made['id']}")


async def _upload(
    partner: Partner, path: str, *files: tuple[str, Any], metadata: Any = METADATA, **more: Any
) -> httpx.Response:
    text = metadata if isinstance(metadata, str) else json.dumps(metadata)
    parts = [("metadata", (None, text, "application/json")), *files]
    return await partner.http.post(f"{path}/attachment", files=parts, **more)


PO = ("POFiles", ("PO_Part1.pdf", PDF, "application/pdf"))


async def test_an_upload_moves_the_order_on_and_the_file_comes_back() -> None:
    partner = await Partner().login("app")
    path = await _waiting(partner)
    tender = ("Tender", ("Ausschreibung Süd.pdf", b"short", "application/pdf"))
    answer = await _upload(partner, path, ("pofiles", PO[1]), tender, metadata=METADATA | {"isPartofTender": True})
    assert answer.status_code == 201
    body = answer.json()
    assert [(one["fileName"], one["sizeInKB"], one["attachmentType"]) for one in body["items"]] == [
        ("PO_Part1.pdf", 2, "POAttachment"),
        ("Ausschreibung Süd.pdf", 1, "TenderAttachment"),
    ]
    assert (await partner.http.get(path)).json()["status"] == "po_upload_complete"
    assert (await partner.http.get(f"{path}/attachments")).json() == body
    file = await partner.http.get(f"{path}/attachment/{body['items'][0]['attachmentId']}")
    assert (file.content, file.headers["Content-Type"]) == (PDF, "application/pdf")
    assert code(await _upload(partner, path, PO)) == (400, 800042)


@pytest.mark.parametrize(
    ("files", "metadata", "expected"),
    [
        ([], METADATA, 900252),
        ([PO], METADATA | {"isPartOfTender": "true"}, 900253),
        ([PO], {"customerPrice": "1"}, 900254),
        ([PO], {"currency": "EUR"}, 900254),
        ([PO], METADATA | {"customerPrice": "much"}, 900254),
        ([PO], METADATA | {"currency": "Euro"}, 900254),
        ([PO], "{broken", 900254),
        ([PO], "[]", 900254),
        ([PO, ("Secrets", ("x.txt", b"x", "text/plain"))], METADATA, 800002),
        ([PO] * 11, METADATA, 800002),
        ([PO] * 14, METADATA, 800002),
    ],
)
async def test_faulty_uploads_are_refused_and_leave_no_file(files: list[Any], metadata: Any, expected: int) -> None:
    partner = await Partner().login("app")
    path = await _waiting(partner)
    assert code(await _upload(partner, path, *files, metadata=metadata)) == (400, expected)
    assert (await partner.http.get(f"{path}/attachments")).json()["items"] == []
    assert (await partner.http.get(path)).json()["status"] == "pending_po_upload"


async def test_upload_limits_are_settings() -> None:
    partner = await Partner(attachment_max_bytes=100).login("app")
    path = await _waiting(partner)
    assert code(await _upload(partner, path, PO)) == (400, 800002)
    partner.set(attachment_max_bytes=10_000, attachment_types=["image/png"])
    assert code(await _upload(partner, path, PO)) == (400, 800002)
    partner.set(attachment_types=[], attachment_max_files=1)
    assert code(await _upload(partner, path, PO, PO)) == (400, 800002)
    partner.set(attachment_max_bytes=1)
    huge = ("POFiles", ("huge.pdf", b"x" * 1_200_000, "application/pdf"))
    assert code(await _upload(partner, path, huge)) == (400, 800002)
    plain = await partner.http.post(f"{path}/attachment", json=METADATA)
    assert plain.status_code == 400
    assert code(await _upload(partner, partner.at("/orders/nothing"))) == (404, 20000)


async def test_a_tender_may_be_a_link_and_a_replay_with_another_boundary_stores_nothing_twice() -> None:
    partner = await Partner().login("app")
    path = await _waiting(partner)
    metadata = METADATA | {"isPartofTender": True, "tenderLink": "https://files.example.com/t/42"}
    headers = {"MS-RequestId": "upload-1"}
    first = await _upload(partner, path, PO, metadata=metadata, headers=headers)
    again = await _upload(partner, path, PO, metadata=metadata, headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert len((await partner.http.get(f"{path}/attachments")).json()["items"]) == 1
    assert first.request.headers["Content-Type"] != again.request.headers["Content-Type"]


async def test_the_review_ends_as_the_setting_says() -> None:
    for verdict, steps in (("approve", ["po_upload_complete", "pending", "completed"]), ("reject", [None] * 3)):
        partner = await Partner(review_verdict=verdict).login("app")
        path = await _waiting(partner)
        await _upload(partner, path, PO)
        seen = []
        for wait in (0, 2, 5):
            partner.seconds += wait
            seen.append((await partner.http.get(path)).json()["status"])
        assert seen == (steps if verdict == "approve" else ["po_upload_complete"] + ["po_review_rejected"] * 2)


async def test_a_deal_review_may_ask_for_the_purchase_order() -> None:
    partner = await Partner().login("app")
    made = (await partner.checkout(await partner.cart(line(REVIEWED)))).json()["orders"][0]
    path = partner.at(f"/orders/{made['id']}")
    partner.seconds += 60
    assert (await partner.http.get(path)).json()["status"] == "pending_review"
    partner.set(deal_review_verdict="po")
    assert (await partner.http.get(path)).json()["status"] == "pending_po_upload"
    assert (await _upload(partner, path, PO)).status_code == 201


async def test_seeded_orders_take_uploads_and_are_reviewed() -> None:
    partner = await Partner(review_verdict="reject").login("app")
    path = partner.path(partner.order(status="pending_po_upload"))
    assert (await _upload(partner, path, PO)).status_code == 201
    partner.seconds += 2
    assert (await partner.http.get(path)).json()["status"] == "po_review_rejected"


async def test_confirming_the_agreement_opens_purchases() -> None:
    partner = await Partner().login("user")
    template = next(
        one for one in partner.emulator.world.templates if one["agreementType"] == "MicrosoftCustomerAgreement"
    )
    body = {
        "primaryContact": {"firstName": "Åsa", "lastName": "Holm", "email": "asa@fjallgarden.example.com"},
        "templateId": template["templateId"],
        "dateAgreed": "2025-11-20T00:00:00Z",
        "type": "MicrosoftCustomerAgreement",
    }
    path = partner.at("/agreements", "SE")
    answer = await partner.http.post(path, json=body)
    assert answer.status_code == 201
    assert answer.json()["userId"] == partner.emulator.tokens.apps[0].user_id
    assert answer.json()["dateAgreed"] == "2025-11-20T00:00:00"
    assert "agreementLink" not in answer.json()
    again = await partner.http.post(path, json=body)
    assert code(again) == (400, 600061)
    assert again.json()["isRetryable"] is False
    for missing in body:
        given = {name: value for name, value in body.items() if name != missing}
        assert code(await partner.http.post(path, json=given)) == (400, 3000), missing
    cart = await partner.cart(line(PREMIUM), country="SE")
    assert (await partner.checkout(cart, "SE")).status_code == 201


async def test_subscriptions_are_suspended_reactivated_and_deleted_and_the_order_follows() -> None:
    partner = await Partner().login("app")
    order_path = await _completed(partner, line(PREMIUM, 4))
    order = (await partner.http.get(order_path)).json()
    path = partner.at(f"/subscriptions/{order['lineItems'][0]['subscriptionId']}")
    document = (await partner.http.get(path)).json()
    seen = []
    for status in ("suspended", "active", "deleted"):
        answer = await partner.http.patch(path, json=document | {"status": status})
        seen.append((answer.json()["status"], (await partner.http.get(order_path)).json()["status"]))
    assert seen == [("suspended", "suspended"), ("active", "completed"), ("deleted", "cancelled")]
    assert code(await partner.http.patch(path, json=document | {"status": "active"})) == (400, 2006)


async def test_a_subscription_patch_takes_the_whole_resource() -> None:
    partner = await Partner().login("app")
    order = (await partner.http.get(await _completed(partner, line(PREMIUM, 4)))).json()
    path = partner.at(f"/subscriptions/{order['lineItems'][0]['subscriptionId']}")
    document = (await partner.http.get(path)).json()
    instructions = {"product": {"productId": "CFQ7TT000001", "skuId": "0001"}, "quantity": 3}
    changed = document | {"friendlyName": "Front office", "quantity": 6, "scheduledNextTermInstructions": instructions}
    answer = (await partner.http.patch(path, json=changed)).json()
    assert (answer["friendlyName"], answer["quantity"], answer["autoRenewEnabled"]) == ("Front office", 6, True)
    assert answer["scheduledNextTermInstructions"] == instructions
    short = {"id": document["id"], "quantity": 6, "status": "active"}
    reset = (await partner.http.patch(path, json=short)).json()
    assert reset["autoRenewEnabled"] is False
    assert "scheduledNextTermInstructions" not in reset
    for missing in short:
        given = {name: value for name, value in short.items() if name != missing}
        assert code(await partner.http.patch(path, json=given)) == (400, 3000), missing
    assert code(await partner.http.patch(path, json=short | {"quantity": 0})) == (400, 900275)
    partner.seconds += timedelta(days=8).total_seconds()
    await partner.login("app")
    assert code(await partner.http.patch(path, json=short | {"status": "deleted"})) == (400, 900213)
    assert code(await partner.http.patch(path, json=short | {"quantity": 5})) == (400, 900213)


async def test_a_slow_subscription_update_is_accepted_and_shows_later() -> None:
    partner = await Partner(patch_subscription_status=202).login("app")
    order = (await partner.http.get(await _completed(partner, line(PREMIUM, 4)))).json()
    path = partner.at(f"/subscriptions/{order['lineItems'][0]['subscriptionId']}")
    document = (await partner.http.get(path)).json() | {"status": "suspended"}
    answer = await partner.http.patch(path, json=document)
    assert (answer.status_code, answer.headers["Location"]) == (202, path)
    assert (await partner.http.get(path)).json()["status"] == "active"
    assert code(await partner.http.patch(path, json=document)) == (409, 900278)
    partner.seconds += 6
    assert (await partner.http.get(path)).json()["status"] == "suspended"


async def test_the_vendors_sandbox_limits_can_be_switched_on() -> None:
    partner = await Partner(sandbox_limits=True).login("app")
    cart = await partner.cart(line(PREMIUM, 26))
    assert cart["lineItems"][0]["error"]["errorCode"] == 10009
