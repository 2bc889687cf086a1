"""The catalogue: every item that can be bought, what it costs and how it misbehaves.

The ids `DG7GMGF0D7FV` and `DG7GMGF0D7FT`, which always ask for a purchase order, are the vendor's; others are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Family = Literal[
    "licence", "software", "software_subscription", "reservation", "savings_plan", "saas", "azure_plan", "legacy"
]
Trait = Literal[
    "",
    "purchase_order",  # its order waits for the customer's purchase order
    "deal_review",  # its order is taken aside for review
    "credit",  # beyond the partner's credit limit
    "stale",  # fine in a cart, gone at checkout
    "fails",  # ordered, but never provisioned
    "attested",  # needs attestationAccepted
    "invalid",  # known by name, not for sale
]

MONTHLY = (("monthly", "P1M"), ("monthly", "P1Y"), ("annual", "P1Y"), ("monthly", "P3Y"), ("annual", "P3Y"))
YEARLY = (("annual", "P1Y"), ("triennial", "P3Y"))
ONCE = (("one_time", ""),)
ONCE_FOR_A_TERM = (("one_time", "P1Y"), ("one_time", "P3Y"))
PERIODS = {
    ("monthly", "P1M"): 1,
    ("monthly", "P1Y"): 12,
    ("monthly", "P3Y"): 36,
    ("annual", "P1Y"): 1,
    ("annual", "P3Y"): 3,
    ("triennial", "P3Y"): 1,
}
MONTHS = {"monthly": 1, "annual": 12, "triennial": 36}
SHORT_TERM_SURCHARGE = 1.2
PROMOTION_DISCOUNT = 0.85
EXCHANGE = {"EUR": 1.0, "USD": 1.08, "GBP": 0.86, "CHF": 0.95, "SEK": 11.3}
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF", "SEK": "kr"}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing for sale. `price` is euros per licence and month, or per piece where it is bought once."""

    offer_id: str
    title: str
    publisher: str
    family: Family
    plans: tuple[tuple[str, str], ...]
    price: float
    trait: Trait = ""
    maximum: int = 0
    promotion: str = ""

    @property
    def product(self) -> str:
        return self.offer_id.split(":")[0]

    def unit_price(self, cycle: str, term: str, currency: str) -> float:
        """What one licence costs for one billing period, before discounts and tax."""
        surcharge = SHORT_TERM_SURCHARGE if term == "P1M" else 1.0
        return round(self.price * MONTHS.get(cycle, 1) * surcharge * EXCHANGE[currency], 2)


