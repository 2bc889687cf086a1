"""Payloads with every field of Sellercloud's that is read, all values invented and distinct; mapped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from gateway.model.order import Line, Order, OrderDetail
from gateway.model.values import OrderedItem, Party
from gateway.vendors.reading import Row
from gateway.vendors.sellercloud import mapping_reference as reference
from gateway.vendors.sellercloud.details import (
    SellercloudAddress,
    SellercloudCompany,
    SellercloudDetail,
    SellercloudLineDetail,
    SellercloudLineDetails,
    SellercloudOrderDetails,
    SellercloudShipment,
    SellercloudVendor,
    SellercloudWarehouse,
)
from gateway.vendors.sellercloud.mapping import Home, order_of, shipment_of
from gateway.vendors.sellercloud.mapping_detail import detail_of

HOME = Home("sc-1", "main", ZoneInfo("America/New_York"))
REF = HOME.order(20417)


def at(day: int) -> str:
    """A zone-less date-time; New York's clock in March."""
    return f"2026-03-{day:02}T08:15:30.1234567"


def moment(day: int) -> datetime:
    return datetime(2026, 3, day, 12 if day >= 8 else 13, 15, 30, 123456, UTC)


SHIP_TO: dict[str, Any] = {
    "ID": 7001,
    "FirstName": "Rita",
    "MiddleInitial": "Q",
    "LastName": "Moss",
    "CompanyName": "Moss & Daughters",
    "StreetLine1": "5 Elm Rd",
    "StreetLine2": "Gate C",
    "City": "Lakewood",
    "StateName": "New Jersey",
    "StateCode": "NJ",
    "PostalCode": "08701",
    "CountryName": "United States",
    "CountryCode": "US",
    "PhoneNumber": "+1 732 555 0101",
    "FaxNumber": "+1 732 555 0102",
    "EmailAddress": "rita@moss.test",
    "WebSiteURL": "https://moss.test",
    "HomePhone": "+1 732 555 0103",
    "Notes": "Ring twice",
    "IsShippingAddress": True,
    "IsBillingAddress": False,
    "AddressClassification": 2,
    "AddressStatus": 3,
    "AddressSource": "Manual",
}
ROW: dict[str, Any] = {
    "ID": 20417,
    "PurchaseTitle": "Autumn refill",
    "POType": 2,
    "CompanyID": 163,
    "VendorID": 812,
    "WarehouseID": 7,
    "CreatedOn": at(1),
    "CreatedBy": 31,
    "DateOrdered": at(2),
    "LastRevisedOn": at(3),
    "RevisedBy": 32,
    "PurchaseOrderStatus": 3,
    "PaymentStatus": 70,
    "PurchaseOrdersShippingStatus": 1,
    "ReceivingStatus": 2,
    "PurchaseOrdersPriority": 1,
    "PurchaseOrdersApproved": True,
    "OrderTotal": Decimal("100.01"),
    "TaxTotal": Decimal("100.02"),
    "ShippingTotal": Decimal("100.03"),
    "GrandTotal": Decimal("100.04"),
    "DiscountTotal": Decimal("100.05"),
    "ExtraCharges": Decimal("100.06"),
    "TotalBalance": Decimal("100.07"),
    "TotalBalanceNotReceivedGood": Decimal("100.08"),
    "TotalRefunded": Decimal("100.09"),
    "TrackingNumber": "1Z-ONE",
    "CourierService": "UPS Ground",
    "TrackingNumbers": [{"ShippedOn": at(4), "ShippingCarrier": "FedEx", "TrackingNumber": "FX-TWO"}],
    "ShippedOn": at(5),
    "PaidOn": at(6),
    "ExpectedDeliveryDate": at(7),
    "VendorInvoiceNumber": "INV-1",
    "VendorInvoiceFileName": "inv-1.pdf",
    "VendorInvoiceFileNameOriginal": "scan.pdf",
    "Invoices": [{"InvoiceNumber": "INV-2"}, {"InvoiceNumber": "INV-3"}],
    "Memo": "a memo",
    "DisplayName": "a display name",
    "NotesCount": 61,
    "EmailSentCount": 62,
    "UnitCounts": 63,
    "CM": 64,
    "CancelledPOID": 20001,
    "DropShipOrderNumber": 550001,
    "DisableInventoryCount": True,
    "bExported": True,
    "PurchaseOrderCreditMemo": False,
    "RequestedShippingCarrier": "DHL",
    "RequestedShippingService": "Express",
    "ShipToAddress": SHIP_TO,
    "Items": [
        {
            "ID": 99001,
            "SKU": "MUG-11OZ",
            "VendorSKU": "M11",
            "ProductName": "Mug 11oz",
            "QtyOrdered": 48,
            "QtyReceived": 47,
            "UnitPrice": Decimal("3.25"),
            "AdjustedPrice": Decimal("3.21"),
            "LineTotal": Decimal("154.08"),
            "ExpectedDeliveryDate": at(8),
            "ItemNotes": "fragile",
        }
    ],
}
DETAIL: dict[str, Any] = {
    "Purchase": {
        "POId": 20417,
        "RequestedOn": at(9),
        "OrderType": 2,
        "RequireExpectedDeliveryDate": True,
        "CancelByDate": at(10),
        "CreditMemoID": 20002,
        "CurrencyCode": 3,
        "CurrencyRateToUSD": Decimal("1.09"),
        "CurrencyRateFromUSD": Decimal("0.917"),
        "RelatedFbaId": 31001,
        "RelatedWfsShipmentId": 31002,
        "RelatedPOFBAPlanningId": 31003,
        "Instructions": "Dock 3",
        "IsWarehouseBinsEnabled": True,
        "TotalCBM": Decimal("1.75"),
        "TotalWeight": "12.5 lb",
        "ShipToAddress": {"PhoneNumberExt": "21", "HomePhoneExt": "22"},
    },
    "Statuses": {"InvoicedStatus": "Partially Invoiced", "InventoryCount": "Enabled", "EmailSent": "Yes"},
    "VendorAndInvoice": {
        "PaymentTermID": 4,
        "InvoiceDate": at(11),
        "InvoiceLineCount": "2 of 3",
        "EnableVendorInvoicesWorkflow": True,
        "EnableMultipleinvoicesforpurchaseorders": False,
        "TotalPaid": Decimal("200.01"),
        "OverRecived": Decimal("6.5"),
    },
    "TotalInfo": {
        "SubTotal": Decimal("300.01"),
        "MultiDiscountTotal": Decimal("300.02"),
        "ShippingTotalThirdParty": Decimal("300.03"),
        "DropShipFeeTotal": Decimal("300.04"),
        "CustomsTotal": Decimal("300.05"),
        "OtherTotal": Decimal("300.06"),
        "SmallOrderFee": Decimal("300.07"),
        "CreditCardFee": Decimal("300.08"),
        "UnreceivedTotal": Decimal("300.09"),
        "FreeShipping": True,
        "DiscountTotalFixed": False,
        "HidePrices": False,
        "IsFullyRecivedandshipped": False,
    },
    "Changes": {
        "CreatedBy": "Ann",
        "CreatedByEmployeeId": 31,
        "CreatedOn": at(12),
        "UpdatedBy": "Ben",
        "UpdatedByEmployeeId": 32,
        "UpdatedOn": at(13),
        "ApprovedBy": "Cleo",
        "ApprovedByEmployeeId": 33,
        "ApprovedOn": at(14),
        "ReceivedBy": "Dora",
        "ReceivedByEmployeeId": 34,
        "ReceivedOn": at(15),
    },
    "RelatedPurchaseOrders": [{"RelatedPoID": 20003, "RelationshipType": 2, "CreatedOn": at(16)}],
    "RelatedItems": [{"ID": 880, "RecordType": "FBAShipment", "Url": "https://never.test"}],
    "CustomColumns": [
        {
            "ID": 3,
            "ColumnName": "PO_SEASON",
            "DisplayName": "Season",
            "Value": "Autumn",
            "DataType": 5,
            "IsRequired": True,
        }
    ],
    "Metadata": {"EnableCaseQty": True, "EnabledMultipleDiscounts": True, "PurchaseOrderCurrencyDigitsCount": 4},
    "Items": [
        {
            "ID": 99001,
            "PurchaseID": 20417,
            "ProductID": "MUG-11OZ",
            "QtyOnHand": 71,
            "QtyInContainer": 72,
            "PreSellQuantity": 73,
            "IsKit": True,
            "FinalSubTotal": Decimal("400.01"),
            "MultiDiscountTotal": Decimal("400.02"),
            "ExtraCostPerUnit": Decimal("400.03"),
            "ExtraCostPOBasedPerUnit": Decimal("400.04"),
            "TotalCases": 4,
            "QtyPerCase": 12,
            "PricePerCase": Decimal("38.50"),
            "DiscountType": 1,
            "DiscountValue": Decimal("2.5"),
            "DefaultWarehouseID": 8,
        }
    ],
}
# What the call for an order's lines gives where the detail has none.
LINES: dict[str, Any] = {
    "PoCaseQtyEnabled": True,
    "Items": [
        {
            "ID": 99001,
            "ProductID": "MUG-11OZ",
            "QtyCasesOrdered": 5,
            "QtyUnitsPerCase": 24,
            "CasePrice": Decimal("70"),
            "DiscountType": 0,
            "DiscountValue": Decimal("1.5"),
        }
    ],
}
VENDOR: dict[str, Any] = {
    "ID": 812,
    "Name": "Lakeshore Ceramics",
    "Alias": "Lakeshore",
    "AccountNumber": "AC-9",
    "Email": "po@lakeshore.test",
    "EmailCC": "cc@lakeshore.test",
    "Website": "https://lakeshore.test",
    "IsActive": True,
    "IsDefault": False,
}
COMPANY: dict[str, Any] = {"ID": 163, "CompanyName": "Acme Home", "IsDefaultCompany": True, "IsDisabled": False}
WAREHOUSE: dict[str, Any] = {
    "ID": 7,
    "Name": "Lakewood Main",
    "WarehouseType": 3,
    "IsDefault": True,
    "IsSellAble": False,
    "EnforceBins": True,
    "QBWarehouseName": "QB Lakewood",
    "WarehouseAddress": {
        "FirstName": "Otto",
        "MiddleName": "Paul",
        "LastName": "Quinn",
        "ContactName": "Front desk",
        "Business": "Acme Storage",
        "Address": "9 Dock St",
        "Address2": "Hall 2",
        "City": "Reno",
        "State": "NV",
        "Region": "West",
        "ZipCode": "89502",
        "Country": "CA",
        "Phone": "+1 775 555 0111",
        "Fax": "+1 775 555 0112",
    },
}
TERM: dict[str, Any] = {"Key": 4, "Value": "Net 30"}
PRODUCT: dict[str, Any] = {"ProductSKU": "MUG-15OZ", "ProductName": "Mug 15oz", "VendorSKU": "M15"}
SHIPMENT: dict[str, Any] = {"ID": 5, "ShippedOn": at(17), "ShippingCarrier": "USPS", "TrackingNumber": "94-THREE"}


