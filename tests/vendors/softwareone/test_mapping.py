"""Their JSON → the model: what is odd, missing or junk."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import VendorBadAnswer
from gateway.model.agreement import AgreementLineStatus, AgreementStatus, SubscriptionStatus
from gateway.model.order import AttachmentKind, OrderStatus, OrderType
from gateway.model.values import BillingCycle, ExternalReference, Notice
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import details, mapping, mapping_agreements, mapping_parts, words
from tests.vendors.softwareone import fields
from tests.vendors.softwareone.fields import ORIGIN

READERS: dict[str, tuple[Callable[[Row], object], dict[str, Any]]] = {
    "order": (lambda row: mapping.order(row, ORIGIN), fields.ORDER_JSON),
    "agreement": (lambda row: mapping_agreements.agreement(row, ORIGIN), fields.AGREEMENT_JSON),
    "subscription": (lambda row: mapping_agreements.subscription(row, ORIGIN), fields.SUBSCRIPTION_JSON),
    "asset": (lambda row: mapping_agreements.asset(row, ORIGIN), fields.ASSET_JSON),
    "split": (lambda row: mapping_agreements.split(row, "AGR-1"), fields.SPLIT_JSON),
    "attachment": (lambda row: mapping.attachment(row, "AGR-1", ORIGIN), fields.FILE_JSON),
}
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.decimals(), st.text(max_size=5), st.sampled_from(["", "2026", "1m"])
)
JUNK = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def order(**more: Any) -> Any:
    return mapping.order(Row({"id": "ORD-1", **more}, "order"), ORIGIN)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a payload with one of its keys or indices."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, child in children for place in ((value, key), *places(child))]


@pytest.mark.parametrize("name", READERS)
@given(wounds=st.lists(st.tuples(st.integers(0, 5_000), st.sampled_from(["junk", "drop", "case"]), JUNK), max_size=6))
def test_junk_is_read_or_refused_but_never_breaks(name: str, wounds: list[tuple[int, str, Any]]) -> None:
    read, sample = READERS[name]
    payload = copy.deepcopy(sample)
    for number, how, junk in wounds:
        spots = places(payload)
        container, key = spots[number % len(spots)]
        if how == "junk":
            container[key] = junk
        elif how == "case" and isinstance(container, dict):
            container[key.upper()] = container.pop(key)
        elif len(container) > 1:
            del container[key]
    with suppress(VendorBadAnswer):
        read(Row(payload, name))


@pytest.mark.parametrize("name", READERS)
@given(value=JUNK)
def test_any_json_is_read_or_refused(name: str, value: Any) -> None:
    with suppress(VendorBadAnswer):
        READERS[name][0](Row(value, name))


@pytest.mark.parametrize("name", ["order", "agreement", "subscription", "asset", "attachment"])
def test_a_thing_without_an_id_is_a_bad_answer(name: str) -> None:
    read, payload = READERS[name]
    with pytest.raises(VendorBadAnswer):
        read(Row({**payload, "id": None}, name))


def test_an_order_of_nothing_but_an_id_is_an_order() -> None:
    bare = order()
    assert bare.type is OrderType.OTHER
    assert bare.vendor_type is None
    assert bare.status is OrderStatus.UNKNOWN
    assert (bare.lines, bare.subscriptions, bare.assets, bare.audit) == ((), (), (), ())
    assert (bare.agreement, bare.customer, bare.currency, bare.recurring_totals, bare.created_at) == (None,) * 5
    assert bare.details.margins is None


@pytest.mark.parametrize(("word", "status"), words.ORDER_STATUS.items())
def test_each_status_word_has_its_value(word: str, status: OrderStatus) -> None:
    assert order(status=word).status is status
    assert order(status=word.upper()).status is status


def test_words_nobody_knows_are_kept_beside_unknown() -> None:
    strange = order(status="Hovering", type="Barter", agreement={"id": "AGR-1", "status": "Napping"})
    assert (strange.status, strange.vendor_status) == (OrderStatus.UNKNOWN, "Hovering")
    assert (strange.type, strange.vendor_type) == (OrderType.OTHER, "Barter")
    assert (strange.agreement.status, strange.agreement.vendor_status) == (AgreementStatus.UNKNOWN, "Napping")
    line = fields.line(1, item={"id": "ITM-1", "terms": {"period": "fortnight", "commitment": "for ever"}})
    (read,) = order(lines=[line]).lines
    assert (read.billing_cycle, read.vendor_billing_cycle) == (BillingCycle.UNKNOWN, "fortnight")
    assert (read.term_duration, read.details.commitment) == (None, "for ever")


def test_words_of_the_other_tables_are_each_read() -> None:
    for word, value in words.AGREEMENT_STATUS.items():
        assert mapping_agreements.agreement(Row({"id": "A", "status": word}, "agreement"), ORIGIN).status is value
    for word, known in words.SUBSCRIPTION_STATUS.items():
        row = Row({"id": "S", "status": word}, "subscription")
        assert mapping_agreements.subscription(row, ORIGIN).status is known
    for word, known in words.ASSET_STATUS.items():
        assert mapping_agreements.asset(Row({"id": "S", "status": word}, "asset"), ORIGIN).status is known
    for word, state in words.LINE_STATUS.items():
        row = Row({"id": "A", "lines": [{"id": "L", "item": {"id": "I"}, "status": word}]}, "agreement")
        lines = mapping_agreements.agreement(row, ORIGIN).lines
        assert lines is not None
        assert lines[0].status is state
    assert AgreementLineStatus.UNKNOWN not in words.LINE_STATUS.values()


def test_a_reference_knows_only_what_it_carries() -> None:
    bare = order(agreement={"id": "AGR-1"}, subscriptions=[{"id": "SUB-1", "name": ""}], assets=[{"id": "AST-1"}, {}])
    assert bare.agreement.known == {"number", "vendor", "kind", "orders", "attachments"}
    assert bare.subscriptions[0].known == {"number", "agreement"}
    assert [asset.known for asset in bare.assets] == [{"number", "agreement"}]
    assert order(subscriptions=[{"id": "SUB-1"}]).subscriptions[0].known == {"number"}


def test_the_older_papers_spelling_and_nulls_are_read() -> None:
    old = order(
        externalIDs={"client": "PO-1", "vendor": None, "operations": ""},
        price={"currency": "EUR", "SPxM": 1, "markup": Decimal("0.1")},
        notes=None,
        error=None,
        assignee=None,
        audit={"created": {"at": "2026-03-05T09:15:30Z", "by": {}}, "completed": None},
    )
    assert old.external_references == (ExternalReference("client", "PO-1"),)
    assert old.details.margins.markup == Decimal("0.1")
    assert [event.event for event in old.audit] == ["created"]
    assert old.audit[0].by is None


def test_a_price_without_a_currency_has_its_authorizations() -> None:
    one = order(
        authorization={"id": "AUT-1", "currency": "USD"},
        price={"SPxM": 2},
        lines=[{"id": "ALI-1", "item": {"id": "ITM-1"}, "price": {"unitPP": 3}}],
    )
    assert one.currency == "USD"
    assert one.recurring_totals[0].amount.currency == "USD"
    assert one.lines[0].unit_price is None
    assert one.lines[0].recurring_prices[0].amount.currency == "USD"


def test_a_negative_price_stays_negative_and_exact() -> None:
    one = order(price={"currency": "EUR", "SPxY": Decimal("-1131.840")})
    assert str(one.recurring_totals[0].amount.amount) == "-1131.840"


def test_a_note_may_lack_its_text_and_its_placeholders_values() -> None:
    assert order(statusNotes={"id": "E000000"}).status_reason == Notice("E000000", None)
    assert order(error={"message": "{{a}} and {{ b }}", "parameters": {"a": 1}}).error == Notice(None, "1 and {{ b }}")
    assert order(error={}).error is None


def test_a_note_stays_bounded_however_often_it_repeats_a_long_value() -> None:
    note = order(error={"message": "{{a}}" * 4_000, "parameters": {"a": "x" * 20_000}}).error
    assert len(note.message) <= 1_000


def test_a_parameters_numbers_do_not_change() -> None:
    exact = {"n": [2, 2.5, Decimal("0.1"), Decimal("1.50"), 2**63 - 1, True, None, "0.1"]}
    assert mapping_parts.plain_json(exact) == {"n": [2, 2.5, 0.1, 1.5, 2**63 - 1, True, None, "0.1"]}
    assert isinstance(mapping_parts.plain_json(7), int)
    for text in ("0.12345678901234567890", "1E+400", "-1E+400", "1E-400"):
        assert mapping_parts.plain_json(Decimal(text)) == text
    assert mapping_parts.plain_json([2**63]) == [str(2**63)]


def test_a_parameter_that_no_answer_could_carry_is_a_bad_answer() -> None:
    value: Any = 1
    for _ in range(900):
        value = [value]
    with pytest.raises(VendorBadAnswer):
        order(parameters={"ordering": [{"id": "PAR-1", "value": value}]})


def test_licence_keys_are_shown_to_those_who_may_download_only() -> None:
    row = Row(fields.KEY_JSON, "attachment")
    assert mapping.attachment(row, "AGR-1", ORIGIN).license_key == "AAAA-BBBB"
    assert mapping.attachment(row, "AGR-1", replace(ORIGIN, keys_shown=False)).license_key is None


def test_an_attachment_of_a_kind_nobody_knows_is_other() -> None:
    one = mapping.attachment(Row({"id": "ATT-1", "type": "Hologram"}, "attachment"), "AGR-1", ORIGIN)
    assert (one.kind, one.vendor_kind) == (AttachmentKind.OTHER, "Hologram")


def test_a_draft_subscription_is_told_by_its_order_as_far_as_it_goes() -> None:
    one = order(
        agreement={"id": "AGR-1"}, subscriptions=[{"id": "SUB-1", "status": "Draft", "lines": [fields.line(1)]}]
    )
    (draft,) = one.subscriptions
    assert draft.status is SubscriptionStatus.DRAFT
    assert isinstance(draft.details, details.SubscriptionDetails)
    assert [line.number for line in draft.details.lines or ()] == ["ALI-1"]
    assert draft.details.audit is None


def test_a_split_without_an_id_goes_by_its_owners() -> None:
    assert mapping_agreements.split(Row({"allocations": []}, "split"), "AGR-7") == details.Split("AGR-7", ())


def test_an_id_cannot_break_out_of_the_deep_link() -> None:
    assert order(id="../x?y#z").vendor_url == "https://portal.test/commerce/orders/..%2Fx%3Fy%23z"


def test_a_page_of_the_vendors_keeps_its_lines_and_loses_its_control_characters() -> None:
    assert mapping_parts.markdown("# Title\n\tText\x00\x1b[31m\u202e") == "# Title\n\tText[31m"
