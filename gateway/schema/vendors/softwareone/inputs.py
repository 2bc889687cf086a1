"""Inputs of what only SoftwareOne takes."""

from __future__ import annotations

import strawberry
from strawberry.scalars import JSON

from gateway.schema.input import input_of, optional, wanted
from gateway.schema.value_inputs import NoticeInput
from gateway.schema.view import described
from gateway.vendors.softwareone import commands
from gateway.vendors.softwareone.commands import Placement

PLACEMENT = "How far it goes at once."
AGREEMENT = "The agreement, which must be active."
NOTES = "Free text of the customer's; the product's vendor does not use it."
EXTERNAL_ID = (
    "The customer's own number for it. Where none is given the gateway writes a mark of its own, so that the order is "
    "found again when the vendor's answer is lost."
)
ORDERING_PARAMETERS = "What the product asks of the customer."
CERTIFICATES = "Programme certificates to use, for products that belong to a programme."
LINE = "The line: the agreement's, or the same line on an order."

described(
    Placement,
    "SoftwareOnePlacement",
    "How far a new order goes at once.",
    DRAFT="It is saved, and can be changed.",
    QUOTED="It is saved as a quote, whose lines and parameters stay as they are.",
    PROCESSING="It is placed. It comes back as ACTION_REQUIRED where its parameters have errors.",
)


@input_of(
    commands.ParameterDraft,
    name="SoftwareOneParameterInput",
    description="A parameter's value, or its error; a field left out stays, null clears it.",
)
class SoftwareOneParameterInput:
    key: str | None = optional("The vendor's identifier; this or `externalId`.")
    external_id: str | None = optional("The product's own stable name for it; this or `key`.")
    value: JSON | None = optional("Its value, of the shape that the product wants.")
    error: NoticeInput | None = optional("What is wrong with the value; for the product's vendor alone.")


@input_of(commands.NewLineDraft, name="SoftwareOneNewLineInput", description="A line for something not yet held.")
class SoftwareOneNewLineInput:
    item_id: str = wanted("The item.")
    quantity: int = wanted("How many, at least 1.")


@input_of(commands.LineChange, name="SoftwareOneLineChangeInput", description="Another quantity on a line.")
class SoftwareOneLineChangeInput:
    line_id: strawberry.ID = wanted(LINE)
    quantity: int = wanted("How many afterwards; 0 ends the line.")


@input_of(
    commands.SubscriptionChange, name="SoftwareOneSubscriptionChangeInput", description="A change of a subscription."
)
class SoftwareOneSubscriptionChangeInput:
    subscription_id: strawberry.ID = wanted("The subscription.")
    auto_renew: bool | None = optional("Whether it renews itself; for configuration orders.")
    lines: list[SoftwareOneLineChangeInput] | None = optional(
        "Other quantities on its lines; for change orders. Without them all its lines come along as they are."
    )


@input_of(
    commands.PurchaseDraft, name="SoftwareOnePurchaseInput", description="A first purchase, which begins an agreement."
)
class SoftwareOnePurchaseInput:
    placement: Placement = wanted(PLACEMENT, default=Placement.DRAFT)
    licensee_id: str = wanted("Who will use it: a customer's key.")
    product_id: str = wanted("The product.")
    listing_id: str | None = optional("The listing to order from, where it is not to be found by product and licensee.")
    authorization_id: str | None = optional("The vendor programme's contract to order under.")
    notes: str | None = optional(NOTES)
    external_id: str | None = optional(EXTERNAL_ID)
    ordering_parameters: list[SoftwareOneParameterInput] | None = optional(ORDERING_PARAMETERS)
    lines: list[SoftwareOneNewLineInput] = wanted("What is ordered; at least one line.")
    certificate_ids: list[str] | None = optional(CERTIFICATES)