@dataclass(frozen=True, slots=True)
class Sample:
    """The payloads above, mapped."""

    order: Order
    detail: OrderDetail
    by_lines: OrderDetail
    vendor: SellercloudVendor | None
    supplier: Party | None
    company: SellercloudCompany | None
    warehouse: SellercloudWarehouse | None
    term: Party | None
    product: OrderedItem | None
    shipment: SellercloudShipment

    @property
    def row(self) -> SellercloudOrderDetails:
        assert isinstance(self.order.details, SellercloudOrderDetails)
        return self.order.details

    @property
    def more(self) -> SellercloudDetail:
        assert isinstance(self.detail.details, SellercloudDetail)
        return self.detail.details

    @property
    def line(self) -> Line:
        return self.order.lines[0]

    @property
    def line_row(self) -> SellercloudLineDetails:
        assert isinstance(self.line.details, SellercloudLineDetails)
        return self.line.details

    @property
    def line_more(self) -> SellercloudLineDetail:
        return self.more.lines["99001"]

    @property
    def line_by_lines(self) -> SellercloudLineDetail:
        assert isinstance(self.by_lines.details, SellercloudDetail)
        return self.by_lines.details.lines["99001"]

    @property
    def ship_to(self) -> SellercloudAddress:
        assert self.row.ship_to_address is not None
        return self.row.ship_to_address

    @property
    def store(self) -> SellercloudWarehouse:
        assert self.warehouse is not None
        return self.warehouse

    @property
    def store_address(self) -> SellercloudAddress:
        assert self.store.address is not None
        return self.store.address

    @property
    def seller(self) -> SellercloudVendor:
        assert self.vendor is not None
        return self.vendor

    @property
    def buyer(self) -> SellercloudCompany:
        assert self.company is not None
        return self.company


SAMPLE = Sample(
    order=order_of(ROW, HOME),
    detail=detail_of(DETAIL, None, REF, HOME),
    by_lines=detail_of({key: value for key, value in DETAIL.items() if key != "Items"}, LINES, REF, HOME),
    vendor=reference.vendor_of(VENDOR, "812"),
    supplier=reference.supplier_of(VENDOR),
    company=reference.company_of(COMPANY),
    warehouse=reference.warehouse_of(WAREHOUSE),
    term=reference.payment_term_of(TERM),
    product=reference.item_of(PRODUCT),
    shipment=shipment_of(Row(SHIPMENT, "shipment"), REF, HOME),
)
