"""What a list is asked for, in the vendor's words; and what needs no asking."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote

import pytest

from gateway.errors import FilterNotSupported
from gateway.model.agreement import AgreementKind, AgreementStatus
from gateway.model.order import DocumentState, OrderStatus, OrderType
from gateway.model.ref import Kind, Ref
from gateway.vendors.base import AgreementFilter, OrderFilter
from gateway.vendors.softwareone import words
from gateway.vendors.softwareone.conditions import agreement_conditions, order_conditions

AT = datetime(2026, 3, 5, 9, 15, 30, 1, tzinfo=UTC)  # one microsecond past a whole millisecond
KNOWN = ",".join(f'"{word}"' for word in words.ORDER_STATUS)


@pytest.mark.parametrize(
    ("wanted", "texts"),
    [
        (OrderFilter(), ['ne(status,"Deleted")']),
        (OrderFilter(statuses=(OrderStatus.DRAFT,)), ['in(status,("New","Draft"))']),
        (
            OrderFilter(statuses=(OrderStatus.PROCESSING, OrderStatus.REJECTED)),
            ['in(status,("Processing","Cancelling"))'],
        ),
        (OrderFilter(statuses=(OrderStatus.DELETED,)), ['in(status,("Deleted"))']),
        (OrderFilter(statuses=(OrderStatus.UNKNOWN,)), [f"out(status,({KNOWN}))"]),
        (
            OrderFilter(statuses=(OrderStatus.UNKNOWN, OrderStatus.FAILED)),
            [f'or(in(status,("Failed")),out(status,({KNOWN})))'],
        ),
        (OrderFilter(vendor_statuses=("processing", "Brandnew")), ['in(status,("Processing","Brandnew"))']),
        (
            OrderFilter(types=(OrderType.CHANGE,)),
            ['ne(status,"Deleted")', 'in(type,("Change"))'],
        ),
        (
            OrderFilter(
                statuses=(OrderStatus.FAILED,),
                customer_keys=("LCE-1", "LCE-2"),
                agreement=Ref("swo", Kind.AGREEMENT, ("AGR-1",)),
                created_from=AT,
                created_before=AT,
                updated_from=AT,
            ),
            [
                'in(status,("Failed"))',
                'in(licensee.id,("LCE-1","LCE-2"))',
                'eq(agreement.id,"AGR-1")',
                'ge(audit.created.at,"2026-03-05T09:15:30.001Z")',
                'lt(audit.created.at,"2026-03-05T09:15:30.001Z")',
                'ge(audit.updated.at,"2026-03-05T09:15:30.001Z")',
            ],
        ),
        (
            OrderFilter(statuses=(OrderStatus.FAILED,), search="PO 7"),
            [
                'in(status,("Failed"))',
                'or(ilike(id,"*PO 7*"),ilike(externalIds.client,"*PO 7*"),ilike(agreement.name,"*PO 7*"))',
            ],
        ),
    ],
)
def test_an_order_filter_becomes_conditions(wanted: OrderFilter, texts: list[str]) -> None:
    conditions = order_conditions(wanted)
    assert conditions is not None
    assert [unquote(condition.text) for condition in conditions] == texts


@pytest.mark.parametrize(
    "wanted",
    [
        OrderFilter(documents=(DocumentState.REQUIRED,)),
        OrderFilter(statuses=(OrderStatus.IN_REVIEW, OrderStatus.REJECTED)),
        OrderFilter(types=(OrderType.CREDIT_MEMO,), statuses=(OrderStatus.DRAFT,)),
    ],
)
def test_a_filter_that_no_order_here_can_match_becomes_none(wanted: OrderFilter) -> None:
    assert order_conditions(wanted) is None


def test_every_value_of_the_graph_is_either_asked_for_or_matches_nothing() -> None:
    asked = {s for s in OrderStatus if order_conditions(OrderFilter(statuses=(s,))) is not None}
    assert asked == set(words.ORDER_STATUS.values()) | {OrderStatus.UNKNOWN}
    types = {t for t in OrderType if order_conditions(OrderFilter(types=(t,))) is not None}
    assert types == set(words.ORDER_TYPE.values()) | {OrderType.OTHER}


def test_an_agreement_filter_becomes_conditions() -> None:
    conditions = agreement_conditions(
        AgreementFilter(kinds=(AgreementKind.COMMERCIAL,), statuses=(AgreementStatus.ACTIVE,), customer_keys=("LCE-1",))
    )
    assert conditions is not None
    assert [unquote(one.text) for one in conditions] == ['in(status,("Active"))', 'in(licensee.id,("LCE-1"))']
    assert agreement_conditions(AgreementFilter()) == ()
    assert agreement_conditions(AgreementFilter(kinds=(AgreementKind.ACCEPTED_TERMS,))) is None
    assert agreement_conditions(AgreementFilter(statuses=(AgreementStatus.ACCEPTED,))) is None


def test_what_cannot_be_said_is_the_callers_mistake() -> None:
    with pytest.raises(FilterNotSupported):
        order_conditions(OrderFilter(search="both \" and '"))
