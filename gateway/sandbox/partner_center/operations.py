"""Every operation of the API in one table: path, queries it knows, tokens it takes, what it reads and who answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from starlette.responses import Response

from gateway.sandbox.partner_center import (
    agreements,
    attachments,
    audit,
    carts,
    changing,
    customers,
    orders,
    subscriptions,
)
from gateway.sandbox.partner_center.call import Call

CUSTOMER = "/v1/customers/{customer_id}"
ORDER = CUSTOMER + "/orders/{order_id}"


@dataclass(frozen=True, slots=True)
class Operation:
    """`reads`: a JSON body, a form with files, or any body unread; None where a body means nothing.

    `file`: the answer is a file's bytes, whatever `Accept` says.
    """

    method: str
    path: str
    family: str
    handler: Callable[[Call], Response]
    query: tuple[str, ...] = ()
    user_only: bool = False
    reads: Literal["json", "form", "anything"] | None = None
    file: bool = False


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/v1/customers", "customers", customers.list_customers, ("size", "filter", "seekOperation")),
    Operation("GET", "/v1/agreements", "agreements", agreements.list_templates, ("agreementType",), user_only=True),
    Operation(
        "GET",
        "/v1/agreementtemplates/{template_id}/document",
        "agreements",
        agreements.template_document,
        ("language", "country"),
        user_only=True,
    ),
    Operation(
        "GET",
        "/v1/auditrecords",
        "auditrecords",
        audit.list_audit_records,
        ("startDate", "endDate", "size", "seekOperation"),
    ),
    Operation("POST", CUSTOMER + "/carts", "carts", carts.create_cart, reads="json"),
    Operation("GET", CUSTOMER + "/carts/{cart_id}", "carts", carts.get_cart),
    Operation("PUT", CUSTOMER + "/carts/{cart_id}", "carts", carts.replace_cart, reads="json"),
    Operation("POST", CUSTOMER + "/carts/{cart_id}/checkout", "carts", carts.checkout, reads="anything"),
    Operation("POST", CUSTOMER + "/orders", "orders", orders.create_order, reads="json"),
    Operation(
        "GET",
        CUSTOMER + "/orders",
        "orders",
        orders.list_orders,
        ("billingType", "include_price", "include_system_purchases", "indirect_reseller_id"),
    ),
    Operation("GET", ORDER, "orders", orders.get_order, ("include_price",)),
    Operation("PATCH", ORDER, "orders", changing.change_order, reads="json"),
    Operation("GET", ORDER + "/provisioningstatus", "orders", orders.provisioning_status, user_only=True),
    Operation("GET", ORDER + "/activationlinks", "orders", orders.order_activation_links),
    Operation("GET", ORDER + "/lineitems/{number}/activationlinks", "orders", orders.line_activation_links),
    Operation("POST", ORDER + "/attachment", "attachments", attachments.upload, reads="form"),
    Operation("GET", ORDER + "/attachments", "attachments", attachments.list_attachments),
    Operation("GET", ORDER + "/attachment/{attachment_id}", "attachments", attachments.download, file=True),
    Operation(
        "GET", CUSTOMER + "/agreements", "agreements", agreements.list_agreements, ("agreementType",), user_only=True
    ),
    Operation(
        "POST", CUSTOMER + "/agreements", "agreements", agreements.confirm_agreement, user_only=True, reads="json"
    ),
    Operation(
        "GET",
        CUSTOMER + "/directSignedMicrosoftCustomerAgreementStatus",
        "agreements",
        agreements.direct_sign_status,
        user_only=True,
    ),
    Operation("GET", CUSTOMER + "/subscriptions", "subscriptions", subscriptions.list_subscriptions, ("order_id",)),
    Operation("GET", CUSTOMER + "/subscriptions/{subscription_id}", "subscriptions", subscriptions.get_subscription),
    Operation(
        "PATCH",
        CUSTOMER + "/subscriptions/{subscription_id}",
        "subscriptions",
        subscriptions.change_subscription,
        reads="json",
    ),
)
