"""The root of all writing: each mutation finds its account, turns its input into a command and has it written."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from gateway.model.ref import Kind
from gateway.model.values import Vendor
from gateway.model.writing import Outcome, UserError, UserErrorCode, Written
from gateway.schema import payloads
from gateway.schema.access import declared
from gateway.schema.context import Info
from gateway.schema.cost import anywhere
from gateway.schema.input import INPUTS, Reading, fingerprint
from gateway.schema.mutation_inputs import (
    AddAttachmentsInput,
    CancelOrderInput,
    CreatePurchaseOrderInput,
    DeleteAttachmentInput,
    SubmitOrderInput,
    UpdateAttachmentInput,
    UpdateOrderInput,
)
from gateway.schema.vendors.partner_center.inputs import CheckoutCartInput, CreateCartInput, UpdateCartInput
from gateway.schema.view import edge
from gateway.vendors.base import Adapter
from gateway.vendors.commands import CreatePurchaseOrder, UpdateOrder
from gateway.vendors.writes import (
    ADD_ATTACHMENTS,
    CANCEL_ORDER,
    CHECKOUT_CART,
    CREATE_CART,
    CREATE_PURCHASE_ORDER,
    DELETE_ATTACHMENT,
    SUBMIT_ORDER,
    UPDATE_ATTACHMENT,
    UPDATE_CART,
    UPDATE_ORDER,
    Write,
)

MAX_KEY = 200
BAD_KEY = UserError(
    UserErrorCode.INVALID,
    f"A key has 1 to {MAX_KEY} printable characters; leave it out to have one made up.",
    ("idempotencyKey",),
)


def input_argument(description: str) -> Any:
    return strawberry.argument(description=description)


async def create_cart(
    info: Info, input: Annotated[CreateCartInput, input_argument("For whom, and what would be ordered.")]
) -> Written:
    adapter = info.context.accounts.named(input.account_name, "input.accountName")
    return await written(info, CREATE_CART, adapter, input)


async def update_cart(
    info: Info, input: Annotated[UpdateCartInput, input_argument("What changes, line by line.")]
) -> Written:
    return await written(info, UPDATE_CART, owner(info, input.cart_id, "input.cartId", Kind.CART), input)


async def checkout_cart(info: Info, input: Annotated[CheckoutCartInput, input_argument("Which cart.")]) -> Written:
    return await written(info, CHECKOUT_CART, owner(info, input.cart_id, "input.cartId", Kind.CART), input)


async def create_purchase_order(
    info: Info, input: Annotated[CreatePurchaseOrderInput, input_argument("Where, and what is ordered.")]
) -> Written:
    adapter = info.context.accounts.named(input.account_name, "input.accountName")
    return await written_by_vendor(info, CREATE_PURCHASE_ORDER, CreatePurchaseOrder, adapter, input)


async def update_order(
    info: Info, input: Annotated[UpdateOrderInput, input_argument("Which order, and what changes.")]
) -> Written:
    adapter = owner(info, input.order_id, "input.orderId", Kind.ORDER)
    return await written_by_vendor(info, UPDATE_ORDER, UpdateOrder, adapter, input)


async def submit_order(info: Info, input: Annotated[SubmitOrderInput, input_argument("Which order.")]) -> Written:
    return await written(info, SUBMIT_ORDER, owner(info, input.order_id, "input.orderId", Kind.ORDER), input)


async def cancel_order(
    info: Info, input: Annotated[CancelOrderInput, input_argument("Which order, and how far it may go.")]
) -> Written:
    return await written(info, CANCEL_ORDER, owner(info, input.order_id, "input.orderId", Kind.ORDER), input)


async def add_attachments(
    info: Info, input: Annotated[AddAttachmentsInput, input_argument("To what, and the files or keys.")]
) -> Written:
    adapter = owner(info, input.parent_id, "input.parentId", Kind.ORDER, Kind.AGREEMENT)
    return await written(info, ADD_ATTACHMENTS, adapter, input)


async def update_attachment(
    info: Info, input: Annotated[UpdateAttachmentInput, input_argument("Which attachment, and what changes.")]
) -> Written:
    adapter = owner(info, input.attachment_id, "input.attachmentId", Kind.ATTACHMENT)
    return await written(info, UPDATE_ATTACHMENT, adapter, input)


async def delete_attachment(
    info: Info, input: Annotated[DeleteAttachmentInput, input_argument("Which attachment.")]
) -> Written:
    adapter = owner(info, input.attachment_id, "input.attachmentId", Kind.ATTACHMENT)
    return await written(info, DELETE_ATTACHMENT, adapter, input)


def owner(info: Info, id_: str, argument: str, *kinds: Kind) -> Adapter:
    """The account of the thing to be changed. Raises InvalidId naming the argument."""
    ref = info.context.accounts.ref(id_, frozenset(kinds), argument)
    return info.context.accounts[ref.account]


async def written(info: Info, write: Write[Any], adapter: Adapter, given: Any) -> Written:
    """Has an input written whose command is the same at every vendor."""
    reading = Reading(info.context.accounts, adapter.account.id)
    return await performed(info, write, adapter, given, reading, reading.command(INPUTS[type(given)], given))


async def written_by_vendor(
    info: Info, write: Write[Any], command: type[CreatePurchaseOrder | UpdateOrder], adapter: Adapter, given: Any
) -> Written:
    """Has an input written whose `vendor` holds one vendor's own part; another vendor's is a mistake."""
    reading = Reading(info.context.accounts, adapter.account.id)
    (chosen, part), *_ = [(v, p) for v in Vendor if (p := getattr(given.vendor, v.value, None))]
    path = ("vendor", chosen.value)
    if chosen is not adapter.account.vendor:
        known = f"Account {adapter.account.name} is at another vendor than this part of the input is for."
        reading.mistakes.append(UserError(UserErrorCode.NOT_ALLOWED_HERE, known, path))
    own = reading.command(INPUTS[type(part)], part, path)
    whole = reading.command(command, given, vendor=own, chosen=chosen.value)
    return await performed(info, write, adapter, given, reading, whole)


async def performed(
    info: Info, write: Write[Any], adapter: Adapter, given: Any, reading: Reading, command: object
) -> Written:
    key = None if given.idempotency_key is strawberry.UNSET else given.idempotency_key
    if key is not None and not (0 < len(key) <= MAX_KEY and key.isprintable()):
        reading.mistakes.append(BAD_KEY)
    if reading.mistakes:
        return Written(Outcome.refused(*reading.mistakes), key)
    context = info.context
    digest = fingerprint(write.name, given)
    result = await context.writer.run(context.principal.name, adapter, write, command, key, digest)
    context.loaders.forget(adapter.account.id)
    for one in result.primed:
        context.loaders.prime(one.read, one.key, one.value)
    return result.written


@declared
@strawberry.type(name="Mutation", description="Writing: at most once for each key.")
class Mutation:
    create_cart: payloads.CreateCartPayloadView | None = edge(
        create_cart,
        "Makes a cart. Lines that the vendor would not take are in it, with their errors.",
        calls=anywhere(4),
    )
    update_cart: payloads.UpdateCartPayloadView | None = edge(
        update_cart,
        "Changes a cart's lines; everything else in it stays, known to this gateway or not.",
        calls=anywhere(5),
    )
    checkout_cart: payloads.CheckoutCartPayloadView | None = edge(
        checkout_cart,
        "Orders what is in a cart. Groups that failed may be tried again, the others are not doubled.",
        calls=anywhere(6),
    )
    create_purchase_order: payloads.CreatePurchaseOrderPayloadView | None = edge(
        create_purchase_order, "Creates a purchase order at vendors that have no carts.", calls=anywhere(6)
    )
    update_order: payloads.UpdateOrderPayloadView | None = edge(update_order, "Changes an order.", calls=anywhere(8))
    submit_order: payloads.SubmitOrderPayloadView | None = edge(
        submit_order, "Places an order that was saved before.", calls=anywhere(6)
    )
    cancel_order: payloads.CancelOrderPayloadView | None = edge(
        cancel_order,
        "Cancels or discards an order in the way that its vendor has, and never goes further than allowed.",
        calls=anywhere(10),
    )
    add_attachments: payloads.AddAttachmentsPayloadView | None = edge(
        add_attachments, "Attaches files or licence keys to an order or an agreement.", calls=anywhere(6, times="files")
    )
    update_attachment: payloads.UpdateAttachmentPayloadView | None = edge(
        update_attachment, "Renames an attachment.", calls=anywhere(5)
    )
    delete_attachment: payloads.DeleteAttachmentPayloadView | None = edge(
        delete_attachment, "Deletes an attachment.", calls=anywhere(5)
    )
