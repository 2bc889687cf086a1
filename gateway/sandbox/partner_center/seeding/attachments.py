"""Purchase order files of seeded orders: all that were reviewed, and completed ones that once had to be."""

from __future__ import annotations

from random import Random

from gateway.sandbox.partner_center.records import Attachment, Order, hexes

REVIEWED = ("po_upload_complete", "po_review_rejected")
PDF = "application/pdf"
NAMES = (
    ("PO_Part1.pdf", PDF),
    ("Purchase order {0}.pdf", PDF),
    ("Bestellung_{0}.pdf", PDF),
    ("scan-{0}.png", "image/png"),
    ("PO {0}.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
)


def attach(order: Order, rng: Random) -> None:
    asked_for = any(line.item.trait == "purchase_order" for line in order.lines)
    if order.status not in REVIEWED and not (order.status == "completed" and asked_for):
        return
    for name, content_type in rng.sample(NAMES, rng.choices((1, 2, 3), weights=(70, 22, 8))[0]):
        _add(order, rng, name, content_type, "POAttachment")
    if rng.random() < 0.3:
        _add(order, rng, "Tender {0}.pdf", PDF, "TenderAttachment")


def _add(order: Order, rng: Random, name: str, content_type: str, kind: str) -> None:
    file_name = name.format(4500000 + rng.randrange(90_000))
    order.attachments.append(Attachment(hexes(rng, 14), file_name, content_type, kind, rng.randint(9_000, 2_600_000)))
