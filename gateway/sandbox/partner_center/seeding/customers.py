"""The six customers: five the partner resells to, one of them without the customer agreement, and a stranger."""

from __future__ import annotations

from random import Random

from gateway.sandbox.partner_center.records import Customer, guid

RESELLERS = ("5357000", "5357114", "6120038", "6120551", "6244907", "6308812")
# name, domain, country, currency, has a relation, signed directly
COMPANIES: tuple[tuple[str, str, str, str, bool, bool], ...] = (
    ("Nordlicht Maschinenbau GmbH", "nordlicht-mb.onmicrosoft.com", "DE", "EUR", True, False),
    ("Harbor & Pine Outfitters Inc.", "harborpine.onmicrosoft.com", "US", "USD", True, True),
    ("Thistledown Publishing Ltd", "thistledown.onmicrosoft.com", "GB", "GBP", True, False),
    ("Alpenrose Pharma AG", "alpenrosepharma.onmicrosoft.com", "CH", "CHF", True, False),
    ("Fjällgården Bygg AB", "fjallgarden.onmicrosoft.com", "SE", "SEK", True, False),
    ("Atelier Vauquelin SARL", "vauquelin.onmicrosoft.com", "FR", "EUR", False, False),
)
WITHOUT_AGREEMENT = "Fjällgården Bygg AB"


def seed_customers(seed: int) -> list[Customer]:
    rng = Random(f"{seed}/customers")
    return [Customer(guid(rng), *company) for company in COMPANIES]
