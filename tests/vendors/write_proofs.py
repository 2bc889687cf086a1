"""Which writes each account may make, and a proof for each: it is done, and shows in what is read afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Final

from gateway.model.order import Attachment, AttachmentKind, Order, OrderStatus
from gateway.model.ref import Kind, Ref
from gateway.model.values import BillingCycle, Vendor
from gateway.model.writing import OrderActionKind, WriteState, Written
from gateway.vendors.base import ATTACHMENT, CART, ORDER_ATTACHMENTS, OrderPlace
from gateway.vendors.commands import (
    AddAttachments,
    Amount,
    AttachmentFile,
    CancelOrder,
    CartLineDraft,
    CartLinePatch,
    CheckoutCart,
    CreateCart,
    CreatePurchaseOrder,
    DeleteAttachment,
    PurchaseOrderMetadata,
    Remark,
    SubmitOrder,
    UpdateAttachment,
    UpdateCart,
    UpdateOrder,
)
from gateway.vendors.sellercloud import commands as sellercloud
from gateway.vendors.softwareone import commands as softwareone
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
from tests.vendors.subject import Subject

Proof = Callable[[Subject], Awaitable[None]]

SERVER = "DG7GMGF0D5RK:0005:DG7GMGF0D6BC"  # software, which is cancelled by its order
ACCESS = "DG7GMGF0D7FV:0001:DG7GMGF0XXXX"  # its orders wait for the customer's purchase order
NOTE = "written by the contract"
ON_ORDERS: Final[dict[OrderActionKind, Write[Any]]] = {
    OrderActionKind.UPDATE: UPDATE_ORDER,
    OrderActionKind.SUBMIT: SUBMIT_ORDER,
    OrderActionKind.CANCEL: CANCEL_ORDER,
    OrderActionKind.ADD_ATTACHMENTS: ADD_ATTACHMENTS,
}


async def done(one: Subject, write: Write[Any], command: object) -> Written:
    written = await one.run(write, command)
    assert (written.state, written.user_errors) == (WriteState.DONE, ()), written
    return written


def ref_of(written: Written, name: str) -> Ref:
    (ref,) = written.outcome.refs[name]
    return ref


def actor(one: Subject) -> str:
    return one.adapter.account.name.partition("-")[2]


async def command_on(one: Subject, kind: OrderActionKind, order: Order) -> object:
    """A command that does this to the order, with every consent that the vendor asks for."""
    match kind, one.adapter.account.vendor:
        case OrderActionKind.UPDATE, Vendor.SELLERCLOUD:
            change: object = sellercloud.OrderChange(description=NOTE)
            return UpdateOrder(order_id=order.ref, vendor=change, chosen="sellercloud")
        case OrderActionKind.UPDATE, _:
            of_vendor = actor(one) == "vendor"
            change = softwareone.OrderChange(external_id=NOTE) if of_vendor else softwareone.OrderChange(notes=NOTE)
            return UpdateOrder(order_id=order.ref, vendor=change, chosen="softwareone")
        case OrderActionKind.SUBMIT, _:
            return SubmitOrder(order_id=order.ref)
        case OrderActionKind.CANCEL, vendor:
            reason = Remark(code="C1", message=NOTE) if vendor is Vendor.SOFTWAREONE else None
            return CancelOrder(
                order_id=order.ref, allow_delete=True, allow_subscription_cancellation=True, reason=reason
            )
        case _, Vendor.SOFTWAREONE:
            return AddAttachments(
                parent_id=order.ref,
                files=(
                    AttachmentFile(kind=AttachmentKind.FILE, file=await one.file(), name=NOTE),
                    AttachmentFile(kind=AttachmentKind.LICENSE_KEY, license_key="AAAA-1", name="Key"),
                ),
            )
    return AddAttachments(
        parent_id=order.ref,
        files=(AttachmentFile(kind=AttachmentKind.PURCHASE_ORDER, file=await one.file()),),
        purchase_order=PurchaseOrderMetadata(customer_price=Amount(amount=Decimal("10.50"), currency="EUR")),
    )


def possible(one: Subject, kind: OrderActionKind, order: Order) -> bool:
    return any(action.possible for action in one.adapter.actions(order) if action.kind is kind)


async def some_order(one: Subject, kind: OrderActionKind, *statuses: OrderStatus) -> Order:
    """An order to which this may be done now."""
    orders = await one.orders()
    return next(order for order in orders if possible(one, kind, order) and (not statuses or order.status in statuses))


async def now(one: Subject, order: Order | Ref) -> Order:
    known = await one.order(order if isinstance(order, Ref) else order.ref)
    assert known is not None
    return known


async def do(one: Subject, kind: OrderActionKind, order: Order) -> Written:
    """Does it to an order to which it may be done."""
    assert possible(one, kind, order)
    return await done(one, ON_ORDERS[kind], await command_on(one, kind, order))


def line(item: str, **more: Any) -> CartLineDraft:
    known: dict[str, Any] = {"quantity": 2, "billing_cycle": BillingCycle.ONE_TIME}
    return CartLineDraft(catalog_item_id=item, **(known | more))


def customer(one: Subject) -> str:
    customers = one.emulator.world.customers.values()
    return next(str(known.id) for known in customers if known.related and known.country == "DE")


async def cart(one: Subject, item: str = SERVER) -> Ref:
    return ref_of(await done(one, CREATE_CART, CreateCart(customer_key=customer(one), lines=(line(item),))), "cart")


async def checked_out(one: Subject, item: str) -> Order:
    """A new order at Partner Center; it is ready at once."""
    one.emulator.settings.provisioning_seconds = 0
    written = await done(one, CHECKOUT_CART, CheckoutCart(cart_id=await cart(one, item)))
    return await now(one, ref_of(written, "orders"))


async def prove_cart_made(one: Subject) -> None:
    made = await one.loaders().load(CART, await cart(one))
    assert made is not None
    assert [(known.item.key, known.quantity) for known in made.lines if known.item] == [(SERVER, 2)]


async def prove_cart_changed(one: Subject) -> None:
    ref = await cart(one)
    change = UpdateCart(cart_id=ref, set_lines=(CartLinePatch(line_id=0, quantity=7),), add_lines=(line(ACCESS),))
    await done(one, UPDATE_CART, change)
    changed = await one.loaders().load(CART, ref)
    assert changed is not None
    assert [known.quantity for known in changed.lines] == [7, 2]


async def prove_checkout(one: Subject) -> None:
    order = await checked_out(one, SERVER)
    assert [known.item.key for known in order.lines if known.item] == [SERVER]
    assert order.ref in {known.ref for known in await one.orders()}


async def prove_papers_sent(one: Subject) -> None:
    order = await checked_out(one, ACCESS)
    written = await do(one, OrderActionKind.ADD_ATTACHMENTS, order)
    assert [known.file_name for known in await attached(one, order)] == ["order.pdf"]
    assert ref_of(written, "attachments") == (await attached(one, order))[0].ref


async def prove_software_cancelled(one: Subject) -> None:
    order = await checked_out(one, SERVER)
    await do(one, OrderActionKind.CANCEL, order)
    assert (await now(one, order)).status is OrderStatus.CANCELLED


def stock() -> CreatePurchaseOrder:
    unit = sellercloud.UnitLineDraft(product_id="MUG-11OZ", qty_units_ordered=48, unit_price=Decimal("3.25"))
    draft = sellercloud.PurchaseOrderDraft(
        company_id=163, vendor_id=812, description=NOTE, lines=sellercloud.LinesDraft(units=(unit,))
    )
    return CreatePurchaseOrder(vendor=draft, chosen="sellercloud")


async def stock_order(one: Subject) -> Order:
    return await now(one, ref_of(await done(one, CREATE_PURCHASE_ORDER, stock()), "order"))


async def prove_stock_ordered(one: Subject) -> None:
    order = await stock_order(one)
    assert order.title == NOTE
    assert [(known.item.key, known.quantity) for known in order.lines if known.item] == [("MUG-11OZ", 48)]


async def prove_title_changed(one: Subject) -> None:
    order = await some_order(one, OrderActionKind.UPDATE)
    assert order.title != NOTE
    await do(one, OrderActionKind.UPDATE, order)
    assert (await now(one, order)).title == NOTE


async def prove_stock_order_deleted(one: Subject) -> None:
    order = await stock_order(one)
    await do(one, OrderActionKind.CANCEL, order)
    assert await one.order(order.ref) is None


def purchase(one: Subject) -> CreatePurchaseOrder:
    """A client's purchase at SoftwareOne, good to be placed."""
    state = one.emulator.state
    product = next(row for row in state["products"].values() if row["name"] == "Lumera Cloud Suite")
    item = next(
        row
        for row in state["items"].values()
        if row["product"]["id"] == product["id"] and row["terms"]["period"] == "1m"
    )
    caller = next(known for known in one.emulator.callers.values() if known.actor == "client")
    licensee = next(
        row
        for row in state["licensees"].values()
        if row["account"]["id"] == caller.account and row["status"] == "Active"
    )
    values = {
        "companyName": "Brightwater",
        "tenantDomain": "brightwater",
        "adminEmail": "it@brightwater.example",
        "region": "eu-west",
    }
    wanted = softwareone.PurchaseDraft(
        licensee_id=licensee["id"],
        product_id=product["id"],
        notes=NOTE,
        lines=(softwareone.NewLineDraft(item_id=item["id"], quantity=12),),
        ordering_parameters=tuple(
            softwareone.ParameterDraft(external_id=name, value=value) for name, value in values.items()
        ),
    )
    return CreatePurchaseOrder(vendor=softwareone.OrderDraft(purchase=wanted), chosen="softwareone")


