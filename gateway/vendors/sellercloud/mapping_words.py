"""Sellercloud's words and numbers, and what each means here: literal tables from its Swagger document.

Which of the two it sends depends on the tenant and the year, so both are read; shown is always the published name.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final, TypeVar

from gateway.model.order import OrderStatus, OrderType
from gateway.vendors.reading import Row, fold, shown
from gateway.vendors.sellercloud.words import (
    AddressClassification,
    AddressVerification,
    SellercloudDataType,
    SellercloudDiscountType,
    SellercloudOrderType,
    SellercloudPaymentStatus,
    SellercloudPriority,
    SellercloudProgress,
    SellercloudRelation,
    SellercloudWarehouseType,
)

E = TypeVar("E", bound=Enum)
Words = tuple[tuple[int, str, E], ...]

ORDER_STATUS: Final[Words[OrderStatus]] = (
    (0, "Saved", OrderStatus.DRAFT),
    (1, "Ordered", OrderStatus.PROCESSING),
    (2, "Pending", OrderStatus.PENDING),
    (3, "Received", OrderStatus.COMPLETED),
    (4, "Cancelled", OrderStatus.CANCELLED),
    (5, "Completed", OrderStatus.COMPLETED),
    (5, "Competed", OrderStatus.COMPLETED),  # the list's own page spells it so
    (-1, "Select", OrderStatus.UNKNOWN),
)
PO_TYPE: Final[Words[OrderType]] = (
    (0, "PurchaseOrder", OrderType.PURCHASE),
    (1, "CreditMemo", OrderType.CREDIT_MEMO),
    (2, "VendorOffer", OrderType.VENDOR_OFFER),
)
ORDER_TYPE: Final[Words[SellercloudOrderType]] = (
    (0, "Default", SellercloudOrderType.DEFAULT),
    (1, "Regular", SellercloudOrderType.REGULAR),
    (2, "DropShip", SellercloudOrderType.DROP_SHIP),
    (3, "WrapAndLabel", SellercloudOrderType.WRAP_AND_LABEL),
)
PRIORITY: Final[Words[SellercloudPriority]] = (
    (0, "Normal", SellercloudPriority.NORMAL),
    (1, "High", SellercloudPriority.HIGH),
    (2, "Low", SellercloudPriority.LOW),
)
SHIPPING: Final[Words[SellercloudProgress]] = (
    (0, "None", SellercloudProgress.NONE),
    (1, "PartiallyShipped", SellercloudProgress.PARTIAL),
    (2, "FullyShipped", SellercloudProgress.FULL),
)
RECEIVING: Final[Words[SellercloudProgress]] = (
    (0, "None", SellercloudProgress.NONE),
    (1, "PartiallyReceived", SellercloudProgress.PARTIAL),
    (2, "FullyReceived", SellercloudProgress.FULL),
)
PAYMENT: Final[Words[SellercloudPaymentStatus]] = (
    (10, "NoPayment", SellercloudPaymentStatus.NO_PAYMENT),
    (20, "Authorized", SellercloudPaymentStatus.AUTHORIZED),
    (30, "Charged", SellercloudPaymentStatus.CHARGED),
    (40, "Uncleared", SellercloudPaymentStatus.UNCLEARED),
    (50, "PartiallyRefund", SellercloudPaymentStatus.PARTIALLY_REFUNDED),
    (60, "FullRefund", SellercloudPaymentStatus.FULLY_REFUNDED),
    (70, "PartialPayment", SellercloudPaymentStatus.PARTIALLY_PAID),
    (80, "eBayPaid", SellercloudPaymentStatus.EBAY_PAID),
    (99, "PaymentError", SellercloudPaymentStatus.PAYMENT_ERROR),
)
RELATION: Final[Words[SellercloudRelation]] = (
    (0, "Unknown", SellercloudRelation.UNKNOWN),
    (1, "SplitFrom", SellercloudRelation.SPLIT_FROM),
    (2, "SplitTo", SellercloudRelation.SPLIT_TO),
)
DATA_TYPE: Final[Words[SellercloudDataType]] = (
    (0, "String", SellercloudDataType.STRING),
    (1, "Integer", SellercloudDataType.INTEGER),
    (2, "Decimal", SellercloudDataType.DECIMAL),
    (3, "DateTime", SellercloudDataType.DATE_TIME),
    (4, "Boolean", SellercloudDataType.BOOLEAN),
    (5, "nText", SellercloudDataType.LONG_TEXT),
    (6, "Hyperlink", SellercloudDataType.HYPERLINK),
)
WAREHOUSE_TYPE: Final[Words[SellercloudWarehouseType]] = (
    (0, "Normal", SellercloudWarehouseType.NORMAL),
    (1, "FBA", SellercloudWarehouseType.FBA),
    (2, "Un_Tested", SellercloudWarehouseType.UNTESTED),
    (3, "Interim", SellercloudWarehouseType.INTERIM),
    (4, "DropShip", SellercloudWarehouseType.DROP_SHIP),
    (5, "NewEgg", SellercloudWarehouseType.NEWEGG),
    (6, "Cdiscount", SellercloudWarehouseType.CDISCOUNT),
    (7, "WFS", SellercloudWarehouseType.WFS),
)
DISCOUNT_TYPE: Final[Words[SellercloudDiscountType]] = (
    (0, "FixedAmount", SellercloudDiscountType.FIXED_AMOUNT),
    (1, "Percentage", SellercloudDiscountType.PERCENTAGE),
)
CLASSIFICATION: Final[Words[AddressClassification]] = (
    (0, "None", AddressClassification.NONE),
    (1, "Residential", AddressClassification.RESIDENTIAL),
    (2, "Commercial", AddressClassification.COMMERCIAL),
    (3, "Other", AddressClassification.OTHER),
)
VERIFICATION: Final[Words[AddressVerification]] = (
    (0, "Unknown", AddressVerification.UNKNOWN),
    (1, "None", AddressVerification.NONE),
    (2, "Confirmed", AddressVerification.CONFIRMED),
    (3, "UnConfirmed", AddressVerification.UNCONFIRMED),
)

# The vendor's own list, counted from 0: not the numbers of ISO 4217, and some codes are long gone.
CURRENCY_LIST: Final = """
USD GBP JPY EUR CAD AUD MXN TWD CNY AFA ALL DZD ADP AOA ARS AMD AWG AZM BSD BHD BDT BBD BYR BZD BMD
BTN INR BOV BOB BAM BWP BRL BND BGL BGN BIF KHR CVE KYD XAF CLF CLP COP KMF CDF CRC HRK CUP CYP CZK
DKK DJF DOP TPE ECV ECS EGP SVC ERN EEK ETB FKP FJD GMD GEL GHC GIP GTQ GNF GWP GYD HTG HNL HKD HUF
ISK IDR IRR IQD ILS JMD JOD KZT KES KPW KRW KWD KGS LAK LVL LBP LSL LRD LYD CHF LTL MOP MKD MGF MWK
MYR MVR MTL MRO MUR MXV MDL MNT XCD MZM MMK ZAR NAD NPR ANG XPF NZD NIO NGN NOK OMR PKR PAB PGK PYG
PEN PHP PLN QAR ROL RUB RUR RWF SHP WST STD SAR SCR SLL SGD SKK SIT SBD SOS LKR SDD SRG SZL SEK SYP
TJS TZS THB XOF TOP TTD TND TRL TMM UGX UAH AED USS USN UYU UZS VUV VEB VND MAD YER YUM ZMK ZWD ATS
"""
CURRENCIES: Final = tuple(CURRENCY_LIST.split())


def word(row: Row, words: Words[E], default: E, *names: str) -> tuple[E, str | None]:
    """What the vendor's word or number under these keys means, and its published name; else `default`."""
    text = row.filled(*names)
    if text is None:
        return default, None
    number = row.integer(*names)
    for known, name, value in words:
        if number == known if number is not None else fold(text) == fold(name):
            return value, next(first for same, first, _ in words if same == known)
    return default, shown(text)


def maybe_word(row: Row, words: Words[E], default: E, *names: str) -> tuple[E | None, str | None]:
    """The same, and None where the vendor does not say."""
    value, name = word(row, words, default, *names)
    return (None, None) if name is None else (value, name)


def numbers(words: Words[E], wanted: Iterable[E]) -> tuple[int, ...]:
    """The vendor's numbers that mean any of `wanted`."""
    values = frozenset(wanted)
    return tuple(dict.fromkeys(number for number, _, value in words if value in values))


def currency(row: Row, name: str) -> tuple[str | None, str | None]:
    """The three letters behind the vendor's number, and what the vendor says in its own words."""
    text, number = row.filled(name), row.integer(name)
    if number is not None and 0 <= number < len(CURRENCIES):
        return CURRENCIES[number], CURRENCIES[number]
    if text is not None and text.strip().upper() in CURRENCIES:
        return text.strip().upper(), shown(text)
    return None, shown(text)
