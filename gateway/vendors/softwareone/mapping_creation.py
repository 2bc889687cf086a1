"""New orders → their JSON for the vendor, as its order object page and its own client write it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from gateway.model.ref import Ref
from gateway.model.writing import Absent
from gateway.vendors.commands import Remark
from gateway.vendors.softwareone.commands import (
    ChangeDraft,
    ConfigurationDraft,
    Draft,
    LineChange,
    NewLineDraft,
    OrderDraft,
    ParameterDraft,
    Placement,
    PurchaseDraft,
    SubscriptionChange,
    TerminationDraft,
)
from gateway.vendors.softwareone.rules import plain
from gateway.vendors.softwareone.wire import Path, Wire, steps

Part = tuple[dict[str, Any], dict[Path, Path]]
"""A part of a body, and the places of what is in it."""
TYPES: Final[Mapping[type[Draft], str]] = {
    PurchaseDraft: "Purchase",
    ChangeDraft: "Change",
    TerminationDraft: "Termination",
    ConfigurationDraft: "Configuration",
}
PLACEMENTS: Final[Mapping[Placement, str]] = {
    Placement.DRAFT: "Draft",
    Placement.QUOTED: "Quoted",
    Placement.PROCESSING: "Processing",
}
# A line's fields in the body, in lower case, and in the input.
NEW_LINE: Final = {"item": "itemId", "quantity": "quantity"}
CHANGED_LINE: Final = {"id": "lineId", "quantity": "quantity"}
ENDED_LINE: Final[Mapping[str, str]] = {}


def creation(draft: OrderDraft, path: Path, external_id: str) -> Wire:
    """The body of a new order; `path` is where the draft stands in the input."""
    name, one = draft.chosen
    at = (*path, name)
    body: dict[str, Any] = {"type": TYPES[type(one)], "status": PLACEMENTS[one.placement]}
    places: dict[Path, Path] = {
        ("type",): at,
        ("status",): (*at, "placement"),
        ("notes",): (*at, "notes"),
        ("externalids",): (*at, "externalId"),
    }
    own_body, own_places = _purchase(one, at) if isinstance(one, PurchaseDraft) else _on_agreement(one, at)
    body |= own_body
    if one.notes is not None:
        body["notes"] = one.notes
    body["externalIds"] = {"client": external_id}
    if one.ordering_parameters:
        body["parameters"] = {"ordering": [*map(parameter, one.ordering_parameters)], "fulfillment": []}
    return Wire(body, places | _parameter_places(one.ordering_parameters, at) | own_places)


def _parameter_places(drafts: Sequence[ParameterDraft], at: Path) -> dict[Path, Path]:
    known = (*at, "orderingParameters")
    places = {("parameters",): known, ("parameters", "ordering"): known}
    for place, draft in enumerate(drafts):
        names = (str(place), draft.key or draft.external_id or "")
        places |= parameter_places("ordering", names, (*known, str(place)))
    return places


def _purchase(one: PurchaseDraft, at: Path) -> Part:
    body: dict[str, Any] = {"agreement": {"licensee": {"id": one.licensee_id}, "product": {"id": one.product_id}}}
    places = {
        ("agreement",): at,
        ("agreement", "licensee"): (*at, "licenseeId"),
        ("licensee",): (*at, "licenseeId"),
        ("agreement", "product"): (*at, "productId"),
        ("product",): (*at, "productId"),
        ("listing",): (*at, "listingId"),
        ("authorization",): (*at, "authorizationId"),
        **_line_places(at, ("lines", len(one.lines), NEW_LINE)),
    }
    if one.listing_id is not None:
        body["listing"] = {"id": one.listing_id}
    if one.authorization_id is not None:
        body["authorization"] = {"id": one.authorization_id}
    body["lines"] = [new_line(line) for line in one.lines]
    return _with_certificates(one.certificate_ids, at, (body, places))


def _on_agreement(one: ChangeDraft | TerminationDraft | ConfigurationDraft, at: Path) -> Part:
    body: dict[str, Any] = {"agreement": {"id": one.agreement_id.parts[0]}}
    places: dict[Path, Path] = {("agreement",): (*at, "agreementId")}
    match one:
        case ChangeDraft():
            lines = [*map(changed_line, one.lines), *map(new_line, one.new_lines)]
            subscriptions = [_subscription(change) for change in one.subscriptions]
            changed = ("lines", len(one.lines), CHANGED_LINE)
            places |= _line_places(at, changed, ("newLines", len(one.new_lines), NEW_LINE))
            places |= _subscription_places(one.subscriptions, at)
        case TerminationDraft():
            lines = [{"id": _number(ref), "quantity": 0} for ref in one.line_ids]
            subscriptions = [{"id": _number(ref)} for ref in one.subscription_ids]
            places |= _line_places(at, ("lineIds", len(one.line_ids), ENDED_LINE))
            ended = range(len(one.subscription_ids))
            places |= {("subscriptions", str(place)): (*at, "subscriptionIds", str(place)) for place in ended}
        case ConfigurationDraft():
            lines = []
            subscriptions = [_subscription(change) for change in one.subscriptions]
            places |= _subscription_places(one.subscriptions, at)
    if lines:
        body["lines"] = lines
    if subscriptions:
        body["subscriptions"] = subscriptions
    return _with_certificates(one.certificate_ids if isinstance(one, ChangeDraft) else (), at, (body, places))


def new_line(line: NewLineDraft) -> dict[str, Any]:
    return {"item": {"id": line.item_id}, "quantity": line.quantity}


def changed_line(line: LineChange) -> dict[str, Any]:
    return {"id": _number(line.line_id), "quantity": line.quantity}


def parameter(draft: ParameterDraft) -> dict[str, Any]:
    """A parameter as it is written back: by one of its names, with its value."""
    entry: dict[str, Any] = {"id": draft.key} if draft.key else {"externalId": draft.external_id}
    if not isinstance(draft.value, Absent):
        entry["value"] = plain(draft.value)
    if not isinstance(draft.error, Absent):
        entry["error"] = None if draft.error is None else remark(draft.error)
    return entry


def remark(known: Remark) -> dict[str, Any]:
    """The vendor's message object; `id` is the code."""
    return {"id": known.code, "message": known.message} if known.code else {"message": known.message}


