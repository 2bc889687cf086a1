"""Sellercloud's detail of one purchase order: what its list row does not know.

Sources: the vendor's Swagger document and its page "Get single purchase order". The detail's own lines are in neither;
they are taken where they come, else the answer of `…/Items` stands in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.errors import VendorBadAnswer
from gateway.model.order import OrderDetail
from gateway.model.ref import Ref
from gateway.model.values import AuditEvent, Money, Party
from gateway.vendors.reading import Row
from gateway.vendors.sellercloud import mapping_words as words
from gateway.vendors.sellercloud.details import (
    SellercloudCustomColumn,
    SellercloudDetail,
    SellercloudDetailTotals,
    SellercloudLineDetail,
    SellercloudRelatedItem,
    SellercloudRelatedOrder,
)
from gateway.vendors.sellercloud.mapping import Home
from gateway.vendors.sellercloud.words import (
    SellercloudDataType,
    SellercloudDiscountType,
    SellercloudOrderType,
    SellercloudRelation,
)

EVENTS = (("created", "Created"), ("updated", "Updated"), ("approved", "Approved"), ("received", "Received"))


def lacks_lines(body: Any, ref: Ref) -> bool:
    """Whether a detail leaves the lines, or the unit of their quantities, to the call for its lines; also where its own
    cannot be read, for they are undocumented."""
    row = Row(body, "purchase order")
    return own_lines(row, ref) is None or row.row("Metadata").boolean("EnableCaseQty") is None


def own_lines(row: Row, ref: Ref) -> Mapping[str, Row] | None:
    """The detail's own lines; None where it has none, or none that can be read."""
    try:
        return lines_of(row, ref) if row.has("Items") else None
    except VendorBadAnswer:
        return None


def lines_of(row: Row, ref: Ref) -> Mapping[str, Row]:
    """The lines of the order by id; raises VendorBadAnswer where one has no id, or is another order's."""
    found = {}
    for line in row.every("Items"):
        key, order = line.identifier("ID"), line.identifier("PurchaseID", "POId")
        if key is None or str(order or ref.parts[0]) != ref.parts[0]:
            raise VendorBadAnswer("The vendor's purchase order has a line without an id, or another order's.")
        found[str(key)] = line
    return found


def detail_of(value: Any, lines: Any, ref: Ref, home: Home) -> OrderDetail:
    """`lines` is the answer of the call for the order's lines, None where it was not needed.

    Raises VendorBadAnswer where the answer is about another order, or none.
    """
    row = Row(value, "purchase order")
    purchase = row.row("Purchase")
    if str(purchase.identifier("POId")) != ref.parts[0]:
        raise VendorBadAnswer("The vendor's detail is not about the purchase order that was asked for.")
    currency, _ = words.currency(purchase, "CurrencyCode")
    return OrderDetail(
        notes=purchase.text("Instructions"),
        currency=currency,
        audit=audit_of(row.row("Changes"), home),
        details=details_of(row, Row(lines, "purchase order lines"), currency, ref, home),
    )


