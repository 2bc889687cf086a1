"""The documented rules for new orders, checked before any call: every broken one is told, with its path in the input.

Sources: the vendor's order object page, and its canon of orders (BR-001 to BR-003, BR-018). What depends on the
product, the agreement or the account is left to the vendor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import orjson

from gateway.errors import VendorBadAnswer
from gateway.model.ref import Kind, Ref
from gateway.model.writing import ABSENT, UserError, UserErrorCode
from gateway.vendors.commands import Remark
from gateway.vendors.softwareone.commands import (
    ChangeDraft,
    ConfigurationDraft,
    LineChange,
    NewLineDraft,
    OrderDraft,
    ParameterDraft,
    PurchaseDraft,
    SubscriptionChange,
    TerminationDraft,
)
from gateway.vendors.softwareone.mapping_parts import plain_json
from gateway.vendors.softwareone.settings import Actor

Path = tuple[str, ...]
Mistakes = Iterator[UserError]

MESSAGE_LENGTH: Final = 4_000
TWICE: Final = "This is named twice."
REFERENCE_LENGTH: Final = 500  # ours: a longer one could not be looked for, which takes it in an address
VALUE_BYTES: Final = 64 * 1024  # ours: the vendor publishes no bound


def of_order(draft: OrderDraft, path: Path) -> list[UserError]:
    """What is wrong with a new order; `path` is where it stands in the input."""
    name, one = draft.chosen
    at = (*path, name)
    return [*_of_type(one, at), *_of_every_order(one, at)]


def _of_type(one: PurchaseDraft | ChangeDraft | TerminationDraft | ConfigurationDraft, at: Path) -> Mistakes:
    match one:
        case PurchaseDraft():
            yield from _purchase(one, at)
        case ChangeDraft():
            yield from _change(one, at)
        case TerminationDraft():
            yield from _termination(one, at)
        case ConfigurationDraft():
            yield from _configuration(one, at)


def _purchase(one: PurchaseDraft, at: Path) -> Mistakes:
    yield from given(one.licensee_id, (*at, "licenseeId"))
    yield from given(one.product_id, (*at, "productId"))
    yield from not_blank(one.listing_id, (*at, "listingId"))
    yield from not_blank(one.authorization_id, (*at, "authorizationId"))
    if not one.lines:
        yield UserError(UserErrorCode.REQUIRED, "A purchase needs at least one line.", (*at, "lines"))
    yield from new_lines(one.lines, (*at, "lines"))
    yield from _certificates(one.certificate_ids, at)


def _change(one: ChangeDraft, at: Path) -> Mistakes:
    if not (one.new_lines or one.lines or one.subscriptions):
        yield UserError(UserErrorCode.REQUIRED, "A change needs lines or subscriptions to change.", at)
    yield from new_lines(one.new_lines, (*at, "newLines"))
    yield from line_changes(one.lines, (*at, "lines"), one.agreement_id)
    yield from _subscriptions(one.subscriptions, (*at, "subscriptions"), one.agreement_id)
    for place, subscription in enumerate(one.subscriptions):
        if subscription.auto_renew is not None:
            known = "Whether a subscription renews itself is changed by a configuration order."
            where = (*at, "subscriptions", str(place), "autoRenew")
            yield UserError(UserErrorCode.NOT_ALLOWED_HERE, known, where)
    yield from _lines_in_both(one, at)
    yield from _certificates(one.certificate_ids, at)


def _lines_in_both(one: ChangeDraft, at: Path) -> Mistakes:
    """A line changed by itself is not to be changed with a subscription as well."""
    seen = {line.line_id.parts[-1] for line in one.lines}
    for place, subscription in enumerate(one.subscriptions):
        for inner, line in enumerate(subscription.lines):
            if line.line_id.parts[-1] in seen:
                where = (*at, "subscriptions", str(place), "lines", str(inner), "lineId")
                yield UserError(UserErrorCode.INVALID, TWICE, where)
        seen |= {line.line_id.parts[-1] for line in subscription.lines}


def _termination(one: TerminationDraft, at: Path) -> Mistakes:
    if not (one.line_ids or one.subscription_ids):
        yield UserError(UserErrorCode.REQUIRED, "A termination needs lines or subscriptions to end.", at)
    yield from line_refs(one.line_ids, (*at, "lineIds"), one.agreement_id)
    yield from _once([ref.parts[-1] for ref in one.subscription_ids], (*at, "subscriptionIds"))


def _configuration(one: ConfigurationDraft, at: Path) -> Mistakes:
    if not one.subscriptions:
        known = "A configuration order needs at least one subscription."
        yield UserError(UserErrorCode.REQUIRED, known, (*at, "subscriptions"))
    yield from _subscriptions(one.subscriptions, (*at, "subscriptions"), one.agreement_id)
    for place, subscription in enumerate(one.subscriptions):
        if subscription.lines:
            known = "A configuration order leaves quantities as they are; a change order changes them."
            where = (*at, "subscriptions", str(place), "lines")
            yield UserError(UserErrorCode.NOT_ALLOWED_HERE, known, where)


def _of_every_order(one: PurchaseDraft | ChangeDraft | TerminationDraft | ConfigurationDraft, at: Path) -> Mistakes:
    yield from not_blank(one.external_id, (*at, "externalId"))
    if one.external_id is not None and len(one.external_id) > REFERENCE_LENGTH:
        known = f"A number of your own has at most {REFERENCE_LENGTH} characters."
        yield UserError(UserErrorCode.TOO_LARGE, known, (*at, "externalId"))
    yield from parameters(one.ordering_parameters, (*at, "orderingParameters"), "client")


def new_lines(lines: Sequence[NewLineDraft], at: Path) -> Mistakes:
    for place, line in enumerate(lines):
        yield from given(line.item_id, (*at, str(place), "itemId"))
        if line.quantity < 1:
            known = "A new line has a quantity of at least 1."
            yield UserError(UserErrorCode.INVALID, known, (*at, str(place), "quantity"))


def line_changes(lines: Sequence[LineChange], at: Path, agreement: Ref | None) -> Mistakes:
    """`agreement`: whose lines they have to be, where it is known."""
    for place, line in enumerate(lines):
        if line.quantity < 0:
            known = "A quantity is not negative; 0 ends the line."
            yield UserError(UserErrorCode.INVALID, known, (*at, str(place), "quantity"))
    yield from line_refs([line.line_id for line in lines], at, agreement, "lineId")


def line_refs(refs: Sequence[Ref], at: Path, agreement: Ref | None, name: str | None = None) -> Mistakes:
    """Each line once, and of the agreement. An order's line tells no agreement, so the vendor judges that."""
    below = () if name is None else (name,)
    for place, ref in enumerate(refs):
        if agreement and ref.kind is Kind.AGREEMENT_LINE and ref.parts[0] != agreement.parts[0]:
            known = "This line is of another agreement."
            yield UserError(UserErrorCode.INVALID, known, (*at, str(place), *below))
    yield from _once([ref.parts[-1] for ref in refs], at, below)


