"""What may be cancelled with an order, and by which way.

cancel-an-order-from-the-integration-sandbox: software and reservations go by the order; new commerce, the marketplace
and Azure plans by their subscriptions. What an order holds is known for sure from its subscriptions alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from gateway.model.agreement import ProductSubscription, SubscriptionStatus
from gateway.model.order import Line, Order, OrderStatus
from gateway.model.ref import Kind
from gateway.model.writing import UserError, UserErrorCode
from gateway.vendors.commands import CancelOrder
from gateway.vendors.partner_center.details import OrderDetails, SubscriptionDetails
from gateway.vendors.reading import fold

Path = tuple[str, ...]

ORDER: Final = ("orderId",)
LINES: Final = ("lineIds",)
CONSENT: Final = ("allowSubscriptionCancellation",)
# What the vendor's codes are about, by its error-codes page; a line's number is the order's affair.
FIELDS: Final[Mapping[str, Path]] = {
    **dict.fromkeys(("20000", "1000", "20002", "800014", "800019", "800061", "800063", "800077", "900117"), ORDER),
    "800071": LINES,
}
BY_SUBSCRIPTION: Final = frozenset({"800061", "800063", "800077"})  # the order cannot be cancelled; these may be
SUBSCRIPTION_PRODUCTS: Final = frozenset({"onlineservicesnce", "saas"})
METERED: Final = "usagebased"
ENDABLE: Final = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.SUSPENDED})


def mistakes(command: CancelOrder) -> list[UserError]:
    """What is wrong with the command by itself."""
    found = []
    if command.reason is not None:
        told = "Partner Center writes no reason down."
        found.append(UserError(UserErrorCode.NOT_ALLOWED_HERE, told, ("reason",)))
    if command.line_ids == ():
        found.append(UserError(UserErrorCode.REQUIRED, "Name at least one line, or leave this out.", LINES))
    for place, line in enumerate(command.line_ids or ()):
        if line.parent(Kind.ORDER) != command.order_id:
            found.append(stranger(place))
    return found


def stranger(place: int) -> UserError:
    return UserError(UserErrorCode.NOT_FOUND, "This line is not on the order.", (*LINES, str(place)))


def cancelled(order: Order, lines: Sequence[Line]) -> bool:
    """Whether these lines of it are cancelled: the vendor keeps such a line, with a quantity of 0."""
    return order.status is OrderStatus.CANCELLED or (bool(lines) and all(line.quantity == 0 for line in lines))


def by_subscription(subscription: ProductSubscription) -> bool:
    """Whether what it stands for is known to be cancelled by subscriptions alone."""
    details = subscription.details
    if not isinstance(details, SubscriptionDetails) or details.product_type is None:
        return False
    return fold(details.product_type.key) in SUBSCRIPTION_PRODUCTS or metered(details)


def obstacle(
    line: Line, subscription: ProductSubscription | None, order: Order, now: datetime
) -> tuple[UserErrorCode, str] | None:
    """Why ending a line's subscription would be more or other than cancelling the line; None where it is the same."""
    here = UserErrorCode.NOT_ALLOWED_HERE
    if subscription is None:
        return here, f"Line {line.number} has no subscription that could be cancelled, or none yet."
    if not began(subscription, order):
        return here, f"The subscription of line {line.number} was begun by another order; cancel it there."
    if subscription.status not in ENDABLE:
        return here, f"The subscription of line {line.number} is neither active nor suspended."
    if subscription.quantity is None or subscription.quantity != line.quantity:
        told = f"Line {line.number} and its subscription differ in quantity, so more would end than was ordered."
        return here, told
    if not refundable(subscription, now):
        return UserErrorCode.EXPIRED, f"The time in which line {line.number} could be cancelled is over, or not known."
    return None


def began(subscription: ProductSubscription, order: Order) -> bool:
    alternate = order.details.alternate_id if isinstance(order.details, OrderDetails) else None
    known = {name.casefold() for name in (order.number, alternate) if name}
    return subscription.order is not None and subscription.order.parts[-1].casefold() in known


def refundable(subscription: ProductSubscription, now: datetime) -> bool:
    """Whether all of it may still be given back. What is metered has no such time, unless the vendor names one."""
    details = subscription.details
    if not isinstance(details, SubscriptionDetails):
        return False
    until = details.cancellation_allowed_until_date
    if until is None and not metered(details):
        return False
    if until is not None and until <= now:
        return False
    known = details.refundable_quantity
    if known is None or subscription.quantity is None:
        return True
    counted = [part.quantity or 0 for part in known.parts if part.until is None or part.until > now]
    total = sum(counted) if known.parts else known.total
    return total is None or total >= subscription.quantity


def metered(details: SubscriptionDetails) -> bool:
    return fold(details.unit_type or "") == METERED