def parameter_places(phase: str, names: Iterable[str], known: Path) -> dict[Path, Path]:
    """Of one parameter, under each of these: its place in the list that is sent, and the names that the vendor uses."""
    places: dict[Path, Path] = {}
    for name in names:
        prefix = ("parameters", phase, *steps(name))
        places |= {prefix: known, (*prefix, "value"): (*known, "value"), (*prefix, "error"): (*known, "error")}
    return places


def _number(ref: Ref) -> str:
    return ref.parts[-1]


def _subscription(change: SubscriptionChange) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": _number(change.subscription_id)}
    if change.auto_renew is not None:
        entry["autoRenew"] = change.auto_renew
    if change.lines:
        entry["lines"] = [changed_line(line) for line in change.lines]
    return entry


def _with_certificates(ids: Sequence[str], at: Path, part: Part) -> Part:
    body, places = part
    if ids:
        body["certificates"] = [{"id": one} for one in ids]
    places[("certificates",)] = (*at, "certificateIds")
    places |= {("certificates", str(place)): (*at, "certificateIds", str(place)) for place in range(len(ids))}
    return body, places


def _line_places(at: Path, *lists: tuple[str, int, Mapping[str, str]]) -> dict[Path, Path]:
    """Of the body's one list of lines, made of these lists of the input in turn."""
    places: dict[Path, Path] = {("lines",): (*at, lists[0][0])}
    origins = (((*at, name, str(place)), fields) for name, count, fields in lists for place in range(count))
    for place, (known, fields) in enumerate(origins):
        places |= line_places(("lines", str(place)), known, fields)
    return places


def line_places(prefix: Path, known: Path, fields: Mapping[str, str]) -> dict[Path, Path]:
    return {prefix: known, **{(*prefix, theirs): (*known, ours) for theirs, ours in fields.items()}}


def _subscription_places(changes: Sequence[SubscriptionChange], at: Path) -> dict[Path, Path]:
    places: dict[Path, Path] = {("subscriptions",): (*at, "subscriptions")}
    for place, change in enumerate(changes):
        prefix, known = ("subscriptions", str(place)), (*at, "subscriptions", str(place))
        places |= {prefix: known, (*prefix, "id"): (*known, "subscriptionId")}
        places |= {(*prefix, "autorenew"): (*known, "autoRenew"), (*prefix, "lines"): (*known, "lines")}
        for inner in range(len(change.lines)):
            below = ("lines", str(inner))
            places |= line_places((*prefix, *below), (*known, *below), CHANGED_LINE)
    return places