async def draft(one: Subject) -> Order:
    return await now(one, ref_of(await done(one, CREATE_PURCHASE_ORDER, purchase(one)), "order"))


async def prove_draft_made(one: Subject) -> None:
    order = await draft(one)
    assert (order.status, order.notes) == (OrderStatus.DRAFT, NOTE)
    assert [known.quantity for known in order.lines] == [12]


async def prove_order_changed(one: Subject) -> None:
    order = await some_order(one, OrderActionKind.UPDATE)
    await do(one, OrderActionKind.UPDATE, order)
    changed = await now(one, order)
    if actor(one) == "vendor":
        assert NOTE in {known.value for known in changed.external_references if known.system == "vendor"}
    else:
        assert changed.notes == NOTE


async def prove_order_placed(one: Subject) -> None:
    """A client places a draft; the others send back what waits for the customer."""
    if actor(one) == "client":
        order = await draft(one)
    else:
        order = await some_order(one, OrderActionKind.SUBMIT, OrderStatus.ACTION_REQUIRED)
    await do(one, OrderActionKind.SUBMIT, order)
    assert (await now(one, order)).status is OrderStatus.PROCESSING


async def prove_order_ended(one: Subject) -> None:
    """A client deletes a draft; the others fail an order that is under way."""
    if actor(one) == "client":
        order, end = await draft(one), OrderStatus.DELETED
    else:
        order, end = await some_order(one, OrderActionKind.CANCEL, OrderStatus.PROCESSING), OrderStatus.FAILED
    await do(one, OrderActionKind.CANCEL, order)
    assert (await now(one, order)).status is end