def details_of(row: Row, lines: Row, currency: str | None, ref: Ref, home: Home) -> SellercloudDetail:
    purchase, invoice, metadata = row.row("Purchase"), row.row("VendorAndInvoice"), row.row("Metadata")
    statuses, totals = row.row("Statuses"), row.row("TotalInfo")
    prices = Prices(currency, totals.boolean("HidePrices") is True)
    order_type, vendor_order_type = words.maybe_word(
        purchase, words.ORDER_TYPE, SellercloudOrderType.UNKNOWN, "OrderType"
    )
    cases = first(lines.boolean("PoCaseQtyEnabled"), metadata.boolean("EnableCaseQty"))
    held = own_lines(row, ref)
    workflow = "EnableVendorInvoicesWorkflow"
    return SellercloudDetail(
        case_qty_mode=cases,
        payment_term_id=invoice.identifier("PaymentTermID"),
        order_type=order_type,
        vendor_order_type=vendor_order_type,
        requested_on=purchase.moment("RequestedOn", zone=home.zone),
        cancel_by_date=purchase.moment("CancelByDate", zone=home.zone),
        expected_delivery_date_required=purchase.boolean("RequireExpectedDeliveryDate"),
        multiple_discounts_enabled=metadata.boolean("EnabledMultipleDiscounts"),
        warehouse_bins_enabled=purchase.boolean("IsWarehouseBinsEnabled"),
        vendor_currency=words.currency(purchase, "CurrencyCode")[1],
        currency_rate_to_usd=purchase.decimal("CurrencyRateToUSD"),
        currency_rate_from_usd=purchase.decimal("CurrencyRateFromUSD"),
        currency_digits=metadata.integer("PurchaseOrderCurrencyDigitsCount"),
        inventory_count=statuses.text("InventoryCount"),
        email_sent=statuses.text("EmailSent"),
        credit_memo_id=purchase.identifier("CreditMemoID"),
        related_fba_id=purchase.identifier("RelatedFbaId"),
        related_wfs_shipment_id=purchase.identifier("RelatedWfsShipmentId"),
        related_fba_planning_id=purchase.identifier("RelatedPOFBAPlanningId"),
        total_cbm=purchase.decimal("TotalCBM"),
        total_weight=purchase.text("TotalWeight"),
        phone_extension=purchase.row("ShipToAddress").text("PhoneNumberExt"),
        home_phone_extension=purchase.row("ShipToAddress").text("HomePhoneExt"),
        over_received=invoice.decimal("OverRecived"),
        fully_received_and_shipped=totals.boolean("IsFullyRecivedandshipped"),
        paid=prices.of(invoice, "TotalPaid"),
        invoiced_status=statuses.text("InvoicedStatus"),
        invoice_date=invoice.moment("InvoiceDate", zone=home.zone),
        invoice_line_count=invoice.text("InvoiceLineCount"),
        workflow_enabled=first(invoice.boolean(workflow), metadata.boolean(workflow)),
        multiple_invoices_enabled=invoice.boolean("EnableMultipleinvoicesforpurchaseorders"),
        totals=totals_of(totals, prices),
        related_orders=related_orders(row, home),
        related_items=related_items(row),
        custom_columns=custom_columns(row),
        lines={
            key: line_detail(line, prices, cases)
            for key, line in (lines_of(lines, ref) if held is None else held).items()
        },
    )


def first(*said: bool | None) -> bool | None:
    """What is said first of several places that may say it."""
    return next((value for value in said if value is not None), None)


class Prices:
    """Reads amounts in the order's currency; a login that may not see prices is sent zeros, which are none."""

    def __init__(self, currency: str | None, hidden: bool) -> None:
        self._currency = currency
        self._hidden = hidden

    def of(self, row: Row, *names: str) -> Money | None:
        value = None if self._hidden else row.decimal(*names)
        return None if value is None else Money(value, self._currency)


def totals_of(row: Row, prices: Prices) -> SellercloudDetailTotals:
    return SellercloudDetailTotals(
        sub_total=prices.of(row, "SubTotal"),
        multi_discount_total=prices.of(row, "MultiDiscountTotal"),
        shipping_total_third_party=prices.of(row, "ShippingTotalThirdParty"),
        drop_ship_fee_total=prices.of(row, "DropShipFeeTotal"),
        customs_total=prices.of(row, "CustomsTotal"),
        other_total=prices.of(row, "OtherTotal"),
        small_order_fee=prices.of(row, "SmallOrderFee"),
        credit_card_fee=prices.of(row, "CreditCardFee"),
        unreceived_total=prices.of(row, "UnreceivedTotal"),
        free_shipping=row.boolean("FreeShipping"),
        discount_total_fixed=row.boolean("DiscountTotalFixed"),
        prices_hidden=row.boolean("HidePrices"),
    )


