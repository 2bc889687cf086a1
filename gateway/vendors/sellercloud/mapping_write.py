"""What is written to Sellercloud, as its JSON: what is not given is left out, which keeps it as it is.

Sources: the vendor's pages "Create new purchase order" and "Update purchase order" and their siblings. Amounts stay
Decimal; dates go out as the create page shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, TypeVar

from gateway.model.writing import ABSENT
from gateway.vendors.reading import Row
from gateway.vendors.sellercloud import mapping_words as words
from gateway.vendors.sellercloud.commands import (
    AddressDraft,
    CaseLineDraft,
    CustomColumnChange,
    InvoiceChange,
    LineDraft,
    LinePatch,
    OrderChange,
    PurchaseOrderDraft,
    ShipmentDraft,
    TotalsChange,
    TrackingChange,
)
from gateway.vendors.sellercloud.words import SellercloudCarrier, SellercloudPoType, SellercloudProgress

E = TypeVar("E", bound=Enum)

PO_TYPES: Final[Mapping[SellercloudPoType, str]] = {
    SellercloudPoType.PURCHASE_ORDER: "PurchaseOrder",
    SellercloudPoType.CREDIT_MEMO: "CreditMemo",
    SellercloudPoType.VENDOR_OFFER: "VendorOffer",
}
CARRIERS: Final[Mapping[SellercloudCarrier, str]] = {
    SellercloudCarrier.UPS: "UPS",
    SellercloudCarrier.USPS: "USPS",
    SellercloudCarrier.FEDEX: "FedEx",
    SellercloudCarrier.DHL: "DHL",
    SellercloudCarrier.OTHER: "Other",
}


def order_body(draft: PurchaseOrderDraft) -> dict[str, Any]:
    return given(
        CompanyID=draft.company_id,
        VendorID=draft.vendor_id,
        POType=PO_TYPES[draft.po_type],
        CaseQtyMode=draft.lines.mode == "cases",
        DefaultWarehouseID=draft.default_warehouse_id,
        Description=draft.description,
        VendorNote=draft.vendor_note,
        PaymentTermID=draft.payment_term_id,
        ExpectedDeliveryDate=draft.expected_delivery_date,
        Products=lines_body(draft.lines.lines),
        BillingAddress=address_body(draft.billing_address),
        ShippingAddress=address_body(draft.shipping_address),
    )


def lines_body(lines: Iterable[LineDraft]) -> list[dict[str, Any]]:
    return [{**amounts_body(line), **line_body(line)} for line in lines]


def amounts_body(line: LineDraft) -> dict[str, Any]:
    """The fields of the line's own quantity mode; those of the other one have to be left out."""
    if isinstance(line, CaseLineDraft):
        return given(
            QtyCasesOrdered=line.qty_cases_ordered, QtyUnitsPerCase=line.qty_units_per_case, CasePrice=line.case_price
        )
    return given(QtyUnitsOrdered=line.qty_units_ordered, UnitPrice=line.unit_price)


def line_body(line: LineDraft) -> dict[str, Any]:
    discount_type = line.discount_type
    return given(
        ProductID=line.product_id,
        DiscountType=None if discount_type is None else name_of(words.DISCOUNT_TYPE, discount_type),
        DiscountValue=line.discount_value,
        WarehouseID=line.warehouse_id,
        ItemNotes=line.item_notes,
    )


def address_body(address: AddressDraft | None) -> dict[str, Any] | None:
    if address is None:
        return None
    return given(
        FirstName=address.first_name,
        LastName=address.last_name,
        MiddleName=address.middle_name,
        ZipCode=address.zip_code,
        City=address.city,
        Country=address.country.upper(),
        Business=address.business,
        AddressLine1=address.address_line1,
        AddressLine2=address.address_line2,
        Fax=address.fax,
        Region=address.region,
        State=address.state,
        Phone=address.phone,
    )


def general_body(change: OrderChange) -> dict[str, Any]:
    """The general panel; empty where nothing of it changes."""
    return given(
        CompanyId=change.company_id,
        VendorId=change.vendor_id,
        Description=change.description,
        Instructions=change.instructions,
        OrderedOnDate=change.ordered_on_date,
        RequestedOnDate=change.requested_on_date,
        ExpectedDeliveryDate=change.expected_delivery_date,
        CancelByDate=change.cancel_by_date,
    )


def patches_body(patches: Iterable[LinePatch]) -> dict[str, Any]:
    return {"Items": [patch_body(patch) for patch in patches]}


def patch_body(patch: LinePatch) -> dict[str, Any]:
    return given(
        ID=int(patch.line_id.parts[-1]),
        QtyUnitsOrdered=patch.qty_units_ordered,
        UnitPrice=patch.unit_price,
        QtyCasesOrdered=patch.qty_cases_ordered,
        QtyUnitsPerCase=patch.qty_units_per_case,
        CasePrice=patch.case_price,
        ExpectedDeliveryDate=patch.expected_delivery_date,
    )


def ids_body(keys: Sequence[str]) -> list[int]:
    """Line ids to delete: a bare array, as the page says it."""
    return [int(key) for key in keys]


def tracking_body(change: TrackingChange) -> dict[str, Any]:
    """The one tracking number of an order; empty where nothing of it changes."""
    return given(
        ShippedOn=change.shipped_on,
        ShippedViaCarrier=change.shipped_via_carrier,
        TrackingNumber=change.tracking_number,
    )


def shipments_body(shipments: Iterable[ShipmentDraft], status: SellercloudProgress) -> dict[str, Any]:
    (number,) = words.numbers(words.SHIPPING, (status,))
    return {"TrackingNumbers": [shipment_body(shipment) for shipment in shipments], "ShippingStatus": number}


def shipment_body(shipment: ShipmentDraft) -> dict[str, Any]:
    return given(
        ShippedOn=shipment.shipped_on,
        ShippingCarrier=CARRIERS[shipment.shipping_carrier],
        OtherCarrier=shipment.other_carrier,
        TrackingNumber=shipment.tracking_number,
    )


def shipment_ids_body(keys: Sequence[str]) -> dict[str, Any]:
    return {"TrackingNumbersIDs": ids_body(keys)}


def invoice_body(change: InvoiceChange) -> dict[str, Any]:
    return given(InvoiceDate=change.invoice_date, InvoiceNumber=change.invoice_number)


def totals_body(change: TotalsChange) -> dict[str, Any]:
    return given(
        TaxTotal=change.tax_total,
        OtherTotal=change.other_total,
        ShippingTotal=change.shipping_total,
        ShippingTotalThirdParty=change.shipping_total_third_party,
    )


def column_body(column: CustomColumnChange) -> dict[str, Any]:
    return given(ColumnName=column.name, Value=column.value)


def export_body(number: str, exported: bool) -> dict[str, Any]:
    return {"PurchaseIDs": [int(number)], "Exported": exported}


def created_id(body: Any) -> int | None:
    """The id in the answer of a create: `{"Id": n}` by the Swagger document, a bare number by the page's words."""
    row = Row(body if isinstance(body, dict) else {"Id": body}, "answer")
    number = row.identifier("Id", "POId")
    return number if number is not None and number > 0 else None


def given(**fields: Any) -> dict[str, Any]:
    return {name: plain(value) for name, value in fields.items() if value is not None and value is not ABSENT}


def plain(value: Any) -> Any:
    return moment_text(value) if isinstance(value, datetime) else value


def moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def name_of(table: words.Words[E], wanted: E) -> str:
    return next(name for _, name, value in table if value is wanted)
