"""Views of the terms and prices that Partner Center's carts, orders and subscriptions share."""

from __future__ import annotations

from gateway.model import cart as model
from gateway.model.values import BillingCycle
from gateway.schema.scalars import Duration
from gateway.schema.values import MoneyView
from gateway.schema.view import plain, view


@view(
    model.CatalogItem,
    name="PartnerCenterCatalogItem",
    description="An item of the new-commerce catalogue, in its three parts; legacy offers have none.",
)
class PartnerCenterCatalogItemView:
    product_id: str = plain("The product.")
    sku_id: str = plain("The stock keeping unit of the product.")
    availability_id: str = plain("The offer of it in a market; it changes over time.")


@view(
    model.Commitment,
    name="PartnerCenterCommitment",
    description="What a savings plan obliges the customer to spend.",
)
class PartnerCenterCommitmentView:
    amount: MoneyView | None = plain("How much per grain of time.")
    grain: str | None = plain("Per what stretch of time, in the vendor's words, such as hourly.")


@view(model.Renewal, name="PartnerCenterRenewal", description="What a term renews to.")
class PartnerCenterRenewalView:
    term_duration: Duration | None = plain("How long the next term is.")


@view(model.ProductTerm, name="PartnerCenterProductTerm", description="A product with its term and billing.")
class PartnerCenterProductTermView:
    product_id: str | None = plain("The product.")
    sku_id: str | None = plain("The stock keeping unit of the product.")
    availability_id: str | None = plain("The offer of it in a market.")
    billing_cycle: BillingCycle | None = plain("How often is billed.")
    vendor_billing_cycle: str | None = plain("The vendor's own word for that.")
    term_duration: Duration | None = plain("How long is committed.")


@view(model.NextTerm, name="PartnerCenterNextTerm", description="What is to happen when the present term ends.")
class PartnerCenterNextTermView:
    product: PartnerCenterProductTermView | None = plain("The product to go on with.")
    quantity: int | None = plain("How many to go on with.")


@view(
    model.Pricing,
    name="PartnerCenterPricing",
    description="Prices of a line, before tax; the vendor states them for new commerce only.",
)
class PartnerCenterPricingView:
    list_price: MoneyView | None = plain("The price in the list, of one.")
    discounted_price: MoneyView | None = plain("The same after discounts.")
    prorated_price: MoneyView | None = plain("The same for the part of the term that is left.")
    price: MoneyView | None = plain("The price of one after discounts and proration.")
    extended_price: MoneyView | None = plain("For the whole quantity and the whole term: no monthly amount.")
