"""What mutations answer: how the write ended, and the things it made or touched, read for the selection at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from gateway.errors import GatewayError
from gateway.model.cart import CheckoutError
from gateway.model.ref import Ref
from gateway.model.writing import UserError, UserErrorCode, WriteState, Written
from gateway.schema.agreement import AgreementView, ProductSubscriptionView
from gateway.schema.context import Info
from gateway.schema.cost import anywhere
from gateway.schema.nodes import find
from gateway.schema.order import AttachmentView, OrderView
from gateway.schema.values import Node
from gateway.schema.vendors.partner_center import CartView, CheckoutErrorView
from gateway.schema.view import described, edge, plain, view
from gateway.vendors.base import AGREEMENT, ATTACHMENT, CART, ORDER, SUBSCRIPTION, Read, T

described(
    WriteState,
    "WriteState",
    "How a write ended.",
    DONE="All of it was done.",
    PARTLY_DONE="A part of it was done; `userErrors` say what was not.",
    REFUSED="Nothing was done; `userErrors` say why.",
    UNKNOWN="The vendor's answer was lost, and a search did not settle it; or the request's time was over before the "
    "write was. The same request with the same key looks again, and never does it twice.",
)
described(
    UserErrorCode,
    "UserErrorCode",
    "What is wrong with an input.",
    REQUIRED="It is needed here and was not given.",
    INVALID="It breaks a rule of the vendor or of this gateway.",
    NOT_ALLOWED_HERE="It is not taken in this place, at this vendor, or by this login.",
    NOT_FOUND="The vendor has no such thing.",
    STALE="The thing has changed since it was read.",
    EXPIRED="Its time is over.",
    LINE_ERRORS="Lines have errors of their own; they show them.",
    TOO_LARGE="It is larger than the vendor or this gateway takes.",
    TOO_MANY="There are more of these than the vendor or this gateway takes.",
    BAD_FILE_TYPE="Files of this type are not taken, or the file is not what it is said to be.",
    AGREEMENT_REQUIRED="The customer has to accept an agreement first.",
    ATTESTATION_REQUIRED="An attestation has to be accepted first.",
    CONSENT_REQUIRED="This goes further than it looks; the input has a field that allows it.",
    CREDIT_LIMIT="The credit limit does not allow it.",
    UNSUPPORTED="This account or vendor cannot do that; the message says what to do instead.",
    IDEMPOTENCY_CONFLICT="The key was used for another input.",
    VENDOR_REFUSED="The vendor refused it; `vendorCode` and the message are its own.",
)


@view(UserError, name="UserError", description="Something that whoever filled in the input can mend.", shareable=True)
class UserErrorView:
    code: UserErrorCode = plain("What is wrong, in a word.")
    message: str = plain("What is wrong, for people; a vendor's own words are untrusted, capped, one line.")
    field: list[str] | None = plain("The path into the input, list indices as text; null where it is no one field.")
    vendor_code: str | None = plain("The vendor's own code.")


async def candidates(root: strawberry.Parent[Written], info: Info) -> list[object]:
    """One that cannot be read, or may not be seen, is left out with an error of its own."""

    async def read_one(ref: Ref) -> object | None:
        try:
            return await find(info.context, ref)
        except GatewayError as error:
            info.context.missing(info.path.as_list(), error)
            return None

    found = await asyncio.gather(*map(read_one, root.outcome.candidates))
    return [thing for thing in found if thing is not None]


@view(Written, name="WriteOutcome", description="How a write ended.")
class WriteOutcomeView:
    state: WriteState = plain("In a word.")
    idempotency_key: str | None = plain("The key of this write, made up where none was given. It is good for a repeat.")
    replayed: bool = plain("Whether this tells of an earlier request with the same key.")
    searched: str | None = plain("Where was searched for it after its answer was lost.")
    candidates: list[Node] = edge(
        candidates, "What a search found that it may have made, where that stayed open.", calls=anywhere(5)
    )


def itself(root: strawberry.Parent[Written]) -> Written:
    return root


def one(read: Read[Ref, T], name: str) -> Callable[[Written, Info], Awaitable[T | None]]:
    """Resolves the one thing that an outcome holds under that name."""

    async def resolve(root: strawberry.Parent[Written], info: Info) -> T | None:
        refs = root.outcome.refs.get(name, ())
        return await info.context.loaders.load(read, refs[0]) if refs else None

    return resolve


def many(read: Read[Ref, T], name: str) -> Callable[[Written, Info], Awaitable[list[T]]]:
    """Resolves all things under that name; one that cannot be read is left out with an error of its own."""

    async def resolve(root: strawberry.Parent[Written], info: Info) -> list[T]:
        async def read_one(ref: Ref) -> T | None:
            try:
                return await info.context.loaders.load(read, ref)
            except GatewayError as error:
                info.context.missing(list(info.path.as_list()), error)
                return None

        found = await asyncio.gather(*map(read_one, root.outcome.refs.get(name, ())))
        return [thing for thing in found if thing is not None]

    return resolve


async def checkout_errors(root: strawberry.Parent[Written], info: Info) -> list[CheckoutError]:
    """As the vendor gave them, with the cart's lines of each group."""
    kept = root.outcome.facts.get("orderErrors", ())
    cart = await cart_of(root, info) if kept else None
    lines = cart.lines if cart else ()
    return [
        CheckoutError(group, code, message, tuple(line for line in lines if line.order_group == group))
        for group, code, message in kept
    ]


