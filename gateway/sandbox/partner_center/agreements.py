"""Customer agreements: templates and their documents, confirmations, and whether a customer signed directly."""

from __future__ import annotations

from starlette.responses import Response

from gateway.sandbox.partner_center.answers import Missing, Refusal, collection, ok
from gateway.sandbox.partner_center.call import Call
from gateway.sandbox.partner_center.records import Document, World, hexes
from gateway.sandbox.partner_center.times import parse, zoneless

TYPES = ("MicrosoftCustomerAgreement", "MicrosoftCloudAgreement")
DEFAULT_TYPE = "MicrosoftCloudAgreement"
LANGUAGES = ("en-US", "de-DE", "de-CH", "en-GB", "sv-SE", "fr-FR")
COUNTRIES = ("US", "DE", "GB", "CH", "SE", "FR")
DOCUMENT_LIFETIME = 300.0
TICKETS_KEPT = 1000


def list_templates(call: Call) -> Response:
    wanted = _types(call)
    return collection([one for one in call.world.templates if one["agreementType"] in wanted])


def list_agreements(call: Call) -> Response:
    """The customer's confirmations; who confirmed is not told in lists."""
    wanted = _types(call)
    rows = [one for one in call.customer.agreements if one["type"] in wanted]
    return collection([{name: value for name, value in one.items() if name != "userId"} for one in rows])


def confirm_agreement(call: Call) -> Response:
    """Records a confirmation; the same contact again is refused (confirm-customer-consent-customer-agreement page)."""
    document = call.document
    contact, template_id, kind = (document.get(name) for name in ("primaryContact", "templateId", "type"))
    agreed = parse(document.get("dateAgreed"))
    if not isinstance(contact, dict) or not _is_contact(contact) or agreed is None or kind not in TYPES:
        raise Refusal(400, 3000, "primaryContact, dateAgreed and type", agreements=True)
    template = next((one for one in call.world.templates if one["templateId"] == str(template_id).lower()), None)
    if template is None or template["agreementType"] != kind:
        raise Refusal(400, 3000, "templateId", agreements=True)
    same = [one for one in call.customer.agreements if one["type"] == kind]
    if any(_identity(one["primaryContact"]) == _identity(contact) for one in same):
        raise Refusal(400, 600061, agreements=True)
    agreement = {
        "userId": call.token.subject,
        "primaryContact": contact,
        "templateId": template["templateId"],
        "dateAgreed": zoneless(agreed),
        "type": kind,
    }
    call.customer.agreements.append(agreement | {"agreementLink": template["agreementLink"]})
    return ok(agreement, 201)


def direct_sign_status(call: Call) -> Response:
    return ok({"isSigned": call.customer.direct_signed})


def template_document(call: Call) -> Response:
    """Where to read a template: new addresses each time, good for 5 minutes. Language and country mind their case."""
    language, country = call.query.get("language", "en-US"), call.query.get("country", "US")
    template = next(
        (one for one in call.world.templates if one["templateId"] == call.params["template_id"].lower()), None
    )
    if template is None or language not in LANGUAGES or country not in COUNTRIES:
        raise Refusal(404, 1000)
    world, title = call.world, f"{template['agreementType']} {language} {country}"
    while len(world.tickets) >= TICKETS_KEPT:
        del world.tickets[next(iter(world.tickets))]
    addresses = []
    for _ in range(2):
        ticket = hexes(world.ids, 32)
        world.tickets[ticket] = (world.clock() + DOCUMENT_LIFETIME, title)
        addresses.append(f"{call.root}/agreement-documents/{ticket}")
    return ok({"displayUri": addresses[0], "downloadUri": addresses[1], "language": language, "country": country})


def open_document(world: World, ticket: str) -> Response:
    """The document behind an address; no token is asked for."""
    known = world.tickets.get(ticket)
    if known is None:
        raise Missing(f"document {ticket}")
    expires, title = known
    if expires <= world.clock():
        return Response("The address has expired.", 403, media_type="text/plain")
    return Response(f"%PDF-1.7\n% {title}\n%%EOF\n".encode(), media_type="application/pdf")


def _types(call: Call) -> tuple[str, ...]:
    wanted = call.query.get("agreementType", DEFAULT_TYPE)
    if wanted != "*" and wanted not in TYPES:
        raise Refusal(400, 3000, "agreementType", agreements=True)
    return TYPES if wanted == "*" else (wanted,)


def _is_contact(contact: Document) -> bool:
    return all(isinstance(contact.get(name), str) and contact[name] for name in ("firstName", "lastName", "email"))


def _identity(contact: Document) -> tuple[str, ...]:
    return tuple(str(contact[name]).casefold() for name in ("firstName", "lastName", "email"))
