"""What the tenant buys: sixty products in twelve families, one of them discontinued."""

from __future__ import annotations

from decimal import Decimal

from gateway.sandbox.sellercloud.records import Product

# family: name, US dollars per unit, units per case, then (suffix, label, price factor)
_FAMILIES: dict[str, tuple[str, str, int, tuple[tuple[str, str, str], ...]]] = {
    "MUG": (
        "Stoneware mug",
        "3.25",
        24,
        (
            ("11OZ", "11 oz", "1"),
            ("15OZ", "15 oz", "1.3"),
            ("ESP", "espresso", "0.7"),
            ("TRVL", "travel, with lid", "2.4"),
            ("SET4", "set of 4", "3.6"),
        ),
    ),
    "BOWL": (
        "Cereal bowl",
        "4.10",
        12,
        (
            ("WHT", "white", "1"),
            ("SLT", "slate", "1.05"),
            ("SGE", "sage", "1.05"),
            ("XL", "serving, 28 cm", "2.9"),
            ("SET6", "set of 6", "5.4"),
        ),
    ),
    "PLATE": (
        "Dinner plate",
        "5.40",
        12,
        (
            ("WHT", "white", "1"),
            ("SLT", "slate", "1.05"),
            ("SGE", "sage", "1.05"),
            ("SIDE", "side, 20 cm", "0.6"),
            ("SET6", "set of 6", "5.5"),
        ),
    ),
    "TOWEL": (
        "Linen tea towel",
        "3.80",
        40,
        (
            ("NAT", "natural", "1"),
            ("BLU", "blue stripe", "1.1"),
            ("RED", "red check", "1.1"),
            ("HRB", "herb print", "1.2"),
            ("PK3", "pack of 3", "2.7"),
        ),
    ),
    "APRON": (
        "Cotton apron",
        "9.90",
        20,
        (
            ("NVY", "navy", "1"),
            ("OAT", "oatmeal", "1"),
            ("KID", "children's", "0.7"),
            ("LTH", "with leather straps", "2.1"),
            ("BBQ", "long, waxed", "1.8"),
        ),
    ),
    "KNIFE": (
        "Forged knife",
        "21.00",
        6,
        (
            ("CHEF20", "chef's, 20 cm", "1.6"),
            ("BREAD", "bread, 22 cm", "1.3"),
            ("PARE", "paring, 9 cm", "0.6"),
            ("SANT", "santoku, 18 cm", "1.5"),
            ("BLK5", "block of 5", "5.2"),
        ),
    ),
    "PAN": (
        "Iron frying pan",
        "24.50",
        4,
        (
            ("20", "20 cm", "0.8"),
            ("24", "24 cm", "1"),
            ("28", "28 cm", "1.25"),
            ("GRILL", "grill", "1.4"),
            ("LID", "lid, 28 cm", "0.5"),
        ),
    ),
    "BOARD": (
        "Maple board",
        "14.75",
        8,
        (
            ("S", "small", "0.7"),
            ("M", "medium", "1"),
            ("L", "large", "1.5"),
            ("END", "end grain", "3.1"),
            ("CHS", "cheese, with knife", "1.9"),
        ),
    ),
    "JAR": (
        "Preserving jar",
        "2.15",
        48,
        (
            ("05L", "0.5 l", "0.8"),
            ("1L", "1 l", "1"),
            ("2L", "2 l", "1.5"),
            ("HEX", "hexagonal", "0.9"),
            ("LIDS", "lids, pack of 10", "2.2"),
        ),
    ),
    "TEAPOT": (
        "Cast iron teapot",
        "27.00",
        6,
        (
            ("06", "0.6 l", "1"),
            ("12", "1.2 l", "1.5"),
            ("GLS", "glass", "0.8"),
            ("SET", "with 2 cups", "1.7"),
            ("TRV", "trivet", "0.3"),
        ),
    ),
    "CHOP": (
        "Chopsticks",
        "2.60",
        100,
        (
            ("BMB", "bamboo", "0.5"),
            ("LCQ", "lacquered", "1.4"),
            ("GFT", "gift box of 5", "5.5"),
            ("KID", "children's", "0.9"),
            ("REST", "rests, set of 5", "2.2"),
        ),
    ),
    "LAMP": (
        "LED table lamp",
        "18.40",
        10,
        (
            ("DSK", "desk", "1"),
            ("BED", "bedside", "0.9"),
            ("CLP", "clip-on", "0.6"),
            ("FLR", "floor", "2.8"),
            ("USB", "with USB socket", "1.2"),
        ),
    ),
}
_INACTIVE = {"JAR-HEX"}

PRODUCTS = tuple(
    Product(
        f"{family}-{suffix}",
        f"{name}, {label}",
        (Decimal(price) * Decimal(factor)).quantize(Decimal("0.01")),
        per_case,
        f"{family}-{suffix}" not in _INACTIVE,
    )
    for family, (name, price, per_case, variants) in _FAMILIES.items()
    for suffix, label, factor in variants
)