async def attached(one: Subject, order: Order) -> tuple[Attachment, ...]:
    place = OrderPlace(order.ref, order.agreement.ref if order.agreement else None)
    return await one.loaders().load(ORDER_ATTACHMENTS, place) or ()


async def prove_files_attached(one: Subject) -> None:
    order = await some_order(one, OrderActionKind.ADD_ATTACHMENTS)
    written = await do(one, OrderActionKind.ADD_ATTACHMENTS, order)
    there = {known.ref: known for known in await attached(one, order)}
    file, key = [there[ref] for ref in written.outcome.refs["attachments"]]
    assert (file.name, file.file_name, key.license_key) == (NOTE, "order.pdf", "AAAA-1")


async def new_attachment(one: Subject) -> Ref:
    order = await some_order(one, OrderActionKind.ADD_ATTACHMENTS)
    return (await do(one, OrderActionKind.ADD_ATTACHMENTS, order)).outcome.refs["attachments"][0]


async def prove_attachment_renamed(one: Subject) -> None:
    ref = await new_attachment(one)
    await done(one, UPDATE_ATTACHMENT, UpdateAttachment(attachment_id=ref, name="Another name"))
    known = await one.loaders().load(ATTACHMENT, ref)
    assert known is not None
    assert known.name == "Another name"


