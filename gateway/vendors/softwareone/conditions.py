"""What a list is asked for, in the vendor's words."""

from __future__ import annotations

from typing import Final

from gateway.model.agreement import AgreementKind, AgreementStatus
from gateway.model.order import OrderStatus, OrderType
from gateway.vendors.base import AgreementFilter, OrderFilter
from gateway.vendors.softwareone import words
from gateway.vendors.softwareone.rql import Condition, ceiling, contains, eq, ge, in_, lt, ne, or_

SEARCHED: Final = ("id", "externalIds.client", "agreement.name")


def order_conditions(wanted: OrderFilter, *, oldest_words: bool = False) -> tuple[Condition, ...] | None:
    """The filter as conditions; None where no order can match, so that nobody needs to be asked.

    Discarded orders stay in the vendor's lists for ever; they are left out unless a status is asked for.
    With `oldest_words` it speaks to a platform that refuses words it does not know, and so has no order with them.
    Raises FilterNotSupported for what the vendor's language cannot say.
    """
    statuses = words.first_published(words.ORDER_STATUS) if oldest_words else words.ORDER_STATUS
    types = words.first_published(words.ORDER_TYPE) if oldest_words else words.ORDER_TYPE
    if wanted.documents:
        return None  # no order here waits for documents
    known: list[Condition | None] = []
    if wanted.statuses:
        known.append(words.preimage("status", statuses, wanted.statuses, OrderStatus.UNKNOWN))
    if wanted.vendor_statuses:
        spelled = words.spelled(words.ORDER_STATUS, wanted.vendor_statuses)
        sayable = [word for word in spelled if not oldest_words or word in statuses]
        known.append(in_("status", sayable) if sayable else None)
    if not known:
        known.append(ne("status", "Deleted"))
    if wanted.types:
        known.append(words.preimage("type", types, wanted.types, OrderType.OTHER))
    if wanted.customer_keys:
        known.append(in_("licensee.id", wanted.customer_keys))
    if wanted.agreement is not None:
        known.append(eq("agreement.id", wanted.agreement.parts[0]))
    # The vendor's times are whole milliseconds: at or after a moment means at or after the next of them.
    if wanted.created_from is not None:
        known.append(ge("audit.created.at", ceiling(wanted.created_from)))
    if wanted.created_before is not None:
        known.append(lt("audit.created.at", ceiling(wanted.created_before)))
    if wanted.updated_from is not None:
        known.append(ge("audit.updated.at", ceiling(wanted.updated_from)))
    if wanted.search:
        known.append(or_(*(contains(path, wanted.search) for path in SEARCHED)))
    return _all(known)


def agreement_conditions(wanted: AgreementFilter) -> tuple[Condition, ...] | None:
    """The filter as conditions; None where no agreement can match."""
    if wanted.kinds and AgreementKind.COMMERCIAL not in wanted.kinds:
        return None
    known: list[Condition | None] = []
    if wanted.statuses:
        known.append(words.preimage("status", words.AGREEMENT_STATUS, wanted.statuses, AgreementStatus.UNKNOWN))
    if wanted.customer_keys:
        known.append(in_("licensee.id", wanted.customer_keys))
    return _all(known)


def _all(known: list[Condition | None]) -> tuple[Condition, ...] | None:
    conditions = tuple(condition for condition in known if condition is not None)
    return conditions if len(conditions) == len(known) else None
