"""The vendor's enumerations, int to name, as its Swagger has them."""

from __future__ import annotations

import re
from collections.abc import Mapping

Table = Mapping[int, str]

PO_STATUS: Table = {0: "Saved", 1: "Ordered", 2: "Pending", 3: "Received", 4: "Cancelled", 5: "Completed"}
PO_STATUS_IN_LIST: Table = {**PO_STATUS, 5: "Competed"}  # the list page's own spelling
PO_STATUS_FILTER: Table = {**PO_STATUS, -1: "Select"}
PO_TYPE: Table = {0: "PurchaseOrder", 1: "CreditMemo", 2: "VendorOffer"}
ORDER_TYPE: Table = {0: "Default", 1: "Regular", 2: "DropShip", 3: "WrapAndLabel"}
SHIPPING_STATUS: Table = {0: "None", 1: "PartiallyShipped", 2: "FullyShipped"}
RECEIVING_STATUS: Table = {0: "None", 1: "PartiallyReceived", 2: "FullyReceived"}
PAYMENT_STATUS: Table = {
    10: "NoPayment",
    20: "Authorized",
    30: "Charged",
    40: "Uncleared",
    50: "PartiallyRefund",
    60: "FullRefund",
    70: "PartialPayment",
    80: "eBayPaid",
    99: "PaymentError",
}
INVOICED: Table = {0: "NotInvoiced", 1: "Invoiced", 2: "PartiallyInvoiced", -1: "All"}
YES_NO_ALL: Table = {0: "No", 1: "Yes", -1: "All"}
PRIORITY: Table = {0: "Normal", 1: "High", 2: "Low"}
DISCOUNT_TYPE: Table = {0: "FixedAmount", 1: "Percentage"}
SPLIT_RELATION: Table = {0: "Unknown", 1: "SplitFrom", 2: "SplitTo"}
COLUMN_TYPE: Table = {0: "String", 1: "Integer", 2: "Decimal", 3: "DateTime", 4: "Boolean", 5: "nText", 6: "Hyperlink"}
WAREHOUSE_TYPE: Table = {
    0: "Normal",
    1: "FBA",
    2: "Un_Tested",
    3: "Interim",
    4: "DropShip",
    5: "NewEgg",
    6: "Cdiscount",
    7: "WFS",
}
ADDRESS_CLASSIFICATION: Table = {0: "None", 1: "Residential", 2: "Commercial", 3: "Other"}
ADDRESS_STATUS: Table = {0: "Unknown", 1: "None", 2: "Confirmed", 3: "UnConfirmed"}
ACTIVE_STATUS: Table = {0: "Inactive", 1: "Active"}
SELLABLE: Table = {0: "All", 1: "Yes", 2: "No"}

_NUMBER = re.compile(r"-?[0-9]{1,9}")
_OTHER_SPELLINGS = {"competed": "completed", "false": "no", "true": "yes"}


def by_name(table: Table, text: str) -> int | None:
    """The int of a name in any letter case, or None. A number is itself, in the table or not: .NET binds any."""
    word = text.strip().lower()
    if _NUMBER.fullmatch(word):
        return int(word)
    names = {name.lower(): value for value, name in table.items()}
    return names.get(word, names.get(_OTHER_SPELLINGS.get(word, "")))
