"""Partner Center's customers and the terms that they accepted → the model."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final

from gateway.errors import VendorBadAnswer
from gateway.model.account import Account
from gateway.model.agreement import Agreement, AgreementKind, AgreementStatus
from gateway.model.ref import Kind, Ref
from gateway.model.values import Contact, Party, Vendor
from gateway.vendors.partner_center import mapping_commerce as commerce
from gateway.vendors.partner_center.details import AgreementDetails
from gateway.vendors.reading import Row, fold

SENDABLE: Final = re.compile(r"[\x21-\x7e]{1,8192}")


def agreement(row: Row, account: Account, customer: str) -> Agreement:
    """A customer's acceptance of terms. It has no id at the vendor, so a digest of what it says stands in."""
    customer = commerce.canonical(customer)
    template = commerce.canonical(row.required("templateId"))
    contact = row.row("primaryContact")
    said = "\n".join((template, row.text("dateAgreed") or "", (contact.text("email") or "").lower()))
    ref = Ref.of(account.id, Kind.AGREEMENT, customer, hashlib.sha256(said.encode()).hexdigest()[:32])
    return Agreement(
        ref=ref,
        vendor=Vendor.PARTNER_CENTER,
        kind=AgreementKind.ACCEPTED_TERMS,
        name=row.text("type"),
        status=AgreementStatus.ACCEPTED,
        customer=commerce.customer_party(account.id, customer),
        accepted_at=row.moment("dateAgreed"),
        details=AgreementDetails(
            customer=commerce.customer_reference(account.id, customer),
            template_id=template,
            type=row.text("type"),
            confirmed_by=row.text("userId"),
            primary_contact=_contact(contact) if contact else None,
            agreement_link=_web_address(row.text("agreementLink") or ""),
        ),
        tie="/".join(ref.parts),
    )


def direct_signed(body: Any) -> bool:
    signed = Row(body, "direct signing status").boolean("isSigned")
    if signed is None:
        raise VendorBadAnswer("The vendor's direct signing status does not say whether it is signed.")
    return signed


def customer(row: Row) -> Party:
    """A row of the partner's customers. Raises VendorBadAnswer."""
    return Party(commerce.canonical(row.required("id")), row.row("companyProfile").filled("companyName"))


def continuation(body: Any) -> str | None:
    """The token for the next page of customers, from the next link's headers or beside the list; None on the last.

    It goes back as a header. Raises VendorBadAnswer for what cannot be one.
    """
    envelope = Row(body, "customer list")
    headers = envelope.row("links").row("next").rows("headers")
    named = (header.filled("value") for header in headers if fold(header.text("key") or "") == "mscontinuationtoken")
    token = next(named, None) or envelope.filled("continuationToken")
    if token is not None and not SENDABLE.fullmatch(token):
        raise VendorBadAnswer("The vendor's customer list continues under a token that cannot be sent.")
    return token


def _contact(row: Row) -> Contact:
    return Contact(row.text("firstName"), row.text("lastName"), row.text("email"), row.text("phoneNumber"))


def _web_address(text: str) -> str | None:
    return text if text.startswith(("https://", "http://")) and text.isprintable() else None
