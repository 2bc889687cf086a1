"""The reference data: companies, vendors with their offers, warehouses, products, payment terms, employees."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from gateway.sandbox.sellercloud.assortment import PRODUCTS
from gateway.sandbox.sellercloud.records import Address, Company, CustomColumn, Offer, Product, Vendor, Warehouse

FIRST_ORDER_ID = 10_001
FIRST_LINE_ID = 99_001

EMPLOYEES = {31: "API User", 12: "Dana Whitfield", 17: "Marcus Oyelaran", 24: "Ilse Brandt"}
API_USER = 31
PAYMENT_TERMS = {3: "Net 15", 4: "Net 30", 5: "Net 60", 6: "2/10 Net 30", 9: "Prepaid"}

COMPANIES = (
    Company(163, "Acme Home Goods", "ACME", 0, 0, (0, 4), is_default=True),
    Company(164, "Acme Outlet", "OUTL", 0, 0, (1,)),
    Company(171, "Northwind Kitchen", "NWK", 1, 1, (4, 6)),
    Company(188, "Bluebird Gifts", "BLUE", 5, 4, (), is_disabled=True),
)

USD, GBP, JPY, EUR, CAD, CNY = 0, 1, 2, 3, 4, 8

VENDORS = (
    Vendor(
        812,
        "Lakeshore Ceramics Inc.",
        "Lakeshore",
        "LC-20417",
        "orders@lakeshore-ceramics.example",
        "https://lakeshore-ceramics.example",
        USD,
        Decimal(1),
        2,
        4,
        ("MUG", "BOWL", "PLATE"),
        "accounts@lakeshore-ceramics.example",
        is_default=True,
    ),
    Vendor(
        813,
        "Harbour & Pine Textiles Ltd",
        "Harbour & Pine",
        "HP-0093",
        "sales@harbourandpine.example",
        "https://harbourandpine.example",
        GBP,
        Decimal("0.79"),
        2,
        3,
        ("TOWEL", "APRON"),
    ),
    Vendor(
        820,
        "Rheintal Küchenwaren GmbH",
        "Rheintal",
        "40071",
        "auftrag@rheintal-kuechenwaren.example",
        "https://rheintal-kuechenwaren.example",
        EUR,
        Decimal("0.92"),
        2,
        5,
        ("KNIFE", "PAN"),
    ),
    Vendor(
        827,
        "Maple Ridge Housewares",
        "Maple Ridge",
        "MR-7781",
        "orders@mapleridge.example",
        "https://mapleridge.example",
        CAD,
        Decimal("1.36"),
        2,
        6,
        ("BOARD", "JAR"),
    ),
    Vendor(
        834,
        "Sakura Tableware Co.",
        "Sakura",
        "ST-552",
        "export@sakura-tableware.example",
        "https://sakura-tableware.example",
        JPY,
        Decimal(150),
        0,
        9,
        ("TEAPOT", "MUG", "CHOP"),
    ),
    Vendor(
        841,
        "Shenzhen Brightpath Lighting",
        "Brightpath",
        "BP-1180",
        "po@brightpath-lighting.example",
        "https://brightpath-lighting.example",
        CNY,
        Decimal("7.2"),
        2,
        9,
        ("LAMP",),
    ),
    Vendor(
        849,
        "Old Mill Candle Works",
        "Old Mill",
        "",
        "hello@oldmillcandles.example",
        "",
        USD,
        Decimal(1),
        2,
        4,
        (),
        is_active=False,
    ),
)

WAREHOUSES = (
    Warehouse(
        7,
        "Lakewood Main",
        0,
        True,
        False,
        Address(
            "US",
            "Rita",
            "Moss",
            None,
            "08701",
            "Lakewood",
            "Acme Home Goods",
            "5 Elm Rd",
            None,
            fax="+1 732 555 0161",
            state="NJ",
            phone="+1 732 555 0160",
            contact_name="Receiving desk",
            phone_extension="12",
            email="receiving@acme.example",
            web_site="https://acme.example",
            classification=2,
            verification=2,
        ),
        "Lakewood",
        is_default=True,
    ),
    Warehouse(
        8,
        "Reno West",
        0,
        True,
        True,
        Address("US", "Tom", "Alvarez", "J", "89502", "Reno", "Acme Home Goods", "940 Mill St", "Dock 2", state="NV"),
    ),
    Warehouse(12, "FBA US", 1, True, False, Address("US", city="Seattle", business="Amazon FBA", state="WA")),
    Warehouse(
        15,
        "Leeds Interim",
        3,
        False,
        False,
        Address(
            "GB",
            "Priya",
            "Nair",
            None,
            "LS9 8AG",
            "Leeds",
            "Northwind Kitchen",
            "12 Canal Wharf",
            region="West Yorkshire",
        ),
    ),
    Warehouse(21, "Drop ship", 4, True, False, Address("US")),
)

CUSTOM_COLUMNS = (
    CustomColumn(1, "PO_BUYER", "Buyer", 0),
    CustomColumn(2, "PO_SEASON", "Season", 0),
    CustomColumn(3, "PO_REVIEWED", "Reviewed", 4),
    CustomColumn(4, "PO_LANDED_COST", "Landed cost", 2),
)

BRANDS = {163: ("Acme Kitchen", "Lakeshore", "Sakura"), 164: ("Acme Kitchen",), 171: ("Northwind", "Rheintal"), 188: ()}
MANUFACTURERS = {163: ("Lakeshore Ceramics", "Brightpath"), 164: (), 171: ("Rheintal Küchenwaren",), 188: ("Old Mill",)}


def offers(rng: random.Random, today: datetime) -> dict[int, list[Offer]]:
    """Each vendor's offers, priced in its own currency; a case costs a little less than its units."""
    return {vendor.id: [_offer(rng, today, vendor, p) for p in _sold_by(vendor)] for vendor in VENDORS}


def _sold_by(vendor: Vendor) -> list[Product]:
    return [product for product in PRODUCTS if product.sku.split("-")[0] in vendor.families]


def _offer(rng: random.Random, today: datetime, vendor: Vendor, product: Product) -> Offer:
    step = Decimal(1).scaleb(-vendor.digits)
    price = (product.price * vendor.rate).quantize(step, ROUND_HALF_UP)
    case_price = (price * product.units_per_case * Decimal("0.95")).quantize(step, ROUND_HALF_UP)
    code = f"{vendor.alias[0]}{rng.randrange(1000, 9999)}-{product.sku.split('-')[1][:3]}"
    modified = today - timedelta(days=rng.randrange(2, 360), seconds=rng.randrange(30_000, 60_000))
    return Offer(product, vendor.id, code, price, case_price, rng.randrange(0, 4000), modified)
