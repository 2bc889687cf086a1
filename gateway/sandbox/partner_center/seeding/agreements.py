"""Agreement templates, and who at each customer accepted which."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from gateway.sandbox.partner_center.records import Customer, Document, World, guid
from gateway.sandbox.partner_center.seeding.customers import WITHOUT_AGREEMENT
from gateway.sandbox.partner_center.times import zoneless

TEMPLATES = (
    ("MicrosoftCustomerAgreement", "https://aka.ms/customeragreement", 1),
    ("MicrosoftCloudAgreement", "https://docs.example.com/microsoft-cloud-agreement", 0),
)
PEOPLE = (
    ("Ada", "Berg"),
    ("Jonas", "Wendt"),
    ("Priya", "Raman"),
    ("Marcus", "Ellery"),
    ("Sofia", "Lindqvist"),
    ("Beat", "Zürcher"),
    ("Grace", "Okafor"),
    ("Tomasz", "Zielinski"),
)
# How many confirmations of each type a customer has: the legacy agreement is older and was confirmed by fewer.
CONFIRMED = {"MicrosoftCustomerAgreement": (2, 4), "MicrosoftCloudAgreement": (1, 2)}


def templates(seed: int) -> tuple[Document, ...]:
    rng = Random(f"{seed}/templates")
    return tuple(
        {"templateId": guid(rng), "agreementType": kind, "agreementLink": address, "versionRank": rank}
        for kind, address, rank in TEMPLATES
    )


def seed_agreements(world: World, customer: Customer, today: datetime) -> None:
    """Several confirmations of both types per customer; `WITHOUT_AGREEMENT` has the legacy type only."""
    rng = Random(f"{world.seed}/agreements/{customer.name}")
    for template in world.templates:
        kind = template["agreementType"]
        if kind == "MicrosoftCustomerAgreement" and customer.name == WITHOUT_AGREEMENT:
            continue
        for first, last in rng.sample(PEOPLE, rng.randint(*CONFIRMED[kind])):
            contact = {
                "firstName": first,
                "lastName": last,
                "email": f"{first}.{last}@{customer.domain}".lower(),
                "phoneNumber": f"555{rng.randrange(10_000):04d}",
            }
            if rng.random() < 0.25:
                del contact["phoneNumber"]
            customer.agreements.append(
                {
                    "primaryContact": contact,
                    "templateId": template["templateId"],
                    "dateAgreed": zoneless(today - timedelta(days=rng.randint(370, 900))),
                    "type": kind,
                    "agreementLink": template["agreementLink"],
                }
            )
