"""Orders that keep every rule: a full one of each type by hand, and any by hypothesis."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from gateway.model.ref import Kind, Ref
from gateway.vendors.commands import Remark
from gateway.vendors.softwareone.commands import (
    ChangeDraft,
    ConfigurationDraft,
    LineChange,
    NewLineDraft,
    OrderDraft,
    ParameterDraft,
    Placement,
    PurchaseDraft,
    SubscriptionChange,
    TerminationDraft,
)

AT: Final = ("vendor", "softwareone")
AGREEMENT: Final = Ref.of("swo", Kind.AGREEMENT, "AGR-5001-6002-7003")
ORDER: Final = Ref.of("swo", Kind.ORDER, "ORD-2001-3002-4003")


def line_ref(number: int, agreement: Ref = AGREEMENT) -> Ref:
    return agreement.child(Kind.AGREEMENT_LINE, f"ALI-5001-6002-7003-{number:04}")


def order_line_ref(number: int, order: Ref = ORDER) -> Ref:
    return order.child(Kind.LINE, f"ALI-5001-6002-7003-{number:04}")


def subscription_ref(number: int) -> Ref:
    return Ref.of("swo", Kind.SUBSCRIPTION, f"SUB-{number}")


def by_name(name: str, value: Any) -> ParameterDraft:
    return ParameterDraft(external_id=name, value=value)


PURCHASE: Final = PurchaseDraft(
    licensee_id="LCE-1111-2222-3333",
    product_id="PRD-1111-2222",
    listing_id="LST-1111-2222",
    authorization_id="AUT-1111-2222",
    notes="Seats for the finance team",
    external_id="PO-88121",
    ordering_parameters=(by_name("tenantDomain", "contoso"), ParameterDraft(key="PAR-1", value=["a", "b"])),
    lines=(NewLineDraft(item_id="ITM-1111-2222-0001", quantity=12), NewLineDraft(item_id="ITM-2", quantity=1)),
    certificate_ids=("CER-1", "CER-2"),
)
CHANGE: Final = ChangeDraft(
    placement=Placement.QUOTED,
    agreement_id=AGREEMENT,
    notes="More seats",
    external_id="PO-88122",
    ordering_parameters=(by_name("region", "eu-west"),),
    new_lines=(NewLineDraft(item_id="ITM-3", quantity=3),),
    lines=(LineChange(line_id=line_ref(1), quantity=20), LineChange(line_id=order_line_ref(2), quantity=0)),
    subscriptions=(
        SubscriptionChange(subscription_id=subscription_ref(1), lines=(LineChange(line_id=line_ref(3), quantity=4),)),
        SubscriptionChange(subscription_id=subscription_ref(2)),
    ),
    certificate_ids=("CER-3",),
)
TERMINATION: Final = TerminationDraft(
    placement=Placement.PROCESSING,
    agreement_id=AGREEMENT,
    notes="The end",
    external_id="PO-88123",
    ordering_parameters=(by_name("why", {"date": "2026-09-01"}),),
    line_ids=(line_ref(1), order_line_ref(2)),
    subscription_ids=(subscription_ref(1), subscription_ref(2)),
)
CONFIGURATION: Final = ConfigurationDraft(
    agreement_id=AGREEMENT,
    notes="No more renewals",
    external_id="PO-88124",
    ordering_parameters=(by_name("contact", {"firstName": "Ida", "phone": {"number": 5}}),),
    subscriptions=(
        SubscriptionChange(subscription_id=subscription_ref(1), auto_renew=False),
        SubscriptionChange(subscription_id=subscription_ref(2)),
    ),
)

texts = st.text("abAB09 äß漢🙂.-_'\"\\[]$", min_size=1, max_size=20).filter(str.strip)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | texts
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
placements = st.sampled_from(Placement)
new_lines = st.builds(NewLineDraft, item_id=texts, quantity=st.integers(1, 2**31 - 1))
quantities = st.integers(0, 2**31 - 1)
remarks = st.builds(Remark, code=st.none() | texts, message=texts)


@st.composite
def parameter_lists(draw: st.DrawFn) -> tuple[ParameterDraft, ...]:
    known = draw(st.lists(texts, max_size=3, unique=True))
    return tuple(
        ParameterDraft(key=name, value=draw(values)) if draw(st.booleans()) else by_name(name, draw(values))
        for name in known
    )


@st.composite
def line_refs(draw: st.DrawFn, low: int, high: int, least: int = 0) -> tuple[Ref, ...]:
    """Different lines, with numbers of that range."""
    numbers = draw(st.lists(st.integers(low, high), min_size=least, max_size=3, unique=True))
    return tuple(line_ref(one) if draw(st.booleans()) else order_line_ref(one) for one in numbers)


@st.composite
def line_changes(draw: st.DrawFn, low: int, high: int, least: int = 0) -> tuple[LineChange, ...]:
    return tuple(LineChange(line_id=ref, quantity=draw(quantities)) for ref in draw(line_refs(low, high, least)))


def tuples(inner: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(inner, min_size=least, max_size=3).map(tuple)


subscription_numbers = st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True)
common: Final[dict[str, st.SearchStrategy[Any]]] = {
    "placement": placements,
    "notes": st.none() | st.text(max_size=20),
    "external_id": st.none() | texts,
    "ordering_parameters": parameter_lists(),
}
purchases = st.builds(
    PurchaseDraft,
    licensee_id=texts,
    product_id=texts,
    listing_id=st.none() | texts,
    authorization_id=st.none() | texts,
    lines=tuples(new_lines, 1),
    certificate_ids=tuples(texts),
    **common,
)


@st.composite
def changes(draw: st.DrawFn) -> ChangeDraft:
    subscriptions = tuple(
        SubscriptionChange(
            subscription_id=subscription_ref(one), lines=draw(line_changes(100 * (place + 1), 100 * (place + 1) + 9))
        )
        for place, one in enumerate(draw(subscription_numbers))
    )
    return ChangeDraft(
        agreement_id=AGREEMENT,
        new_lines=draw(tuples(new_lines)),
        lines=draw(line_changes(1, 50)),
        subscriptions=subscriptions,
        certificate_ids=draw(tuples(texts)),
        **{name: draw(one) for name, one in common.items()},
    )


terminations = st.builds(
    TerminationDraft,
    agreement_id=st.just(AGREEMENT),
    line_ids=line_refs(1, 50),
    subscription_ids=subscription_numbers.map(lambda known: tuple(subscription_ref(one) for one in known)),
    **common,
)
configurations = st.builds(
    ConfigurationDraft,
    agreement_id=st.just(AGREEMENT),
    subscriptions=subscription_numbers.map(
        lambda known: tuple(SubscriptionChange(subscription_id=subscription_ref(one), auto_renew=True) for one in known)
    ),
    **common,
)
orders = st.one_of(
    purchases.map(lambda one: OrderDraft(purchase=one)),
    changes().map(lambda one: OrderDraft(change=one)),
    terminations.map(lambda one: OrderDraft(termination=one)),
    configurations.map(lambda one: OrderDraft(configuration=one)),
)
