"""What clients ask to be written, one record for each mutation; what only one vendor takes is in its own folder.

The graph fills these from its inputs by field names and types: a Ref says with its annotation of which kinds it may be.
`ABSENT` stands for a field left out, where that means something other than null.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final

from gateway.model.cart import ParticipantRole
from gateway.model.files import UploadedFile
from gateway.model.order import AttachmentKind
from gateway.model.ref import Kind, Ref
from gateway.model.values import BillingCycle
from gateway.model.writing import ABSENT, Absent

CUSTOMER: Final = "customer"
"""Marks a field that names a customer by the account's customer key: `Annotated[str, CUSTOMER]`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A message for people, to be kept at the vendor."""

    message: str
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    role: ParticipantRole
    partner_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentDraft:
    amount: Amount
    grain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalDraft:
    term_duration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTermDraft:
    product_id: str
    sku_id: str
    availability_id: str | None = None
    billing_cycle: BillingCycle | None = None
    term_duration: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextTermDraft:
    product: ProductTermDraft
    quantity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLineDraft:
    catalog_item_id: str
    quantity: int
    billing_cycle: BillingCycle
    term_duration: str | None = None
    friendly_name: str | None = None
    currency: str | None = None
    custom_term_end_date: datetime | None = None
    promotion_id: str | None = None
    attestation_accepted: bool | None = None
    participants: tuple[Participant, ...] | None = None
    provisioning_context: tuple[Pair, ...] | None = None
    purchase_commitment: CommitmentDraft | None = None
    renews_to: RenewalDraft | None = None
    scheduled_next_term_instructions: NextTermDraft | None = None
    addon_items: tuple[CartLineDraft, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLinePatch:
    """What changes on the line of that number; ABSENT keeps, None clears."""

    line_id: int
    catalog_item_id: str | Absent | None = ABSENT
    quantity: int | Absent | None = ABSENT
    billing_cycle: BillingCycle | Absent | None = ABSENT
    term_duration: str | Absent | None = ABSENT
    friendly_name: str | Absent | None = ABSENT
    currency: str | Absent | None = ABSENT
    custom_term_end_date: datetime | Absent | None = ABSENT
    promotion_id: str | Absent | None = ABSENT
    attestation_accepted: bool | Absent | None = ABSENT
    participants: tuple[Participant, ...] | Absent | None = ABSENT
    provisioning_context: tuple[Pair, ...] | Absent | None = ABSENT
    purchase_commitment: CommitmentDraft | Absent | None = ABSENT
    renews_to: RenewalDraft | Absent | None = ABSENT
    scheduled_next_term_instructions: NextTermDraft | Absent | None = ABSENT
    addon_items: tuple[CartLineDraft, ...] | Absent | None = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCart:
    customer_key: Annotated[str, CUSTOMER]
    lines: tuple[CartLineDraft, ...]
    partner_on_record_attestation_accepted: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateCart:
    cart_id: Annotated[Ref, Kind.CART]
    expected_updated_at: datetime | None = None
    set_lines: tuple[CartLinePatch, ...] = ()
    add_lines: tuple[CartLineDraft, ...] = ()
    remove_lines: tuple[int, ...] = ()
    partner_on_record_attestation_accepted: bool | Absent | None = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutCart:
    cart_id: Annotated[Ref, Kind.CART]
    customer_user_principal_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePurchaseOrder:
    """`vendor` is the vendor's own command; `chosen` the name of its field in the input, for paths."""

    vendor: object
    chosen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOrder:
    """`vendor` is the vendor's own command; `chosen` the name of its field in the input, for paths."""

    order_id: Annotated[Ref, Kind.ORDER]
    vendor: object
    chosen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitOrder:
    order_id: Annotated[Ref, Kind.ORDER]


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """`allow_delete`: for good, where the vendor keeps nothing. `reason` is for vendors that write one down."""

    order_id: Annotated[Ref, Kind.ORDER]
    line_ids: tuple[Annotated[Ref, Kind.LINE], ...] | None = None
    allow_delete: bool = False
    allow_subscription_cancellation: bool = False
    reason: Remark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentFile:
    """Exactly one of `file` and `license_key` is meant to be there."""

    kind: AttachmentKind
    file: UploadedFile | None = None
    license_key: str | None = None
    name: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrderMetadata:
    customer_price: Amount
    part_of_tender: bool = False
    fx_rate: Decimal | None = None
    tender_link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAttachments:
    parent_id: Annotated[Ref, Kind.ORDER, Kind.AGREEMENT]
    files: tuple[AttachmentFile, ...]
    purchase_order: PurchaseOrderMetadata | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAttachment:
    """ABSENT keeps, None clears."""

    attachment_id: Annotated[Ref, Kind.ATTACHMENT]
    name: str | Absent | None = ABSENT
    description: str | Absent | None = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteAttachment:
    attachment_id: Annotated[Ref, Kind.ATTACHMENT]
