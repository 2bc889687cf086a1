"""An order as the platform's older papers show it, field by field: links, four-group ids, fractions, no currency."""

from __future__ import annotations

from decimal import Decimal

from gateway.model.order import OrderStatus, OrderType
from gateway.model.values import (
    BillingPeriod,
    ExternalReference,
    Money,
    Notice,
    OrderedItem,
    PeriodPrice,
    PriceKind,
)
from gateway.upstream.body import parsed
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import mapping
from gateway.vendors.softwareone.details import Margins, OrderDetails
from tests.vendors.softwareone.fields import ORIGIN

PAPER = b"""{
  "id": "ORD-1001-2002-3003-4004",
  "href": "/commerce/orders/ORD-1001-2002-3003-4004",
  "type": "Purchase",
  "status": "Processing",
  "notes": "For the warehouse",
  "statusNotes": {"id": "ERR-9", "message": "The vendor is slow today"},
  "error": {"id": "E9", "message": "Items do not go together"},
  "agreement": {"id": "AGR-5005-6006-7007-8008", "href": "/commerce/agreements/AGR-5005-6006-7007-8008",
    "name": "Cloud desk", "icon": null},
  "authorization": {"id": "AUT-11-22", "href": "/authorization/AUT-11-22", "name": "Desk programme"},
  "listing": {"id": "LST-33-44"},
  "template": {"id": "TPL-55-66", "href": "/products/product/PRD-1/templates/TPL-55-66", "name": "In progress"},
  "assignee": {"id": "USR-77-88", "name": "Ida Brandt", "icon": "/static/users/USR-77-88.svg"},
  "lines": [
    {"id": "ALI-5005-6006-7007-0001", "item": {"id": "ITM-1-2-3-21", "name": "Desk seat"}, "quantity": 10,
      "price": {}, "subscription": {"id": "SUB-1234-1234-1234"}},
    {"id": "ALI-5005-6006-7007-0002", "item": {"id": "ITM-1-2-3-31", "name": "Desk phone"}, "quantity": 1}
  ],
  "subscriptions": [{"id": "SUB-1234-1234-1234"}, {"id": "SUB-1-2-3-4"}],
  "parameters": {
    "fulfillment": [{"id": "PRM-1", "name": "Tenant", "externalId": "tenant_id", "value": "69b7-ce76"}],
    "ordering": [{"id": "PRM-2", "name": "Partner", "externalId": "partnerId",
      "constraints": {"readonly": false, "hidden": false, "required": true},
      "value": "123456", "error": {"id": "E2", "message": "Nobody knows this partner"}}]
  },
  "price": {"PPxY": 150, "PPxM": 12.50, "SPxY": 165, "SPxM": 13.75, "markup": 0.10, "margin": 0.11,
    "defaultMarkup": 0.15},
  "externalIDs": {"client": "abc-9", "operations": "SO-9"},
  "audit": {"created": {"at": "...", "by": {}}, "updated": {"at": "...", "by": {}},
    "activated": {"at": "2023-05-04T03:02:01Z", "by": {}}, "terminated": {"at": "...", "by": {}}}
}"""


def test_every_field_of_an_older_order_is_read() -> None:
    order = mapping.order(Row(parsed(PAPER), "order"), ORIGIN)
    assert order.number == "ORD-1001-2002-3003-4004"
    assert order.vendor_url == "https://portal.test/commerce/orders/ORD-1001-2002-3003-4004"
    assert (order.type, order.status, order.notes) == (OrderType.PURCHASE, OrderStatus.PROCESSING, "For the warehouse")
    assert order.status_reason == Notice("ERR-9", "The vendor is slow today")
    assert order.error == Notice("E9", "Items do not go together")
    assert order.agreement is not None
    assert (order.agreement.number, order.agreement.name) == ("AGR-5005-6006-7007-8008", "Cloud desk")
    assert order.external_references == (ExternalReference("client", "abc-9"), ExternalReference("operations", "SO-9"))
    assert [event.event for event in order.audit or ()] == ["created", "updated", "activated", "terminated"]
    assert [event.by for event in order.audit or ()] == [None] * 4
    assert order.created_at is None
    assert order.subscriptions is not None
    assert [one.number for one in order.subscriptions] == ["SUB-1234-1234-1234", "SUB-1-2-3-4"]


def test_prices_without_a_currency_have_none_and_fractions_stay_fractions() -> None:
    order = mapping.order(Row(parsed(PAPER), "order"), ORIGIN)
    assert order.currency is None
    assert order.recurring_totals == (
        PeriodPrice(BillingPeriod.MONTH, PriceKind.SELLING, Money(Decimal("13.75"), None)),
        PeriodPrice(BillingPeriod.YEAR, PriceKind.SELLING, Money(Decimal(165), None)),
        PeriodPrice(BillingPeriod.MONTH, PriceKind.PURCHASE, Money(Decimal("12.50"), None)),
        PeriodPrice(BillingPeriod.YEAR, PriceKind.PURCHASE, Money(Decimal(150), None)),
    )
    assert isinstance(order.details, OrderDetails)
    assert order.details.margins == Margins(Decimal("0.10"), Decimal("0.11"), Decimal("0.15"), None, None, None)


def test_an_older_orders_details_lines_and_parameters_are_read() -> None:
    order = mapping.order(Row(parsed(PAPER), "order"), ORIGIN)
    details = order.details
    assert isinstance(details, OrderDetails)
    assert details.href == "/commerce/orders/ORD-1001-2002-3003-4004"
    assert details.revision is None
    assert details.authorization is not None
    assert details.authorization.href == "/authorization/AUT-11-22"
    assert details.listing is not None
    assert (details.listing.key, details.listing.name) == ("LST-33-44", None)
    assert details.template is not None
    assert details.template.href == "/products/product/PRD-1/templates/TPL-55-66"
    assert details.assignee is not None
    assert (details.assignee.name, details.assignee.icon) == ("Ida Brandt", "/static/users/USR-77-88.svg")
    first, second = order.lines
    assert first.item == OrderedItem("ITM-1-2-3-21", None, "Desk seat")
    assert (first.quantity, second.quantity) == (10, 1)
    assert first.subscription is not None
    assert first.subscription.known == frozenset({"number", "agreement"})
    assert second.subscription is None
    (tenant,) = details.fulfillment_parameters
    assert (tenant.key, tenant.name, tenant.external_id, tenant.value) == ("PRM-1", "Tenant", "tenant_id", "69b7-ce76")
    (partner,) = details.ordering_parameters
    assert (partner.readonly, partner.hidden, partner.required) == (False, False, True)
    assert partner.error == Notice("E2", "Nobody knows this partner")