def line_detail(row: Row, prices: Prices, cases: bool | None) -> SellercloudLineDetail:
    """A line of the detail, or of the call for its lines; the two spell the case fields differently."""
    discount_type, vendor_discount_type = words.maybe_word(
        row, words.DISCOUNT_TYPE, SellercloudDiscountType.UNKNOWN, "DiscountType"
    )
    by_case = cases is not False
    return SellercloudLineDetail(
        qty_on_hand=row.integer("QtyOnHand"),
        qty_in_container=row.integer("QtyInContainer"),
        pre_sell_quantity=row.integer("PreSellQuantity"),
        final_sub_total=prices.of(row, "FinalSubTotal"),
        multi_discount_total=prices.of(row, "MultiDiscountTotal"),
        extra_cost_per_unit=prices.of(row, "ExtraCostPerUnit"),
        extra_cost_po_based_per_unit=prices.of(row, "ExtraCostPOBasedPerUnit"),
        qty_cases_ordered=row.integer("QtyCasesOrdered", "TotalCases") if by_case else None,
        qty_units_per_case=row.integer("QtyUnitsPerCase", "QtyPerCase") if by_case else None,
        case_price=prices.of(row, "CasePrice", "PricePerCase", "CostPerCase") if by_case else None,
        discount_type=discount_type,
        vendor_discount_type=vendor_discount_type,
        discount_value=row.decimal("DiscountValue"),
        warehouse_id=row.identifier("DefaultWarehouseID", "WarehouseID"),
        kit=row.boolean("IsKit"),
    )


def audit_of(row: Row, home: Home) -> tuple[AuditEvent, ...]:
    """What happened to the order; what has no date has not happened."""
    events = []
    for event, word in EVENTS:
        at = row.moment(f"{word}On", zone=home.zone)
        if at is not None:
            events.append(AuditEvent(event, at, employee(row, word)))
    return tuple(events)


def employee(row: Row, word: str) -> Party | None:
    key, name = row.identifier(f"{word}ByEmployeeId"), row.filled(f"{word}By")
    if key is None and name is None:
        return None
    return Party(str(key or 0), name)  # 0 is the vendor's own system


def related_orders(row: Row, home: Home) -> tuple[SellercloudRelatedOrder, ...]:
    found = []
    for one in row.rows("RelatedPurchaseOrders"):
        number = one.identifier("RelatedPoID")
        relation, vendor_relation = words.word(one, words.RELATION, SellercloudRelation.UNKNOWN, "RelationshipType")
        if number is not None:
            found.append(
                SellercloudRelatedOrder(
                    ref=home.order(number),
                    number=str(number),
                    relation=relation,
                    vendor_relation=vendor_relation,
                    created_on=one.moment("CreatedOn", zone=home.zone),
                )
            )
    return tuple(found)


def related_items(row: Row) -> tuple[SellercloudRelatedItem, ...]:
    pairs = ((one.identifier("ID"), one.text("RecordType")) for one in row.rows("RelatedItems"))
    return tuple(SellercloudRelatedItem(key=str(key), record_type=kind) for key, kind in pairs if key is not None)


def custom_columns(row: Row) -> tuple[SellercloudCustomColumn, ...]:
    found = []
    for one in row.rows("CustomColumns"):
        name, key = one.filled("ColumnName"), one.identifier("ID")
        data_type, vendor_data_type = words.maybe_word(one, words.DATA_TYPE, SellercloudDataType.UNKNOWN, "DataType")
        if name is not None:
            found.append(
                SellercloudCustomColumn(
                    key=None if key is None else str(key),
                    name=name,
                    display_name=one.text("DisplayName"),
                    value=one.text("Value"),
                    data_type=data_type,
                    vendor_data_type=vendor_data_type,
                    required=one.boolean("IsRequired"),
                )
            )
    return tuple(found)
