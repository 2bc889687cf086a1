"""Sellercloud's enumerations as GraphQL enums."""

from __future__ import annotations

from typing import Final

from gateway.schema.view import described
from gateway.vendors.sellercloud import words as model

UNKNOWN: Final = "Sellercloud used a word that this gateway does not know; it stands beside."

described(
    model.SellercloudOrderType,
    "SellercloudOrderType",
    "How a purchase order is fulfilled.",
    DEFAULT="As the tenant's settings say.",
    REGULAR="To a warehouse.",
    DROP_SHIP="From the supplier to the buyer's customer.",
    WRAP_AND_LABEL="Wrapped and labelled by the supplier.",
    UNKNOWN=UNKNOWN,
)
described(
    model.SellercloudPoType,
    "SellercloudPoType",
    "What kind of purchase order is created.",
    PURCHASE_ORDER="An order to a supplier.",
    CREDIT_MEMO="A credit from a supplier.",
    VENDOR_OFFER="A supplier's offer.",
)
described(
    model.SellercloudPriority,
    "SellercloudPriority",
    "How urgent a purchase order is.",
    NORMAL="Normal.",
    HIGH="High.",
    LOW="Low.",
    UNKNOWN=UNKNOWN,
)
described(
    model.SellercloudProgress,
    "SellercloudProgress",
    "How far something has come.",
    NONE="Nothing of it.",
    PARTIAL="A part of it.",
    FULL="All of it.",
    UNKNOWN=UNKNOWN,
)
described(
    model.SellercloudPaymentStatus,
    "SellercloudPaymentStatus",
    "How the payment of a purchase order stands.",
    NO_PAYMENT="Nothing was paid.",
    AUTHORIZED="A payment is authorized.",
    CHARGED="Paid.",
    UNCLEARED="A payment has not cleared.",
    PARTIALLY_REFUNDED="A part was paid back.",
    FULLY_REFUNDED="All was paid back.",
    PARTIALLY_PAID="A part was paid.",
    EBAY_PAID="Paid through eBay.",
    PAYMENT_ERROR="A payment failed.",
    UNKNOWN=UNKNOWN,
)
described(
    model.SellercloudRelation,
    "SellercloudRelation",
    "How one purchase order came from another.",
    SPLIT_FROM="It was split off the other one.",
    SPLIT_TO="The other one was split off it.",
    UNKNOWN="Sellercloud does not say, or with a word that this gateway does not know.",
)
described(
    model.SellercloudDataType,
    "SellercloudDataType",
    "What a custom column holds.",
    STRING="Text.",
    INTEGER="A whole number.",
    DECIMAL="A number.",
    DATE_TIME="A date or a moment.",
    BOOLEAN="Yes or no.",
    LONG_TEXT="Text of any length.",
    HYPERLINK="A link.",
    UNKNOWN=UNKNOWN,
)
described(
    model.SellercloudWarehouseType,
    "SellercloudWarehouseType",
    "What a warehouse is for.",
    NORMAL="Ordinary stock.",
    FBA="Stock at Fulfillment by Amazon.",
    UNTESTED="Goods not yet tested.",
    INTERIM="Goods on their way.",
    DROP_SHIP="Stock of suppliers.",
    NEWEGG="Stock at Newegg.",
    CDISCOUNT="Stock at Cdiscount.",
    WFS="Stock at Walmart Fulfillment Services.",
    UNKNOWN=UNKNOWN,
)
described(
    model.SellercloudDiscountType,
    "SellercloudDiscountType",
    "What a discount's value is.",
    FIXED_AMOUNT="An amount of money.",
    PERCENTAGE="A percentage.",
    UNKNOWN=UNKNOWN,
)
described(
    model.SellercloudCarrier,
    "SellercloudCarrier",
    "Who carries a shipment.",
    UPS="UPS.",
    USPS="The United States Postal Service.",
    FEDEX="FedEx.",
    DHL="DHL.",
    OTHER="Another one, named in `otherCarrier`.",
)
described(
    model.AddressClassification,
    "AddressClassification",
    "What stands at an address.",
    NONE="Not classified.",
    RESIDENTIAL="A home.",
    COMMERCIAL="A business.",
    OTHER="Something else.",
    UNKNOWN=UNKNOWN,
)
described(
    model.AddressVerification,
    "AddressVerification",
    "Whether an address was verified.",
    NONE="Not asked.",
    CONFIRMED="It exists.",
    UNCONFIRMED="It could not be confirmed.",
    UNKNOWN="Sellercloud does not know, or says it with a word that this gateway does not know.",
)