def parameters(drafts: Sequence[ParameterDraft], at: Path, actor: Actor) -> Mistakes:
    for place, draft in enumerate(drafts):
        where = (*at, str(place))
        if draft.key and draft.external_id:
            known = "A parameter is named by its key or by its externalId, not by both."
            yield UserError(UserErrorCode.INVALID, known, where)
        elif not (draft.key or draft.external_id):
            yield UserError(UserErrorCode.REQUIRED, "A parameter is named by its key or by its externalId.", where)
        if draft.value is ABSENT and draft.error is ABSENT:
            yield UserError(UserErrorCode.REQUIRED, "A parameter needs a value.", (*where, "value"))
        if draft.value is not ABSENT:
            yield from _json(draft.value, (*where, "value"))
        if draft.error is not ABSENT and actor != "vendor":
            known = "Only the vendor of the product says what is wrong with a value."
            yield UserError(UserErrorCode.NOT_ALLOWED_HERE, known, (*where, "error"))
        elif isinstance(draft.error, Remark):
            yield from remark(draft.error, (*where, "error"))
    yield from _once([draft.key or draft.external_id or "" for draft in drafts], at)


def remark(known: Remark, at: Path) -> Mistakes:
    """A message for people: 1 to 4000 characters."""
    yield from given(known.message, (*at, "message"))
    if len(known.message) > MESSAGE_LENGTH:
        limit = f"A message has at most {MESSAGE_LENGTH} characters."
        yield UserError(UserErrorCode.INVALID, limit, (*at, "message"))


def given(text: str, at: Path) -> Mistakes:
    if not text.strip():
        yield UserError(UserErrorCode.REQUIRED, "This is empty.", at)


def not_blank(text: str | None, at: Path) -> Mistakes:
    if text is not None and not text.strip():
        yield UserError(UserErrorCode.INVALID, "This is empty; leave it out instead.", at)


def plain(value: Any) -> Any:
    """A parameter's value as the client's JSON had it: commands hold lists as tuples."""
    match value:
        case list() | tuple():
            return [plain(one) for one in value]
        case dict():
            return {key: plain(one) for key, one in value.items()}
        case _:
            return value


def _subscriptions(changes: Sequence[SubscriptionChange], at: Path, agreement: Ref) -> Mistakes:
    for place, change in enumerate(changes):
        yield from line_changes(change.lines, (*at, str(place), "lines"), agreement)
    yield from _once([change.subscription_id.parts[-1] for change in changes], at, ("subscriptionId",))


def _certificates(ids: Sequence[str], at: Path) -> Mistakes:
    for place, one in enumerate(ids):
        yield from given(one, (*at, "certificateIds", str(place)))


def _json(value: Any, at: Path) -> Mistakes:
    """What JSON cannot say is no value (infinite numbers, half characters), nor what could not be read back."""
    try:
        known = plain(value)
        text = orjson.dumps(known)
        plain_json(known)
    except (TypeError, RecursionError, VendorBadAnswer):
        yield UserError(UserErrorCode.INVALID, "This value cannot be sent, or is nested too deeply.", at)
        return
    if orjson.loads(text) != known:
        yield UserError(UserErrorCode.INVALID, "This value cannot be sent as JSON.", at)
    elif len(text) > VALUE_BYTES:
        yield UserError(UserErrorCode.TOO_LARGE, f"A value has at most {VALUE_BYTES} bytes.", at)


def _once(names: Iterable[str], at: Path, below: Path = ()) -> Mistakes:
    """Whatever is named twice would be changed twice, in no certain order. Unnamed ones are told elsewhere."""
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name in seen:
            yield UserError(UserErrorCode.INVALID, TWICE, (*at, str(place), *below))
        if name:
            seen.add(name)