async def prove_attachment_deleted(one: Subject) -> None:
    ref = await new_attachment(one)
    assert ref_of(await done(one, DELETE_ATTACHMENT, DeleteAttachment(attachment_id=ref)), "deleted") == ref
    assert await one.loaders().load(ATTACHMENT, ref) is None


CARTS: Final[dict[Write[Any], Proof]] = {
    CREATE_CART: prove_cart_made,
    UPDATE_CART: prove_cart_changed,
    CHECKOUT_CART: prove_checkout,
    ADD_ATTACHMENTS: prove_papers_sent,
    CANCEL_ORDER: prove_software_cancelled,
}
STOCK: Final[dict[Write[Any], Proof]] = {
    CREATE_PURCHASE_ORDER: prove_stock_ordered,
    UPDATE_ORDER: prove_title_changed,
    CANCEL_ORDER: prove_stock_order_deleted,
}
MANAGING: Final[dict[Write[Any], Proof]] = {
    UPDATE_ORDER: prove_order_changed,
    SUBMIT_ORDER: prove_order_placed,
    CANCEL_ORDER: prove_order_ended,
}
ATTACHING: Final[dict[Write[Any], Proof]] = {
    ADD_ATTACHMENTS: prove_files_attached,
    UPDATE_ATTACHMENT: prove_attachment_renamed,
    DELETE_ATTACHMENT: prove_attachment_deleted,
}
# What each account's login may write, by its vendor's own pages.
PROOFS: Final[dict[str, dict[Write[Any], Proof]]] = {
    "pc-both": CARTS,
    "pc-app": CARTS,
    "sellercloud": STOCK,
    "swo-client": {CREATE_PURCHASE_ORDER: prove_draft_made, **MANAGING},
    "swo-vendor": {**MANAGING, **ATTACHING},
    "swo-operations": {**MANAGING, **ATTACHING},
}


def commands(one: Subject) -> dict[Write[Any], object]:
    """A command for each write, on things that need not be there: for what is refused before anybody looks."""
    account = one.adapter.account.id
    order, attachment, cart_ref = (Ref.of(account, kind, "x", "y") for kind in (Kind.ORDER, Kind.ATTACHMENT, Kind.CART))
    return {
        CREATE_CART: CreateCart(customer_key="x", lines=(line(SERVER),)),
        UPDATE_CART: UpdateCart(cart_id=cart_ref, remove_lines=(0,)),
        CHECKOUT_CART: CheckoutCart(cart_id=cart_ref),
        CREATE_PURCHASE_ORDER: CreatePurchaseOrder(vendor=None, chosen="sellercloud"),
        UPDATE_ORDER: UpdateOrder(order_id=order, vendor=None, chosen="sellercloud"),
        SUBMIT_ORDER: SubmitOrder(order_id=order),
        CANCEL_ORDER: CancelOrder(order_id=order, allow_delete=True),
        ADD_ATTACHMENTS: AddAttachments(
            parent_id=order, files=(AttachmentFile(kind=AttachmentKind.LICENSE_KEY, license_key="AAAA"),)
        ),
        UPDATE_ATTACHMENT: UpdateAttachment(attachment_id=attachment, name="x"),
        DELETE_ATTACHMENT: DeleteAttachment(attachment_id=attachment),
    }
