"""Inputs of what only Partner Center takes: carts."""

from __future__ import annotations

from datetime import datetime

import strawberry

from gateway.model.cart import ParticipantRole
from gateway.model.values import BillingCycle
from gateway.schema.input import input_of, optional, wanted
from gateway.schema.scalars import CurrencyCode, Duration
from gateway.schema.value_inputs import KEY, KeyValueInput, MoneyInput
from gateway.vendors import commands


@input_of(commands.Participant, name="CartParticipantInput", description="Another partner with a part in a purchase.")
class CartParticipantInput:
    role: ParticipantRole = wanted("Its part.")
    partner_id: str = wanted("Its PartnerID.")


@input_of(commands.CommitmentDraft, name="PartnerCenterCommitmentInput", description="What a savings plan commits to.")
class PartnerCenterCommitmentInput:
    amount: MoneyInput = wanted("The amount for each grain.")
    grain: str = wanted("The stretch of time, such as hourly.")


@input_of(commands.RenewalDraft, name="PartnerCenterRenewalInput", description="What a line renews to.")
class PartnerCenterRenewalInput:
    term_duration: Duration = wanted("The next term.")


@input_of(commands.ProductTermDraft, name="PartnerCenterProductTermInput", description="An item and its term.")
class PartnerCenterProductTermInput:
    product_id: str = wanted("The product.")
    sku_id: str = wanted("The SKU.")
    availability_id: str | None = optional("The availability.")
    billing_cycle: BillingCycle | None = optional("How often is billed.")
    term_duration: Duration | None = optional("How long is committed.")


@input_of(commands.NextTermDraft, name="PartnerCenterNextTermInput", description="What follows the first term.")
class PartnerCenterNextTermInput:
    product: PartnerCenterProductTermInput = wanted("The item and its term.")
    quantity: int | None = optional("Licences or instances.")


@input_of(commands.CartLineDraft, name="CartLineInput", description="A line of a new cart, or a new line of one.")
class CartLineInput:
    catalog_item_id: str = wanted("The item: Product:Sku:Availability, or a legacy offer.")
    quantity: int = wanted("Licences or instances, at least 1.")
    billing_cycle: BillingCycle = wanted("How often is billed.")
    term_duration: Duration | None = optional("How long is committed; none for perpetual software and Azure plans.")
    friendly_name: str | None = optional("The partner's own label.")
    currency: CurrencyCode | None = optional("The currency; the vendor fills it in.")
    custom_term_end_date: datetime | None = optional("When the first term is to end.")
    promotion_id: str | None = optional("A promotion: Product:Sku:Promotion.")
    attestation_accepted: bool | None = optional("Whether the item's attestation is accepted.")
    participants: list[CartParticipantInput] | None = optional("Other partners in the purchase, at most 5.")
    provisioning_context: list[KeyValueInput] | None = optional("What the item needs to be set up.")
    purchase_commitment: PartnerCenterCommitmentInput | None = optional("For savings plans.")
    renews_to: PartnerCenterRenewalInput | None = optional("What it renews to.")
    scheduled_next_term_instructions: PartnerCenterNextTermInput | None = optional("What follows the first term.")
    addon_items: list[CartLineInput] | None = optional("Add-ons, for legacy offers.")


@input_of(
    commands.CartLinePatch,
    name="CartLinePatch",
    description="A change of one line; a field left out stays, null clears it.",
)
class CartLinePatchInput:
    line_id: int = wanted("The line's number in the cart.")
    catalog_item_id: str | None = optional("The item.")
    quantity: int | None = optional("Licences or instances, at least 1.")
    billing_cycle: BillingCycle | None = optional("How often is billed.")
    term_duration: Duration | None = optional("How long is committed.")
    friendly_name: str | None = optional("The partner's own label.")
    currency: CurrencyCode | None = optional("The currency.")
    custom_term_end_date: datetime | None = optional("When the first term is to end.")
    promotion_id: str | None = optional("A promotion.")
    attestation_accepted: bool | None = optional("Whether the item's attestation is accepted.")
    participants: list[CartParticipantInput] | None = optional("Other partners in the purchase, all of them.")
    provisioning_context: list[KeyValueInput] | None = optional("What the item needs to be set up, all of it.")
    purchase_commitment: PartnerCenterCommitmentInput | None = optional("For savings plans.")
    renews_to: PartnerCenterRenewalInput | None = optional("What it renews to.")
    scheduled_next_term_instructions: PartnerCenterNextTermInput | None = optional("What follows the first term.")
    addon_items: list[CartLineInput] | None = optional("Add-ons, all of them.")


@input_of(commands.CreateCart, name="CreateCartInput", description="A cart to make.")
class CreateCartInput:
    account_name: str = wanted("The account to buy through.")
    customer_key: str = wanted("The customer to buy for.")
    idempotency_key: str | None = optional(KEY)
    lines: list[CartLineInput] = wanted("What would be ordered; at least one.")
    partner_on_record_attestation_accepted: bool | None = optional("Whether the partner on record attests.")


@input_of(commands.UpdateCart, name="UpdateCartInput", description="A change of a cart, line by line.")
class UpdateCartInput:
    cart_id: strawberry.ID = wanted("The cart.")
    idempotency_key: str | None = optional(KEY)
    expected_updated_at: datetime | None = optional("The cart's updatedAt as you know it; refused if it has changed.")
    set_lines: list[CartLinePatchInput] | None = optional("Lines to change.")
    add_lines: list[CartLineInput] | None = optional("Lines to add.")
    remove_lines: list[int] | None = optional("Numbers of lines to remove.")
    partner_on_record_attestation_accepted: bool | None = optional("Whether the partner on record attests.")


@input_of(commands.CheckoutCart, name="CheckoutCartInput", description="A cart to check out.")
class CheckoutCartInput:
    cart_id: strawberry.ID = wanted("The cart.")
    idempotency_key: str | None = optional(KEY)
    customer_user_principal_name: str | None = optional("The customer's user to assign licences to.")