@input_of(
    commands.ChangeDraft,
    name="SoftwareOneChangeInput",
    description="A change of what an agreement holds: more, less, or something new.",
)
class SoftwareOneChangeInput:
    placement: Placement = wanted(PLACEMENT, default=Placement.DRAFT)
    agreement_id: strawberry.ID = wanted(AGREEMENT)
    notes: str | None = optional(NOTES)
    external_id: str | None = optional(EXTERNAL_ID)
    ordering_parameters: list[SoftwareOneParameterInput] | None = optional(ORDERING_PARAMETERS)
    new_lines: list[SoftwareOneNewLineInput] | None = optional("Lines to add.")
    lines: list[SoftwareOneLineChangeInput] | None = optional("Lines whose quantity changes.")
    subscriptions: list[SoftwareOneSubscriptionChangeInput] | None = optional("Subscriptions to change.")
    certificate_ids: list[str] | None = optional(CERTIFICATES)


@input_of(
    commands.TerminationDraft,
    name="SoftwareOneTerminationInput",
    description="An end to lines or subscriptions of an agreement, or to all of it.",
)
class SoftwareOneTerminationInput:
    placement: Placement = wanted(PLACEMENT, default=Placement.DRAFT)
    agreement_id: strawberry.ID = wanted(AGREEMENT)
    notes: str | None = optional(NOTES)
    external_id: str | None = optional(EXTERNAL_ID)
    ordering_parameters: list[SoftwareOneParameterInput] | None = optional(ORDERING_PARAMETERS)
    line_ids: list[strawberry.ID] | None = optional("Lines to end. This or `subscriptionIds` names at least one.")
    subscription_ids: list[strawberry.ID] | None = optional("Subscriptions to end.")


@input_of(
    commands.ConfigurationDraft,
    name="SoftwareOneConfigurationInput",
    description="A change of how subscriptions of an agreement go on, without other quantities.",
)
class SoftwareOneConfigurationInput:
    placement: Placement = wanted(PLACEMENT, default=Placement.DRAFT)
    agreement_id: strawberry.ID = wanted(AGREEMENT)
    notes: str | None = optional(NOTES)
    external_id: str | None = optional(EXTERNAL_ID)
    ordering_parameters: list[SoftwareOneParameterInput] | None = optional(ORDERING_PARAMETERS)
    subscriptions: list[SoftwareOneSubscriptionChangeInput] = wanted("At least one.")


@input_of(
    commands.OrderDraft,
    name="SoftwareOneOrderInput",
    description="An order at SoftwareOne, of one type; all ids in it are of one agreement.",
    one_of=True,
)
class SoftwareOneOrderInput:
    purchase: SoftwareOnePurchaseInput | None = optional("A first purchase.")
    change: SoftwareOneChangeInput | None = optional("A change.")
    termination: SoftwareOneTerminationInput | None = optional("An end.")
    configuration: SoftwareOneConfigurationInput | None = optional("Another configuration.")


@input_of(
    commands.OrderChange,
    name="UpdateSoftwareOneOrderInput",
    description="Changes of an order at SoftwareOne; a field left out stays, null clears it. What may change depends "
    "on whose token it is and on the order's status. With an operations token any change of a draft also quotes it.",
)
class UpdateSoftwareOneOrderInput:
    notes: str | None = optional("Free text, in every status; for client and operations.")
    external_id: str | None = optional("Your own number for it, in every status.")
    new_lines: list[SoftwareOneNewLineInput] | None = optional("Lines to add to a draft; for the client.")
    lines: list[SoftwareOneLineChangeInput] | None = optional("Lines of a draft to change; for the client.")
    remove_line_ids: list[strawberry.ID] | None = optional("Lines of a draft to take out; for the client.")
    ordering_parameters: list[SoftwareOneParameterInput] | None = optional(
        "What the product asks of the customer: for the client in a draft and while the vendor asks back "
        "(ACTION_REQUIRED), for the product's vendor in processing. Those left out stay."
    )
    fulfillment_parameters: list[SoftwareOneParameterInput] | None = optional(
        "What the product's vendor fills in, in processing. Those left out stay."
    )
    template_id: str | None = optional("The template of its page; for the product's vendor.")
    assignee_id: str | None = optional("Who works on it: a user or token; for the product's vendor.")
    error: NoticeInput | None = optional("What is wrong with the order as a whole; for the product's vendor.")
