"""Inputs of mutations that all vendors share."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from gateway.model.order import AttachmentKind
from gateway.schema.input import input_of, optional, wanted
from gateway.schema.scalars import URL, Upload
from gateway.schema.value_inputs import KEY, MoneyInput, NoticeInput
from gateway.schema.vendors.sellercloud.inputs import SellercloudPurchaseOrderInput, UpdateSellercloudOrderInput
from gateway.schema.vendors.softwareone.inputs import SoftwareOneOrderInput, UpdateSoftwareOneOrderInput
from gateway.vendors import commands


@strawberry.input(
    name="PurchaseOrderVendorInput", description="What is ordered, in the account's vendor's own words.", one_of=True
)
class PurchaseOrderVendorInput:
    sellercloud: SellercloudPurchaseOrderInput | None = optional("For an account at Sellercloud.")
    softwareone: SoftwareOneOrderInput | None = optional("For an account at SoftwareOne.")


@strawberry.input(
    name="UpdateOrderVendorInput", description="What changes, in the order's vendor's own words.", one_of=True
)
class UpdateOrderVendorInput:
    sellercloud: UpdateSellercloudOrderInput | None = optional("For an order at Sellercloud.")
    softwareone: UpdateSoftwareOneOrderInput | None = optional("For an order at SoftwareOne.")


@input_of(commands.CreatePurchaseOrder, name="CreatePurchaseOrderInput", description="A purchase order to create.")
class CreatePurchaseOrderInput:
    account_name: str = wanted("The account to order in.")
    idempotency_key: str | None = optional(KEY)
    vendor: PurchaseOrderVendorInput = wanted("What is ordered.")


@input_of(commands.UpdateOrder, name="UpdateOrderInput", description="A change of an order.")
class UpdateOrderInput:
    order_id: strawberry.ID = wanted("The order.")
    idempotency_key: str | None = optional(KEY)
    vendor: UpdateOrderVendorInput = wanted("What changes.")


@input_of(commands.SubmitOrder, name="SubmitOrderInput", description="An order to place.")
class SubmitOrderInput:
    order_id: strawberry.ID = wanted("The order.")
    idempotency_key: str | None = optional(KEY)


@input_of(commands.CancelOrder, name="CancelOrderInput", description="An order to cancel, and how far that may go.")
class CancelOrderInput:
    order_id: strawberry.ID = wanted("The order.")
    line_ids: list[strawberry.ID] | None = optional("Only these lines, where the vendor can cancel single lines.")
    idempotency_key: str | None = optional(KEY)
    allow_delete: bool = wanted("Allows to delete it for good, where the vendor has no other way.", default=False)
    allow_subscription_cancellation: bool = wanted(
        "Allows to cancel the subscriptions that it began, where the vendor has no other way.", default=False
    )
    reason: NoticeInput | None = optional("Why, for vendors that write it down.")


@input_of(commands.AttachmentFile, name="AttachmentFileInput", description="A file or a licence key; one of the two.")
class AttachmentFileInput:
    file: Upload | None = optional("The file, sent by the GraphQL multipart request specification.")
    license_key: str | None = optional("The licence key.")
    kind: AttachmentKind = wanted("What it is.")
    name: str | None = optional("A title, where the vendor keeps one.")
    description: str | None = optional("A description, where the vendor keeps one.")


@input_of(
    commands.PurchaseOrderMetadata,
    name="PurchaseOrderMetadataInput",
    description="What Partner Center asks along with a customer's purchase order; it cannot be read back.",
)
class PurchaseOrderMetadataInput:
    customer_price: MoneyInput = wanted("The price agreed with the customer, in any currency.")
    part_of_tender: bool = wanted("Whether the order is part of a tender or request for proposal.", default=False)
    fx_rate: Decimal | None = optional("The exchange rate agreed with the customer.")
    tender_link: URL | None = optional("Where the tender is, over https; this gateway never opens it.")


@input_of(commands.AddAttachments, name="AddAttachmentsInput", description="Files or licence keys to attach.")
class AddAttachmentsInput:
    parent_id: strawberry.ID = wanted("The order, or the agreement.")
    idempotency_key: str | None = optional(KEY)
    files: list[AttachmentFileInput] = wanted("At least one.")
    purchase_order: PurchaseOrderMetadataInput | None = optional("For purchase orders at Partner Center, required.")


@input_of(commands.UpdateAttachment, name="UpdateAttachmentInput", description="A change of an attachment.")
class UpdateAttachmentInput:
    attachment_id: strawberry.ID = wanted("The attachment.")
    idempotency_key: str | None = optional(KEY)
    name: str | None = optional("A new title; null clears it where the vendor allows that.")
    description: str | None = optional("A new description; null clears it.")


@input_of(commands.DeleteAttachment, name="DeleteAttachmentInput", description="An attachment to delete for good.")
class DeleteAttachmentInput:
    attachment_id: strawberry.ID = wanted("The attachment.")
    idempotency_key: str | None = optional(KEY)
