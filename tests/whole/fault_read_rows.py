"""The reads of the fault matrix: every read, list, count and picker of every vendor, how it is asked for, and which
call of the vendor's answers it."""

from __future__ import annotations

from typing import Final

from gateway.vendors import base
from gateway.vendors.partner_center import reads as partner_center
from gateway.vendors.sellercloud import reads as sellercloud
from gateway.vendors.softwareone import reads as softwareone
from tests.whole.fault_reads import (
    below,
    cart,
    count_of,
    first_of,
    found,
    has_file,
    inside,
    list_of,
    node,
    paper,
    papered,
    part_of,
    picker,
    shipped,
)

PC, SC, SWO = "partner_center", "sellercloud", "softwareone"
FIVE, PARTIES, ITEMS, PARTY = "(first: 5)", "nodes { key name }", "nodes { key }", "key name"
PC_ORDER, SC_ORDER, SWO_ORDER = (first_of("orders", account) for account in ("contoso", "acme", "market"))
PC_AGREEMENT, SWO_AGREEMENT = (first_of("agreements", account) for account in ("contoso", "market"))
SC_STOCKED = first_of(
    "orders",
    "acme",
    inside("Sellercloud", "Order", "defaultWarehouseId"),
    lambda one: one["details"]["defaultWarehouseId"],
)
SPLIT = "split { key }"
READS: Final = (
    node(PC, base.ORDER.name, "Order", "number status", ("GET", r"/orders/[^/]+$"), PC_ORDER),
    below(
        PC,
        base.ORDER_ATTACHMENTS.name,
        "Order",
        "attachments { id fileName }",
        "attachments",
        ("GET", r"/attachments$"),
        papered,
    ),
    node(PC, base.ATTACHMENT.name, "Attachment", "fileName", ("GET", r"/attachments$"), found("a paper", paper)),
    below(
        PC,
        partner_center.PROVISIONING.name,
        "Order",
        f"lines {{ {inside('PartnerCenter', 'Line', 'provisioning { status }')} }}",
        "lines.details.provisioning",
        ("GET", r"/provisioningstatus$"),
        PC_ORDER,
    ),
    node(PC, base.AGREEMENT.name, "Agreement", "status", ("GET", r"/agreements$"), PC_AGREEMENT),
    below(
        PC,
        partner_center.DIRECT_SIGNED.name,
        "Agreement",
        inside("PartnerCenter", "Agreement", "directSigned"),
        "details.directSigned",
        ("GET", r"/directSignedMicrosoftCustomerAgreementStatus$"),
        PC_AGREEMENT,
    ),
    node(
        PC,
        base.SUBSCRIPTION.name,
        "ProductSubscription",
        "number status",
        ("GET", r"/subscriptions"),
        part_of("orders", "contoso", "subscriptions"),
    ),
    node(PC, base.CART.name, "Cart", "status", ("GET", r"/carts/"), found("a cart", cart)),
    below(PC, base.PARTY.name, "Order", "customer { name }", "customer.name", ("GET", r"/customers$"), PC_ORDER),
    list_of(PC, "orders", "contoso", ("GET", r"/orders$"), wide=2),
    list_of(PC, "agreements", "contoso", ("GET", r"/agreements$"), wide=2),
    picker(PC, "customers", "contoso", ("GET", r"/customers$"), FIVE, PARTIES),
    node(SC, base.ORDER.name, "Order", "number status", ("GET", r"/PurchaseOrders$"), SC_ORDER),
    below(SC, base.ORDER_DETAIL.name, "Order", "notes", "notes", ("GET", r"/PurchaseOrders/\d+$"), SC_ORDER),
    below(
        SC,
        sellercloud.SHIPMENTS.name,
        "Order",
        inside("Sellercloud", "Order", "shipping { shipments { key trackingNumber } }"),
        "details.shipping.shipments.key",
        ("GET", r"/TrackingNumber/Multiple$"),
        found("an order on its way", shipped),
    ),
    below(SC, base.PARTY.name, "Order", "supplier { name }", "supplier.name", ("GET", r"/Vendors$"), SC_ORDER),
    below(
        SC,
        sellercloud.VENDOR.name,
        "Order",
        inside("Sellercloud", "Order", "vendor { alias }"),
        "details.vendor",
        ("GET", r"/Vendors/"),
        SC_ORDER,
    ),
    below(
        SC,
        sellercloud.COMPANY.name,
        "Order",
        inside("Sellercloud", "Order", "company { disabled }"),
        "details.company",
        ("GET", r"/Companies$"),
        SC_ORDER,
    ),
    below(
        SC,
        sellercloud.WAREHOUSE.name,
        "Order",
        inside("Sellercloud", "Order", "defaultWarehouse { name }"),
        "details.defaultWarehouse",
        ("GET", r"/Warehouses$"),
        SC_STOCKED,
    ),
    list_of(SC, "orders", "acme", ("GET", r"/PurchaseOrders$")),
    count_of(SC, "orders", "acme", ("GET", r"/PurchaseOrders$")),
    picker(SC, "suppliers", "acme", ("GET", r"/Vendors$"), FIVE, PARTIES),
    picker(SC, "companies", "acme", ("GET", r"/Companies$"), "", PARTY),
    picker(SC, "warehouses", "acme", ("GET", r"/Warehouses$"), "", PARTY),
    picker(SC, "paymentTerms", "acme", ("GET", r"/PaymentTerms$"), "", PARTY),
    picker(SC, "items", "acme", ("GET", r"/Vendors/812/"), '(first: 5, supplierKey: "812")', ITEMS),
    node(SWO, base.ORDER.name, "Order", "number status", ("GET", r"/orders$"), SWO_ORDER),
    below(
        SWO,
        base.ORDER_ATTACHMENTS.name,
        "Order",
        "attachments { id fileName }",
        "attachments",
        ("GET", r"/attachments$"),
        first_of("orders", "market", "attachments { fileName }", has_file),
    ),
    node(SWO, base.AGREEMENT.name, "Agreement", "status", ("GET", r"/agreements$"), SWO_AGREEMENT),
    below(
        SWO,
        base.AGREEMENT_ATTACHMENTS.name,
        "Agreement",
        "attachments { id fileName }",
        "attachments",
        ("GET", r"/attachments$"),
        first_of("agreements", "market", "attachments { fileName }", has_file),
    ),
    node(
        SWO,
        base.SUBSCRIPTION.name,
        "ProductSubscription",
        "number status",
        ("GET", r"/subscriptions$"),
        part_of("agreements", "market", "subscriptions"),
    ),
    node(SWO, base.ASSET.name, "Asset", "number", ("GET", r"/assets$"), part_of("agreements", "market", "assets")),
    node(
        SWO,
        base.ATTACHMENT.name,
        "Attachment",
        "fileName",
        ("GET", r"/attachments$"),
        part_of("agreements", "market", "attachments", "fileName", lambda one: one["fileName"]),
    ),
    below(
        SWO,
        softwareone.INSTRUCTIONS.name,
        "Order",
        inside("SoftwareOne", "Order", "instructions"),
        "details.instructions",
        ("GET", r"/render$"),
        first_of(
            "orders",
            "market",
            inside("SoftwareOne", "Order", "instructions"),
            lambda one: one["details"]["instructions"],
        ),
    ),
    below(
        SWO,
        softwareone.AGREEMENT_SPLIT.name,
        "Agreement",
        inside("SoftwareOne", "Agreement", SPLIT),
        "details.split",
        ("GET", r"/agreements/[^/]+/split$"),
        first_of(
            "agreements", "market", inside("SoftwareOne", "Agreement", SPLIT), lambda one: one["details"]["split"]
        ),
    ),
    below(
        SWO,
        softwareone.SUBSCRIPTION_SPLIT.name,
        "ProductSubscription",
        inside("SoftwareOne", "Subscription", SPLIT),
        "details.split",
        ("GET", r"/subscriptions/[^/]+/split$"),
        part_of(
            "agreements",
            "market",
            "subscriptions",
            inside("SoftwareOne", "Subscription", SPLIT),
            lambda one: one["details"]["split"],
        ),
    ),
    list_of(SWO, "orders", "market", ("GET", r"/orders$")),
    list_of(SWO, "agreements", "market", ("GET", r"/agreements$")),
    count_of(SWO, "orders", "market", ("GET", r"/orders$")),
    count_of(SWO, "agreements", "market", ("GET", r"/agreements$")),
    picker(SWO, "customers", "market", ("GET", r"/licensees$"), FIVE, PARTIES),
    picker(SWO, "products", "market", ("GET", r"/products$"), FIVE, PARTIES),
    picker(SWO, "items", "market", ("GET", r"/items$"), FIVE, ITEMS),
)