def checked_out(root: strawberry.Parent[Written]) -> bool:
    return bool(root.outcome.facts.get("checkedOut", False))


def additional_information(root: strawberry.Parent[Written]) -> list[str]:
    return list(root.outcome.facts.get("additionalInformation", ()))


def encoded(name: str) -> Callable[[Written], str | None]:
    """Resolves the id of a thing that is gone."""

    def resolve(root: strawberry.Parent[Written]) -> str | None:
        refs = root.outcome.refs.get(name, ())
        return refs[0].encode() if refs else None

    return resolve


cart_of = one(CART, "cart")


def outcome() -> Any:
    return edge(itself, "How the write ended.")


def user_errors() -> Any:
    return plain("What whoever filled in the input can mend; empty where all went well.")


@view(Written, name="CreateCartPayload", description="What became of making a cart.")
class CreateCartPayloadView:
    cart: CartView | None = edge(cart_of, "The cart; its lines show their own errors.", calls=anywhere(1))
    outcome: WriteOutcomeView = outcome()
    user_errors: list[UserErrorView] = user_errors()


@view(Written, name="UpdateCartPayload", description="What became of changing a cart.")
class UpdateCartPayloadView:
    cart: CartView | None = edge(cart_of, "The cart as it is now.", calls=anywhere(1))
    outcome: WriteOutcomeView = outcome()
    user_errors: list[UserErrorView] = user_errors()


@view(Written, name="CheckoutCartPayload", description="What became of checking a cart out.")
class CheckoutCartPayloadView:
    cart: CartView | None = edge(cart_of, "The cart as it is now.", calls=anywhere(1))
    orders: list[OrderView] = edge(many(ORDER, "orders"), "The orders that its groups became.", calls=anywhere(2))
    order_errors: list[CheckoutErrorView] = edge(
        checkout_errors, "Groups that became none; another checkout tries them again."
    )
    checked_out: bool = edge(checked_out, "Whether every line became an order.")
    additional_information: list[str] = edge(
        additional_information, "What the vendor says besides, each entry as JSON text."
    )
    outcome: WriteOutcomeView = outcome()
    user_errors: list[UserErrorView] = user_errors()


@view(Written, name="CreatePurchaseOrderPayload", description="What became of creating a purchase order.")
class CreatePurchaseOrderPayloadView:
    order: OrderView | None = edge(one(ORDER, "order"), "The order, as the vendor keeps it.", calls=anywhere(1))
    outcome: WriteOutcomeView = outcome()
    user_errors: list[UserErrorView] = user_errors()


@view(Written, name="UpdateOrderPayload", description="What became of changing an order.")
class UpdateOrderPayloadView:
    order: OrderView | None = edge(one(ORDER, "order"), "The order as it is now.", calls=anywhere(1))
    outcome: WriteOutcomeView = outcome()
    user_errors: list[UserErrorView] = user_errors()


@view(Written, name="SubmitOrderPayload", description="What became of placing an order.")
class SubmitOrderPayloadView:
    order: OrderView | None = edge(
        one(ORDER, "order"),
        "The order as it is now; ACTION_REQUIRED where its parameters have errors.",
        calls=anywhere(1),
    )
    outcome: WriteOutcomeView = outcome()
    user_errors: list[UserErrorView] = user_errors()


@view(Written, name="CancelOrderPayload", description="What became of cancelling an order.")
class CancelOrderPayloadView:
    order: OrderView | None = edge(
        one(ORDER, "order"), "The order as it is now; null where it was deleted for good.", calls=anywhere(1)
    )
    deleted_order_id: strawberry.ID | None = edge(encoded("deleted"), "The id of an order that is gone for good.")
    subscriptions: list[ProductSubscriptionView] = edge(
        many(SUBSCRIPTION, "subscriptions"), "Subscriptions that were cancelled with it.", calls=anywhere(2)
    )
    outcome: WriteOutcomeView = outcome()
    user_errors: list[UserErrorView] = user_errors()


@view(Written, name="AddAttachmentsPayload", description="What became of attaching files or keys.")
class AddAttachmentsPayloadView:
    attachments: list[AttachmentView] = edge(
        many(ATTACHMENT, "attachments"),
        "What was attached, in the input's order where the vendor keeps it.",
        calls=anywhere(2),
    )
    order: OrderView | None = edge(one(ORDER, "order"), "The order, as it is now.", calls=anywhere(1))
    agreement: AgreementView | None = edge(
        one(AGREEMENT, "agreement"), "The agreement, where the parent was one.", calls=anywhere(1)
    )
    outcome: WriteOutcomeView = outcome()
    user_errors: list[UserErrorView] = user_errors()


@view(Written, name="UpdateAttachmentPayload", description="What became of renaming an attachment.")
class UpdateAttachmentPayloadView:
    attachment: AttachmentView | None = edge(
        one(ATTACHMENT, "attachment"), "The attachment as it is now.", calls=anywhere(1)
    )
    outcome: WriteOutcomeView = outcome()
    user_errors: list[UserErrorView] = user_errors()


@view(Written, name="DeleteAttachmentPayload", description="What became of deleting an attachment.")
class DeleteAttachmentPayloadView:
    deleted_attachment_id: strawberry.ID | None = edge(encoded("deleted"), "The id of the attachment that is gone.")
    outcome: WriteOutcomeView = outcome()
    user_errors: list[UserErrorView] = user_errors()
