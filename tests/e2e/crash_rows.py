"""The rows of the crash table: every mutation that creates or ends something, how it is asked for, and how the vendor
itself is asked how often it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.model.ref import Kind, Ref
from tests.e2e.gateways import File
from tests.e2e.portals import Json, Vendors

SERVER = "DG7GMGF0D5RK:0005:DG7GMGF0D6BC"
ACCESS = "DG7GMGF0D7FV:0001:DG7GMGF0XXXX"  # its orders wait for the customer's purchase order
PAPER: File = ("po.pdf", "application/pdf", b"%PDF-1.7 a purchase order")
OUTCOME = "outcome { state candidates { id } } userErrors { code field message }"


@dataclass(frozen=True)
class Prepared:
    """The input, and how often the vendor has done what it asks for."""

    given: Json
    count: Callable[[], int]
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class Row:
    """`write` is the method and path of the call that does it; `before` those of one before it, where there is one;
    `times` how often the vendor does it for one request, and `skip` how many of these come before the one in question.
    """

    name: str
    vendor: str
    query: str
    prepare: Callable[[Vendors], Prepared]
    write: tuple[str, str]
    before: tuple[str, str] | None
    creates: bool = True
    times: int = 1
    skip: int = 0

    def __str__(self) -> str:
        return self.name


def mutation(name: str, selection: str) -> str:
    return (
        f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ {selection} {OUTCOME} }} }}"
    )


def orders(vendors: Vendors, vendor: str, given: Json) -> Prepared:
    return Prepared(given, lambda: vendors.sandbox.orders(vendor))


def create_cart(vendors: Vendors) -> Prepared:
    def made() -> int:
        """Carts cannot be counted; the vendor makes one for each of these ids."""
        calls = vendors.sandbox.calls("partner_center")
        return len({one["request_id"] for one in calls if (one["method"], one["path"][-6:]) == ("POST", "/carts")})

    line = {"catalogItemId": ACCESS, "quantity": 2, "billingCycle": "ONE_TIME"}
    return Prepared({"accountName": "contoso", "customerKey": vendors.customer, "lines": [line]}, made)


def checkout_cart(vendors: Vendors) -> Prepared:
    cart = Ref.of("contoso", Kind.CART, vendors.customer, vendors.cart(SERVER))
    return orders(vendors, "partner_center", {"cartId": cart.encode()})


def send_papers(vendors: Vendors) -> Prepared:
    order = vendors.software_order(ACCESS)
    return Prepared(
        {
            "parentId": Ref.of("contoso", Kind.ORDER, vendors.customer, order).encode(),
            "files": [{"kind": "PURCHASE_ORDER", "file": None}],
            "purchaseOrder": {"customerPrice": {"amount": "156.87", "currency": "CAD"}},
        },
        lambda: len(vendors.partner_center("GET", f"/orders/{order}/attachments").get("items", ())),
        (PAPER,),
    )


def cancel_software(vendors: Vendors) -> Prepared:
    order = vendors.software_order(SERVER)
    given = {"orderId": Ref.of("contoso", Kind.ORDER, vendors.customer, order).encode()}
    vendors.partner_center("GET", f"/orders/{order}")  # it is provisioned when it is read
    return Prepared(given, lambda: vendors.partner_center("GET", f"/orders/{order}")["status"].lower() == "cancelled")


def create_stock_order(vendors: Vendors) -> Prepared:
    line = {"productId": "MUG-11OZ", "qtyUnitsOrdered": 48, "unitPrice": "3.25"}
    wanted = {"companyId": 163, "vendorId": 812, "lines": {"units": [line]}}
    return orders(vendors, "sellercloud", {"accountName": "acme", "vendor": {"sellercloud": wanted}})


def add_lines(vendors: Vendors) -> Prepared:
    order = vendors.stock_order()
    line = {"productId": "MUG-11OZ", "qtyUnitsOrdered": 7, "unitPrice": "3.50"}
    wanted = {"addLines": {"units": [line]}}
    given = {"orderId": Ref.of("acme", Kind.ORDER, order).encode(), "vendor": {"sellercloud": wanted}}
    return Prepared(given, lambda: len(vendors.sellercloud("GET", f"/{order}")["Items"]))


def delete_stock_order(vendors: Vendors) -> Prepared:
    order = vendors.stock_order()
    given = {"orderId": Ref.of("acme", Kind.ORDER, order).encode(), "allowDelete": True}

    def gone() -> int:
        return not vendors.sellercloud("GET", f"?model.pOIds={order}")["Items"]

    return Prepared(given, gone)


def create_draft(vendors: Vendors) -> Prepared:
    wanted = {"purchase": vendors.purchase()}
    return orders(vendors, "softwareone", {"accountName": "market", "vendor": {"softwareone": wanted}})


def place_order(vendors: Vendors) -> Prepared:
    wanted = {"purchase": vendors.purchase(placement="PROCESSING", externalId="PO-88121")}
    return orders(vendors, "softwareone", {"accountName": "market", "vendor": {"softwareone": wanted}})


def submit_draft(vendors: Vendors) -> Prepared:
    order = vendors.draft()
    given = {"orderId": Ref.of("market", Kind.ORDER, order).encode()}
    return Prepared(given, lambda: vendors.softwareone("GET", f"/commerce/orders/{order}")["status"] != "Draft")


def attach(vendors: Vendors) -> Prepared:
    agreement = vendors.agreement()
    given = {
        "parentId": Ref.of("seller", Kind.AGREEMENT, agreement).encode(),
        "files": [{"kind": "FILE", "file": None}, {"kind": "FILE", "file": None}],
    }
    path = f"/commerce/agreements/{agreement}/attachments?limit=0"

    def attached() -> int:
        return int(vendors.softwareone("GET", path, actor="vendor")["$meta"]["pagination"]["total"])

    return Prepared(given, attached, (PAPER, ("second.pdf", "application/pdf", b"%PDF-1.7 another")))


def discard_draft(vendors: Vendors) -> Prepared:
    order = vendors.draft()
    given = {"orderId": Ref.of("market", Kind.ORDER, order).encode()}
    return Prepared(given, lambda: vendors.softwareone("GET", f"/commerce/orders/{order}")["status"] == "Deleted")


PC_LOGIN, SC_LOGIN = ("POST", r"/oauth2/token"), ("POST", r"/token$")
ROWS = (
    Row(
        "createCart at Partner Center",
        "partner_center",
        mutation("createCart", "cart { id }"),
        create_cart,
        ("POST", r"/carts$"),
        PC_LOGIN,
    ),
    Row(
        "checkoutCart at Partner Center",
        "partner_center",
        mutation("checkoutCart", "orders { id } checkedOut"),
        checkout_cart,
        ("POST", r"/checkout$"),
        ("GET", r"/carts/"),
    ),
    Row(
        "addAttachments at Partner Center",
        "partner_center",
        mutation("addAttachments", "attachments { id fileName } order { id documents { state } }"),
        send_papers,
        ("POST", r"/attachment$"),
        ("GET", r"/orders/"),
    ),
    Row(
        "cancelOrder at Partner Center",
        "partner_center",
        mutation("cancelOrder", "order { id status }"),
        cancel_software,
        ("PATCH", r"/orders/"),
        ("GET", r"/orders/"),
        creates=False,
    ),
    Row(
        "createPurchaseOrder at Sellercloud",
        "sellercloud",
        mutation("createPurchaseOrder", "order { id }"),
        create_stock_order,
        ("POST", r"/PurchaseOrders$"),
        SC_LOGIN,
    ),
    Row(
        "updateOrder with new lines at Sellercloud",
        "sellercloud",
        mutation("updateOrder", "order { id lines { id } }"),
        add_lines,
        ("POST", r"/PurchaseOrders/.*[Ii]tems"),
        ("GET", r"/PurchaseOrders"),
    ),
    Row(
        "cancelOrder at Sellercloud",
        "sellercloud",
        mutation("cancelOrder", "order { id } deletedOrderId"),
        delete_stock_order,
        ("DELETE", r"/PurchaseOrders"),
        ("GET", r"/PurchaseOrders"),
        creates=False,
    ),
    Row(
        "createPurchaseOrder of a draft at SoftwareOne",
        "softwareone",
        mutation("createPurchaseOrder", "order { id }"),
        create_draft,
        ("POST", r"/commerce/orders$"),
        None,
    ),
    Row(
        "createPurchaseOrder placed at once at SoftwareOne",
        "softwareone",
        mutation("createPurchaseOrder", "order { id status }"),
        place_order,
        ("POST", r"/commerce/orders$"),
        ("GET", r"/commerce/orders"),
    ),
    Row(
        "submitOrder at SoftwareOne",
        "softwareone",
        mutation("submitOrder", "order { id status }"),
        submit_draft,
        ("POST", r"/process$"),
        ("GET", r"/commerce/orders"),
        creates=False,
    ),
    Row(
        "addAttachments at SoftwareOne",
        "softwareone",
        mutation("addAttachments", "attachments { id fileName } agreement { id }"),
        attach,
        ("POST", r"/attachments$"),
        ("GET", r"/attachments"),
        times=2,
    ),
    Row(
        "addAttachments at SoftwareOne, the second file",
        "softwareone",
        mutation("addAttachments", "attachments { id fileName } agreement { id }"),
        attach,
        ("POST", r"/attachments$"),
        ("GET", r"/attachments"),
        times=2,
        skip=1,
    ),
    Row(
        "cancelOrder at SoftwareOne",
        "softwareone",
        mutation("cancelOrder", "order { id status }"),
        discard_draft,
        ("DELETE", r"/commerce/orders/"),
        ("GET", r"/commerce/orders"),
        creates=False,
    ),
)
