"""What clients ask SoftwareOne to write, beside the commands that all vendors share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any

from gateway.model.ref import Kind, Ref
from gateway.model.writing import ABSENT, Absent
from gateway.vendors.commands import CUSTOMER, Remark

LineRef = Annotated[Ref, Kind.AGREEMENT_LINE, Kind.LINE]
"""A line of an agreement; an order's line is the same line, and its own number names it too."""


class Placement(Enum):
    """How far a new order goes at once."""

    DRAFT = "draft"
    QUOTED = "quoted"
    PROCESSING = "processing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterDraft:
    """A parameter by exactly one of its names. ABSENT keeps, None clears; `error` is the product vendor's to set."""

    key: str | None = None
    external_id: str | None = None
    value: Any | Absent | None = ABSENT
    error: Remark | Absent | None = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLineDraft:
    item_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    line_id: LineRef
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionChange:
    subscription_id: Annotated[Ref, Kind.SUBSCRIPTION]
    auto_renew: bool | None = None
    lines: tuple[LineChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseDraft:
    licensee_id: Annotated[str, CUSTOMER]
    product_id: str
    lines: tuple[NewLineDraft, ...]
    placement: Placement = Placement.DRAFT
    listing_id: str | None = None
    authorization_id: str | None = None
    notes: str | None = None
    external_id: str | None = None
    ordering_parameters: tuple[ParameterDraft, ...] = ()
    certificate_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDraft:
    agreement_id: Annotated[Ref, Kind.AGREEMENT]
    placement: Placement = Placement.DRAFT
    notes: str | None = None
    external_id: str | None = None
    ordering_parameters: tuple[ParameterDraft, ...] = ()
    new_lines: tuple[NewLineDraft, ...] = ()
    lines: tuple[LineChange, ...] = ()
    subscriptions: tuple[SubscriptionChange, ...] = ()
    certificate_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminationDraft:
    agreement_id: Annotated[Ref, Kind.AGREEMENT]
    placement: Placement = Placement.DRAFT
    notes: str | None = None
    external_id: str | None = None
    ordering_parameters: tuple[ParameterDraft, ...] = ()
    line_ids: tuple[LineRef, ...] = ()
    subscription_ids: tuple[Annotated[Ref, Kind.SUBSCRIPTION], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationDraft:
    agreement_id: Annotated[Ref, Kind.AGREEMENT]
    subscriptions: tuple[SubscriptionChange, ...]
    placement: Placement = Placement.DRAFT
    notes: str | None = None
    external_id: str | None = None
    ordering_parameters: tuple[ParameterDraft, ...] = ()


Draft = PurchaseDraft | ChangeDraft | TerminationDraft | ConfigurationDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """Exactly one is given; the graph sees to that."""

    purchase: PurchaseDraft | None = None
    change: ChangeDraft | None = None
    termination: TerminationDraft | None = None
    configuration: ConfigurationDraft | None = None

    @property
    def chosen(self) -> tuple[str, Draft]:
        """The one that is given, with the name of its field."""
        every: dict[str, Draft | None] = {
            "purchase": self.purchase,
            "change": self.change,
            "termination": self.termination,
            "configuration": self.configuration,
        }
        return next((name, one) for name, one in every.items() if one is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """ABSENT keeps, None clears; an empty list changes nothing."""

    notes: str | Absent | None = ABSENT
    external_id: str | Absent | None = ABSENT
    new_lines: tuple[NewLineDraft, ...] = ()
    lines: tuple[LineChange, ...] = ()
    remove_line_ids: tuple[LineRef, ...] = ()
    ordering_parameters: tuple[ParameterDraft, ...] = ()
    fulfillment_parameters: tuple[ParameterDraft, ...] = ()
    template_id: str | Absent | None = ABSENT
    assignee_id: str | Absent | None = ABSENT
    error: Remark | Absent | None = ABSENT
