"""What may be done to an order now, told without a call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gateway.model.account import Account
from gateway.model.order import Order


class OrderActionKind(Enum):
    UPDATE = "update"
    SUBMIT = "submit"
    CANCEL = "cancel"
    ADD_ATTACHMENTS = "add_attachments"


@dataclass(frozen=True, slots=True)
class OrderAction:
    kind: OrderActionKind
    possible: bool
    reason: str | None


def order_actions(order: Order, account: Account) -> list[OrderAction]:
    """Every kind of action with its verdict. No account has a capability to write yet, so none is possible."""
    reason = f"Account {account.name} is connected for reading."
    return [OrderAction(kind, possible=False, reason=reason) for kind in OrderActionKind]
