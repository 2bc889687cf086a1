"""Prices of lines and their totals, as the platform computes them from a price list item and a quantity."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.sandbox.softwareone.state import Row

# period of the terms: factors from the unit price to one month and to one year
PERIODS: dict[str, tuple[float, float]] = {"1m": (1, 12), "1y": (1 / 12, 1), "3y": (1 / 36, 1 / 3)}
TOTALS = ("PPx1", "PPxM", "PPxY", "SPx1", "SPxM", "SPxY")


def line_price(listed: Row, item: Row, quantity: int) -> Row:
    """The price of a line: units are per period of the item's terms, totals per month and year, or once."""
    price: Row = {name: listed[name] for name in ("currency", "unitPP", "unitSP")}
    terms = item["terms"]
    if terms["period"] == "one-time":
        price["PPx1"] = round(listed["unitPP"] * quantity, 2)
        price["SPx1"] = round(listed["unitSP"] * quantity, 2)
    elif terms["model"] != "usage":
        monthly, yearly = PERIODS[terms["period"]]
        for side in ("PP", "SP"):
            whole = listed[f"unit{side}"] * quantity
            price[f"{side}xM"] = round(whole * monthly, 2)
            price[f"{side}xY"] = round(whole * yearly, 2)
    price["markup"] = listed["markup"]
    price["margin"] = margin(listed["unitPP"], listed["unitSP"])
    price["markupSource"] = "PriceList"
    return price


def total(lines: Iterable[Row], currency: str, default_markup: float) -> Row:
    """The sum over lines; keys no line has are left out."""
    price: Row = {"currency": currency}
    rows = [line["price"] for line in lines]
    for name in TOTALS:
        parts = [row[name] for row in rows if name in row]
        if parts:
            price[name] = round(sum(parts), 2)
    purchase = sum(price.get(name, 0) for name in ("PPx1", "PPxY"))
    selling = sum(price.get(name, 0) for name in ("SPx1", "SPxY"))
    if purchase:
        price["markup"] = round((selling / purchase - 1) * 100, 2)
        price["margin"] = margin(purchase, selling)
    price.update(defaults(default_markup, "PriceList"))
    return price


def defaults(markup: float, source: str) -> Row:
    """The markup that applies where no other does, and the margin that it makes."""
    return {"defaultMarkup": markup, "defaultMargin": margin(100, 100 + markup), "defaultMarkupSource": source}


def margin(purchase: float, selling: float) -> float:
    return round((1 - purchase / selling) * 100, 2) if selling else 0.0
