"""Enumerations that only Sellercloud has, as the graph names them."""

from __future__ import annotations

from enum import Enum


class SellercloudOrderType(Enum):
    DEFAULT = "default"
    REGULAR = "regular"
    DROP_SHIP = "drop_ship"
    WRAP_AND_LABEL = "wrap_and_label"
    UNKNOWN = "unknown"


class SellercloudPoType(Enum):
    """What is created; what is read is an OrderType."""

    PURCHASE_ORDER = "purchase_order"
    CREDIT_MEMO = "credit_memo"
    VENDOR_OFFER = "vendor_offer"


class SellercloudPriority(Enum):
    NORMAL = "normal"
    HIGH = "high"
    LOW = "low"
    UNKNOWN = "unknown"


class SellercloudProgress(Enum):
    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"
    UNKNOWN = "unknown"


class SellercloudPaymentStatus(Enum):
    NO_PAYMENT = "no_payment"
    AUTHORIZED = "authorized"
    CHARGED = "charged"
    UNCLEARED = "uncleared"
    PARTIALLY_REFUNDED = "partially_refunded"
    FULLY_REFUNDED = "fully_refunded"
    PARTIALLY_PAID = "partially_paid"
    EBAY_PAID = "ebay_paid"
    PAYMENT_ERROR = "payment_error"
    UNKNOWN = "unknown"


class SellercloudRelation(Enum):
    SPLIT_FROM = "split_from"
    SPLIT_TO = "split_to"
    UNKNOWN = "unknown"


class SellercloudDataType(Enum):
    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE_TIME = "date_time"
    BOOLEAN = "boolean"
    LONG_TEXT = "long_text"
    HYPERLINK = "hyperlink"
    UNKNOWN = "unknown"


class SellercloudWarehouseType(Enum):
    NORMAL = "normal"
    FBA = "fba"
    UNTESTED = "untested"
    INTERIM = "interim"
    DROP_SHIP = "drop_ship"
    NEWEGG = "newegg"
    CDISCOUNT = "cdiscount"
    WFS = "wfs"
    UNKNOWN = "unknown"


class SellercloudDiscountType(Enum):
    FIXED_AMOUNT = "fixed_amount"
    PERCENTAGE = "percentage"
    UNKNOWN = "unknown"


class SellercloudCarrier(Enum):
    UPS = "ups"
    USPS = "usps"
    FEDEX = "fedex"
    DHL = "dhl"
    OTHER = "other"


class AddressClassification(Enum):
    NONE = "none"
    RESIDENTIAL = "residential"
    COMMERCIAL = "commercial"
    OTHER = "other"
    UNKNOWN = "unknown"


class AddressVerification(Enum):
    NONE = "none"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    UNKNOWN = "unknown"