MICROSOFT = "Microsoft Corporation"
ITEMS: tuple[Item, ...] = (
    Item(
        "CFQ7TT000001:0002:CFQ7TT00000Z",
        "Microsoft 365 Business Premium",
        MICROSOFT,
        "licence",
        MONTHLY,
        20.6,
        promotion="39NFJQT1PL41:0002:39NFJQT1Q5KL",
    ),
    Item("CFQ7TT000001:0001:CFQ7TT00001B", "Microsoft 365 Business Basic", MICROSOFT, "licence", MONTHLY, 5.6),
    Item("CFQ7TT000002:0001:CFQ7TT00002H", "Microsoft 365 E3", MICROSOFT, "licence", MONTHLY, 35.7),
    Item("CFQ7TT000002:0003:CFQ7TT00002P", "Microsoft 365 E5", MICROSOFT, "licence", MONTHLY, 57.0),
    Item("CFQ7TT000003:0001:CFQ7TT00003K", "Exchange Online (Plan 1)", MICROSOFT, "licence", MONTHLY, 3.7),
    Item("CFQ7TT000004:0001:CFQ7TT00004D", "Visio Plan 2", MICROSOFT, "licence", MONTHLY, 14.0),
    Item("CFQ7TT000005:0001:CFQ7TT00005S", "Project Plan 3", MICROSOFT, "licence", MONTHLY, 28.1),
    Item("CFQ7TT000006:0001:CFQ7TT00006M", "Power BI Pro", MICROSOFT, "licence", MONTHLY, 9.4),
    Item(
        "CFQ7TT000007:0001:CFQ7TT00007Q",
        "Microsoft Teams Phone Standard",
        MICROSOFT,
        "licence",
        MONTHLY,
        7.5,
        maximum=300,
    ),
    Item("CFQ7TT000008:0001:CFQ7TT00008A", "Office 365 A3 for faculty", MICROSOFT, "licence", MONTHLY, 3.0, "attested"),
    Item(
        "CFQ7TT000009:0001:CFQ7TT00009F",
        "Dynamics 365 Sales Premium",
        MICROSOFT,
        "licence",
        MONTHLY,
        126.0,
        "deal_review",
    ),
    Item(
        "CFQ7TT00000A:0001:CFQ7TT0000AX", "Windows 365 Enterprise 8 vCPU", MICROSOFT, "licence", MONTHLY, 115.0, "fails"
    ),
    Item(
        "CFQ7TT00000B:0001:CFQ7TT0000BV", "Microsoft 365 Apps for business", MICROSOFT, "licence", MONTHLY, 9.8, "stale"
    ),
    Item("CFQ7TT000001:0002:GONE", "Microsoft 365 Business", MICROSOFT, "licence", MONTHLY, 18.0, "invalid"),
    Item("DG7GMGF0D7FV:0001:DG7GMGF0XXXX", "Access LTSC 2021", MICROSOFT, "software", ONCE, 159.0, "purchase_order"),
    Item("DG7GMGF0D7FT:0001:DG7GMGF0XXXV", "Excel LTSC 2021", MICROSOFT, "software", ONCE, 169.0, "purchase_order"),
    Item(
        "DG7GMGF0D5RK:0005:DG7GMGF0D6BC", "Windows Server 2022 Standard - 16 Core", MICROSOFT, "software", ONCE, 1013.0
    ),
    Item("DG7GMGF0D515:0001:DG7GMGF0D6M8", "Windows Server 2022 - 1 User CAL", MICROSOFT, "software", ONCE, 43.0),
    Item("DG7GMGF0FLR2:0002:DG7GMGF0S8T1", "SQL Server 2022 Standard - 2 Core", MICROSOFT, "software", ONCE, 3717.0),
    Item(
        "DG7GMGF0FKZV:0001:DG7GMGF0FLK9",
        "SQL Server 2022 Enterprise - 2 Core",
        MICROSOFT,
        "software",
        ONCE,
        14256.0,
        "credit",
    ),
    Item(
        "DG7GMGF0FL73:0004:DG7GMGF0FM1P",
        "SQL Server Standard Core, subscription",
        MICROSOFT,
        "software_subscription",
        YEARLY,
        118.0,
    ),
    Item(
        "DG7GMGF0D609:0003:DG7GMGF0D7HN",
        "Red Hat Enterprise Linux, subscription",
        "Red Hat",
        "software_subscription",
        YEARLY,
        66.0,
    ),
    Item(
        "DZH318Z0BQ35:0012:DZH318Z0C41T",
        "Reserved VM Instance, D4s v3, EU West",
        MICROSOFT,
        "reservation",
        ONCE,
        1124.0,
    ),
    Item(
        "DZH318Z0BPVW:00HP:DZH318Z0DGNM",
        "Reserved SQL Database capacity, 4 vCore",
        MICROSOFT,
        "reservation",
        ONCE,
        2980.0,
    ),
    Item(
        "DZH318Z08SVP:0003:DZH318Z09QWR",
        "Azure savings plan for compute",
        MICROSOFT,
        "savings_plan",
        ONCE_FOR_A_TERM,
        0.0,
    ),
    Item("DZH318Z08ZGK:0001:DZH318Z091FG", "Backup for Microsoft 365", "Northgate Backup", "saas", MONTHLY, 2.9),
    Item("DZH318Z0F9TC:0002:DZH318Z0FB77", "Signature Manager Cloud", "Kestrel Mail", "saas", MONTHLY, 1.4),
    Item("DZH318Z0BPS6:0001:DZH318Z0BMXP", "Azure plan", MICROSOFT, "azure_plan", (("none", ""), ("monthly", "")), 0.0),
    Item("91FD106F-4B2C-4938-95AC-F54F74E9A239", "Office 365 Enterprise E1", MICROSOFT, "legacy", MONTHLY, 7.4),
    Item("796B6B5F-613C-4E24-A17C-EBA730D49C02", "Office 365 Enterprise E3", MICROSOFT, "legacy", MONTHLY, 21.2),
    Item("MS-AZR-0145P", "Microsoft Azure", MICROSOFT, "legacy", (("monthly", ""),), 0.0),
)
BY_OFFER: dict[str, Item] = {item.offer_id.casefold(): item for item in ITEMS}


def find_item(offer_id: str) -> Item | None:
    return BY_OFFER.get(offer_id.casefold())


def price_line(
    item: Item, quantity: int, cycle: str, term: str, currency: str, promoted: bool
) -> dict[str, float] | None:
    """The `pricing` of a line (cart-resources page): per unit, and `extendedPrice` for quantity and full term.

    None for legacy items and those without a price of their own.
    """
    if item.family == "legacy" or item.price == 0:
        return None
    listed = item.unit_price(cycle, term, currency)
    paid = round(listed * PROMOTION_DISCOUNT, 2) if promoted else listed
    return {
        "listPrice": listed,
        "discountedPrice": paid,
        "proratedPrice": paid,
        "price": paid,
        "extendedPrice": round(paid * quantity * PERIODS.get((cycle, term), 1), 2),
    }
