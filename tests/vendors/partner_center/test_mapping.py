"""The mapping: words, the odd forms that the vendor is known for, and that junk never does worse than GatewayError."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, VendorBadAnswer
from gateway.model.agreement import SubscriptionStatus
from gateway.model.cart import CartStatus
from gateway.model.order import DocumentState, Order, OrderStatus, OrderType
from gateway.model.values import BillingCycle
from gateway.vendors.partner_center import (
    mapping,
    mapping_carts,
    mapping_commerce,
    mapping_customers,
    mapping_subscriptions,
)
from gateway.vendors.partner_center.details import LineTransaction, OrderDetails
from gateway.vendors.reading import Row
from tests.vendors.partner_center import samples
from tests.vendors.partner_center.samples import ACCOUNT, CUSTOMER, NOW, payload


def order(**changes: Any) -> Order:
    body = payload(samples.ORDER) | changes
    return mapping.order(Row({k: v for k, v in body.items() if v is not None}, "order"), ACCOUNT, CUSTOMER)


def typed(*words: str | None, own: str | None = "UserPurchase") -> OrderType:
    lines = [{"lineItemNumber": n, "offerId": "x", "transactionType": word} for n, word in enumerate(words)]
    return order(lineItems=lines, transactionType=own).type


@pytest.mark.parametrize(
    ("word", "status", "documents"),
    [
        ("unknown", OrderStatus.UNKNOWN, DocumentState.UNKNOWN),
        (None, OrderStatus.UNKNOWN, DocumentState.UNKNOWN),
        ("", OrderStatus.UNKNOWN, DocumentState.UNKNOWN),
        ("a word of next year", OrderStatus.UNKNOWN, DocumentState.UNKNOWN),
        ("pending", OrderStatus.PROCESSING, DocumentState.NOT_WAITING),
        ("Completed", OrderStatus.COMPLETED, DocumentState.NOT_WAITING),
        ("cancelled", OrderStatus.CANCELLED, DocumentState.NOT_WAITING),
        ("suspended", OrderStatus.SUSPENDED, DocumentState.NOT_WAITING),
        ("PendingReview", OrderStatus.IN_REVIEW, DocumentState.POSSIBLE),
        ("pending_po_upload", OrderStatus.ACTION_REQUIRED, DocumentState.REQUIRED),
        ("PoUploadComplete", OrderStatus.IN_REVIEW, DocumentState.SUBMITTED),
        ("po_review_rejected", OrderStatus.REJECTED, DocumentState.REJECTED),
        ("partial_success", OrderStatus.PARTIALLY_COMPLETED, DocumentState.NOT_WAITING),
        ("error", OrderStatus.FAILED, DocumentState.NOT_WAITING),
    ],
)
def test_order_statuses_go_by_the_table(word: str | None, status: OrderStatus, documents: DocumentState) -> None:
    found = order(status=word)
    assert (found.status, found.vendor_status) == (status, word or None)
    assert found.documents is not None
    assert found.documents.state is documents
    assert found.documents.accepts_tender is (documents is DocumentState.REQUIRED)


def test_an_orders_type_is_what_its_lines_do() -> None:
    assert typed("New", "new") is OrderType.PURCHASE
    assert typed("renew") is OrderType.RENEWAL
    assert typed("addQuantity", "RemoveQuantity", "convert") is OrderType.CHANGE
    assert typed("cancel") is OrderType.TERMINATION
    assert typed("customerCredit") is OrderType.CREDIT_MEMO
    assert typed("new", "renew") is OrderType.OTHER
    assert typed("something else") is OrderType.OTHER
    assert typed(None) is typed() is OrderType.PURCHASE
    assert typed(None, "renew") is OrderType.RENEWAL
    assert typed(own="SystemPurchase") is typed(own=None) is OrderType.OTHER
    assert typed("renew", own="SystemPurchase") is OrderType.RENEWAL
    assert typed("new", own="SystemBilling") is OrderType.OTHER


def test_a_legacy_order_that_lacks_nearly_everything_is_an_order() -> None:
    body = {
        "id": "0B6F3B2C-AAAA-4BBB-8CCC-9DDD0EEE1FFF",
        "lineItems": [{"lineItemNumber": 0, "offerId": "MS-AZR-0145P"}],
    }
    found = mapping.order(Row(body, "order"), ACCOUNT, CUSTOMER.upper())
    assert found.ref.parts == (CUSTOMER, "0b6f3b2c-aaaa-4bbb-8ccc-9ddd0eee1fff")
    assert found.number == "0B6F3B2C-AAAA-4BBB-8CCC-9DDD0EEE1FFF"
    assert found.number_scope == CUSTOMER
    assert found.status is OrderStatus.UNKNOWN
    assert (found.subscriptions, found.audit) == ((), ())
    assert {found.created_at, found.currency, found.total, found.agreement, found.assets} == {None}
    line = found.lines[0]
    assert {line.unit_price, line.total, line.billing_cycle, line.subscription} == {None}
    assert isinstance(found.details, OrderDetails)
    assert found.details.client is None
    assert found.details.links == ()


def test_key_case_does_not_matter() -> None:
    def upper(value: Any) -> Any:
        if isinstance(value, dict):
            return {key[:1].upper() + key[1:]: upper(one) for key, one in value.items()}
        return [upper(one) for one in value] if isinstance(value, list) else value

    plain_, odd = payload(samples.ORDER), upper(payload(samples.ORDER))
    plain_["links"] = odd["Links"] = {}
    for body, line in ((plain_, plain_["lineItems"][0]), (odd, odd["LineItems"][0])):
        assert body
        for key in list(line):
            if key.lower() in ("links", "provisioningcontext"):
                del line[key]
    assert mapping.order(Row(odd, "o"), ACCOUNT, CUSTOMER) == mapping.order(Row(plain_, "o"), ACCOUNT, CUSTOMER)


def test_another_customers_order_is_not_taken_for_this_ones() -> None:
    with pytest.raises(VendorBadAnswer, match="another customer"):
        order(referenceCustomerId="00000000-0000-4000-8000-000000000000")


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": ""},
        {"lineItems": [{"offerId": "x"}]},
        {"lineItems": [{"lineItemNumber": "one", "offerId": "x"}]},
        {"lineItems": [{"lineItemNumber": 1}]},
    ],
)
def test_an_order_without_its_number_or_its_lines_numbers_is_unreadable(changes: dict[str, Any]) -> None:
    with pytest.raises(VendorBadAnswer):
        order(**changes)


def test_one_bad_row_never_hides_the_others() -> None:
    rows = [{"id": "1"}, {"status": "no id"}, "junk", None, {"id": "2"}]
    found = mapping_commerce.readable(
        {"totalCount": 99, "items": rows}, "order list", lambda row: mapping.order(row, ACCOUNT, CUSTOMER).number
    )
    assert found == ("1", "2")
    assert mapping_commerce.items({"totalCount": 0}, "list") == []
    no_lists: list[Any] = [None, [], "x", {}, {"items": {}}, {"totalCount": 3}]
    for junk in no_lists:
        with pytest.raises(VendorBadAnswer):
            mapping_commerce.items(junk, "list")


def test_only_links_within_the_api_are_kept() -> None:
    uris = (
        "/v1/customers",
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "customers",
        "/a\nb",
        None,
        3,
    )
    body = {"links": {f"rel{n}": {"uri": uri} for n, uri in enumerate(uris)} | {"odd": "x"}}
    assert [link.uri for link in mapping_commerce.links(Row(body, "order"))] == ["/v1/customers"]


@pytest.mark.parametrize(
    ("word", "cycle"),
    [
        ("monthly", BillingCycle.MONTHLY),
        ("Annual", BillingCycle.ANNUAL),
        ("biennial", BillingCycle.BIENNIAL),
        ("OneTime", BillingCycle.ONE_TIME),
        ("one_time", BillingCycle.ONE_TIME),
        ("none", BillingCycle.NONE),
        ("unknown", BillingCycle.UNKNOWN),
        ("weekly", BillingCycle.UNKNOWN),
    ],
)
def test_billing_cycles_in_any_spelling(word: str, cycle: BillingCycle) -> None:
    assert mapping_commerce.billing_cycle(Row({"billingCycle": word}, "order")) == (cycle, word)
    assert mapping_commerce.billing_cycle(Row({"billingCycle": ""}, "order")) == (None, None)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("none", SubscriptionStatus.UNKNOWN),
        ("active", SubscriptionStatus.ACTIVE),
        ("pending", SubscriptionStatus.PENDING),
        ("Suspended", SubscriptionStatus.SUSPENDED),
        ("expired", SubscriptionStatus.EXPIRED),
        ("disabled", SubscriptionStatus.DISABLED),
        ("deleted", SubscriptionStatus.TERMINATED),
    ],
)
def test_subscription_statuses_go_by_the_table(word: str, status: SubscriptionStatus) -> None:
    found = mapping_subscriptions.subscription(Row({"id": "1", "status": word}, "subscription"), ACCOUNT, CUSTOMER)
    assert (found.status, found.vendor_status) == (status, word)


def test_the_end_of_a_commitment() -> None:
    def end(**dates: str) -> tuple[datetime | None, bool | None]:
        found = mapping_subscriptions.subscription(Row({"id": "1", **dates}, "subscription"), ACCOUNT, CUSTOMER)
        return found.commitment_ends_at, found.open_ended

    assert end(commitmentEndDate="9999-12-14T00:00:00Z") == (None, True)
    assert end(commitmentEndDate="2027-01-01T00:00:00Z") == (datetime(2027, 1, 1, tzinfo=UTC), False)
    assert end(commitmentEndDate="2027-01-01", commitmentEndDateTime="0001-01-01T00:00:00") == (
        datetime(2027, 1, 1, tzinfo=UTC),
        False,
    )
    assert end() == end(commitmentEndDate="soon") == (None, None)


def test_a_cart_is_ready_while_active_and_without_a_faulty_line() -> None:
    def cart(**changes: Any) -> tuple[CartStatus, bool]:
        body = payload(samples.CART)
        del body["lineItems"][0]["error"]
        found = mapping_carts.cart(body | changes, ACCOUNT, CUSTOMER, NOW)
        return found.status, found.ready_for_checkout

    assert cart() == (CartStatus.ACTIVE, True)
    assert cart(expirationTimestamp=None) == (CartStatus.ACTIVE, True)
    assert cart(expirationTimestamp=(NOW - timedelta(seconds=1)).isoformat()) == (CartStatus.EXPIRED, False)
    assert cart(status="ordered") == (CartStatus.ORDERED, False)
    assert cart(status=None) == (CartStatus.UNKNOWN, False)
    addon = {"id": 1, "catalogItemId": "b", "error": {"errorCode": 999999}}
    assert cart(lineItems=[{"id": 0, "catalogItemId": "a", "addonItems": [addon]}]) == (CartStatus.ACTIVE, False)


def test_add_ons_have_a_bottom() -> None:
    line: dict[str, Any] = {"id": 0, "catalogItemId": "a"}
    for _ in range(500):
        line = {"id": 0, "catalogItemId": "a", "addonItems": [line]}
    with pytest.raises(VendorBadAnswer):
        mapping_carts.cart({"id": "1", "lineItems": [line]}, ACCOUNT, CUSTOMER, NOW)


def test_an_agreements_id_outlives_its_spelling() -> None:
    body = payload(samples.AGREEMENT)
    other = {**body, "templateId": body["templateId"].lower(), "primaryContact": {"email": "ADA@EXAMPLE.COM"}}
    later = {**body, "dateAgreed": "2026-01-15T00:00:01"}
    first, second, third = (
        mapping_customers.agreement(Row(one, "agreement"), ACCOUNT, CUSTOMER) for one in (body, other, later)
    )
    assert first.ref == second.ref != third.ref
    assert len(first.ref.parts[1]) == 32


def test_the_continuation_is_found_wherever_the_vendor_puts_it() -> None:
    assert mapping_customers.continuation(payload(samples.CUSTOMERS)) == "token+/="
    assert mapping_customers.continuation({"items": [], "continuationToken": "beside"}) == "beside"
    assert mapping_customers.continuation({"items": [], "links": {"self": {}}}) is None
    assert mapping_customers.continuation(None) is None


@pytest.mark.parametrize("token", ["über", "a\r\nX-More: b", "t" * 20_000])
def test_a_continuation_that_cannot_be_sent_back_is_a_bad_answer(token: str) -> None:
    with pytest.raises(VendorBadAnswer):
        mapping_customers.continuation({"items": [], "continuationToken": token})


def test_line_words_beyond_the_table_are_kept() -> None:
    found = order(lineItems=[{"lineItemNumber": 0, "offerId": "x", "transactionType": "swap"}])
    details: Any = found.lines[0].details
    assert (details.transaction_type, details.vendor_transaction_type) == (LineTransaction.UNKNOWN, "swap")


MAPPERS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "order": (samples.ORDER, lambda body: mapping.order(Row(body, "order"), ACCOUNT, CUSTOMER)),
    "provisioning": (samples.PROVISIONING, mapping.provisioning),
    "attachments": (samples.ATTACHMENTS, lambda body: mapping.attachments(body, samples.sample().order.ref)),
    "agreement": (
        samples.AGREEMENT,
        lambda body: mapping_customers.agreement(Row(body, "agreement"), ACCOUNT, CUSTOMER),
    ),
    "direct signing": ('{"isSigned": true}', mapping_customers.direct_signed),
    "customer": (samples.CUSTOMERS, lambda body: mapping_customers.customer(Row(body, "customer"))),
    "continuation": (samples.CUSTOMERS, mapping_customers.continuation),
    "cart": (samples.CART, lambda body: mapping_carts.cart(body, ACCOUNT, CUSTOMER, NOW)),
    "subscription": (
        samples.SUBSCRIPTION,
        lambda body: mapping_subscriptions.subscription(Row(body, "subscription"), ACCOUNT, CUSTOMER),
    ),
}
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["", "0001-01-01T00:00:00", "9999-12-31T23:59:59Z", "2023-05-18TT00:00:00Z", "P1Y", "pending"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a payload with one of its keys or indices."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, child in children for place in ((value, key), *places(child))]


@pytest.mark.parametrize("name", MAPPERS)
@given(data=st.data())
def test_junk_in_any_place_raises_nothing_but_gateway_errors(name: str, data: st.DataObject) -> None:
    text, mapper = MAPPERS[name]
    body = copy.deepcopy(payload(text))
    for _ in range(data.draw(st.integers(1, 4))):
        spots = places(body)
        if not spots:
            break
        container, key = data.draw(st.sampled_from(range(len(spots))).map(spots.__getitem__))
        how = data.draw(st.sampled_from(["replace", "drop", "case"]))
        if how == "replace":
            container[key] = data.draw(JUNK)
        elif how == "drop":
            del container[key]
        elif isinstance(container, dict):
            container[str(key).swapcase()] = container.pop(key)
    with contextlib.suppress(GatewayError):
        mapper(body)


@pytest.mark.parametrize("name", MAPPERS)
@given(body=JUNK)
def test_what_is_no_payload_at_all_raises_nothing_but_gateway_errors(name: str, body: Any) -> None:
    with contextlib.suppress(GatewayError):
        MAPPERS[name][1](body)
