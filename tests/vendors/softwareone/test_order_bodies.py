"""What goes out for a new order, value by value, and where each place in it came from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given

from gateway.errors import VendorRefused
from gateway.model.writing import UserError, UserErrorCode, WriteState
from gateway.vendors.softwareone.commands import (
    NewLineDraft,
    OrderDraft,
    Placement,
    PurchaseDraft,
    TerminationDraft,
)
from gateway.vendors.softwareone.mapping_creation import creation
from gateway.vendors.softwareone.wire import Wire, steps
from tests.vendors.softwareone.drafts import (
    AGREEMENT,
    AT,
    CHANGE,
    CONFIGURATION,
    PURCHASE,
    TERMINATION,
    by_name,
    line_ref,
    orders,
)


def body(draft: OrderDraft, external_id: str = "PO-1") -> Any:
    return creation(draft, AT, external_id).body


def test_a_purchase_is_written_as_the_vendors_own_client_writes_it() -> None:
    draft = PurchaseDraft(
        licensee_id="LCE-1111-2222-3333",
        product_id="PRD-1111-2222",
        authorization_id="AUT-1111-2222",
        notes="Seats for the finance team",
        external_id="PO-88121",
        ordering_parameters=(by_name("tenantDomain", "contoso"),),
        lines=(NewLineDraft(item_id="ITM-1111-2222-0001", quantity=12),),
    )
    assert body(OrderDraft(purchase=draft), "PO-88121") == {
        "type": "Purchase",
        "status": "Draft",
        "agreement": {"licensee": {"id": "LCE-1111-2222-3333"}, "product": {"id": "PRD-1111-2222"}},
        "authorization": {"id": "AUT-1111-2222"},
        "notes": "Seats for the finance team",
        "externalIds": {"client": "PO-88121"},
        "parameters": {"ordering": [{"externalId": "tenantDomain", "value": "contoso"}], "fulfillment": []},
        "lines": [{"item": {"id": "ITM-1111-2222-0001"}, "quantity": 12}],
    }


def test_a_purchase_with_everything() -> None:
    assert body(OrderDraft(purchase=PURCHASE)) == {
        "type": "Purchase",
        "status": "Draft",
        "agreement": {"licensee": {"id": "LCE-1111-2222-3333"}, "product": {"id": "PRD-1111-2222"}},
        "listing": {"id": "LST-1111-2222"},
        "authorization": {"id": "AUT-1111-2222"},
        "lines": [
            {"item": {"id": "ITM-1111-2222-0001"}, "quantity": 12},
            {"item": {"id": "ITM-2"}, "quantity": 1},
        ],
        "certificates": [{"id": "CER-1"}, {"id": "CER-2"}],
        "notes": "Seats for the finance team",
        "externalIds": {"client": "PO-1"},
        "parameters": {
            "ordering": [{"externalId": "tenantDomain", "value": "contoso"}, {"id": "PAR-1", "value": ["a", "b"]}],
            "fulfillment": [],
        },
    }


def test_a_change_names_lines_by_their_numbers_and_new_ones_by_their_items() -> None:
    assert body(OrderDraft(change=CHANGE)) == {
        "type": "Change",
        "status": "Quoted",
        "agreement": {"id": "AGR-5001-6002-7003"},
        "lines": [
            {"id": "ALI-5001-6002-7003-0001", "quantity": 20},
            {"id": "ALI-5001-6002-7003-0002", "quantity": 0},
            {"item": {"id": "ITM-3"}, "quantity": 3},
        ],
        "subscriptions": [
            {"id": "SUB-1", "lines": [{"id": "ALI-5001-6002-7003-0003", "quantity": 4}]},
            {"id": "SUB-2"},
        ],
        "certificates": [{"id": "CER-3"}],
        "notes": "More seats",
        "externalIds": {"client": "PO-1"},
        "parameters": {"ordering": [{"externalId": "region", "value": "eu-west"}], "fulfillment": []},
    }


def test_a_termination_brings_its_lines_to_nothing() -> None:
    assert body(OrderDraft(termination=TERMINATION)) == {
        "type": "Termination",
        "status": "Processing",
        "agreement": {"id": "AGR-5001-6002-7003"},
        "lines": [
            {"id": "ALI-5001-6002-7003-0001", "quantity": 0},
            {"id": "ALI-5001-6002-7003-0002", "quantity": 0},
        ],
        "subscriptions": [{"id": "SUB-1"}, {"id": "SUB-2"}],
        "notes": "The end",
        "externalIds": {"client": "PO-1"},
        "parameters": {"ordering": [{"externalId": "why", "value": {"date": "2026-09-01"}}], "fulfillment": []},
    }


def test_a_configuration_says_which_subscriptions_renew_themselves() -> None:
    assert body(OrderDraft(configuration=CONFIGURATION)) == {
        "type": "Configuration",
        "status": "Draft",
        "agreement": {"id": "AGR-5001-6002-7003"},
        "subscriptions": [{"id": "SUB-1", "autoRenew": False}, {"id": "SUB-2"}],
        "notes": "No more renewals",
        "externalIds": {"client": "PO-1"},
        "parameters": {
            "ordering": [{"externalId": "contact", "value": {"firstName": "Ida", "phone": {"number": 5}}}],
            "fulfillment": [],
        },
    }


def test_what_is_left_out_is_not_sent() -> None:
    bare = TerminationDraft(agreement_id=AGREEMENT, line_ids=(line_ref(1),))
    assert set(body(OrderDraft(termination=bare))) == {"type", "status", "agreement", "lines", "externalIds"}


@pytest.mark.parametrize(
    ("placement", "word"),
    [(Placement.DRAFT, "Draft"), (Placement.QUOTED, "Quoted"), (Placement.PROCESSING, "Processing")],
)
def test_how_far_it_goes_at_once_is_its_first_status(placement: Placement, word: str) -> None:
    assert body(OrderDraft(purchase=replace(PURCHASE, placement=placement)))["status"] == word


@given(orders)
def test_any_order_is_json_and_says_nothing_but_what_was_asked(draft: OrderDraft) -> None:
    sent = orjson.loads(orjson.dumps(body(draft)))
    assert sent == body(draft)
    _, one = draft.chosen
    assert len(sent.get("lines", ())) == sum(len(getattr(one, name, ())) for name in ("lines", "new_lines", "line_ids"))
    assert None not in sent.values()


PURCHASE_PLACES = {
    "type": "",
    "status": "placement",
    "notes": "notes",
    "externalIds.client": "externalId",
    "agreement.licensee.id": "licenseeId",
    "agreement.product.id": "productId",
    "agreement": "",
    "listing.id": "listingId",
    "authorization": "authorizationId",
    "lines": "lines",
    "lines[1]": "lines.1",
    "Lines[1].Quantity": "lines.1.quantity",
    "$.lines[0].item.id": "lines.0.itemId",
    "lines[0].price.unitSP": "lines.0",
    "certificates[1].id": "certificateIds.1",
    "certificates": "certificateIds",
    "parameters.ordering": "orderingParameters",
    "parameters.ordering[1]": "orderingParameters.1",
    "parameters.ordering.tenantDomain": "orderingParameters.0",
    "parameters.ordering[0].value": "orderingParameters.0.value",
    "parameters.ordering.PAR-1.value.street": "orderingParameters.1.value",
}
CHANGE_PLACES = {
    "agreement.id": "agreementId",
    "lines[0].id": "lines.0.lineId",
    "lines[1].quantity": "lines.1.quantity",
    "lines[2].item": "newLines.0.itemId",
    "subscriptions[0].id": "subscriptions.0.subscriptionId",
    "subscriptions[0].lines[0].quantity": "subscriptions.0.lines.0.quantity",
    "subscriptions[1].autoRenew": "subscriptions.1.autoRenew",
}
TERMINATION_PLACES = {
    "lines[1].id": "lineIds.1",
    "lines[0].quantity": "lineIds.0",
    "subscriptions[1].id": "subscriptionIds.1",
}


@pytest.mark.parametrize(
    ("name", "draft", "theirs", "ours"),
    [
        *(("purchase", PURCHASE, theirs, ours) for theirs, ours in PURCHASE_PLACES.items()),
        *(("change", CHANGE, theirs, ours) for theirs, ours in CHANGE_PLACES.items()),
        *(("termination", TERMINATION, theirs, ours) for theirs, ours in TERMINATION_PLACES.items()),
        ("configuration", CONFIGURATION, "subscriptions[0].autorenew", "subscriptions.0.autoRenew"),
    ],
)
def test_a_field_that_the_vendor_names_is_found_in_the_input(name: str, draft: Any, theirs: str, ours: str) -> None:
    refused = refusal(creation(OrderDraft(**{name: draft}), AT, "PO-1"), theirs)
    assert [error.field for error in refused] == [(*AT, name, *(ours.split(".") if ours else ()))]


def refusal(wire: Wire, *properties: str) -> tuple[UserError, ...]:
    error = VendorRefused("refused", vendor_code="MPTCOM03-0001")
    error.told, error.properties = "Quantity is required", properties
    outcome = wire.refused(error)
    assert outcome.state is WriteState.REFUSED
    return outcome.user_errors


def test_a_refusal_is_the_vendors_words_at_every_place_that_it_names() -> None:
    wire = creation(OrderDraft(purchase=PURCHASE), AT, "PO-1")
    at = (*AT, "purchase", "lines")
    code = UserErrorCode.VENDOR_REFUSED
    assert refusal(wire, "lines[0].quantity", "colour", "lines[1]", "lines[1].colour") == (
        UserError(code, "Quantity is required", (*at, "0", "quantity"), "MPTCOM03-0001"),
        UserError(code, "Quantity is required", (*at, "1"), "MPTCOM03-0001"),
    )
    assert refusal(wire, "colour") == (UserError(code, "Quantity is required", None, "MPTCOM03-0001"),)
    assert refusal(wire) == (UserError(code, "Quantity is required", None, "MPTCOM03-0001"),)


@pytest.mark.parametrize(
    ("name", "path"),
    [("$", ()), ("", ()), ("a.b[0].C", ("a", "b", "0", "c")), ("$.a", ("a",)), ("[0]", ("0",)), ("]..[", ())],
)
def test_any_name_of_a_field_is_a_path(name: str, path: tuple[str, ...]) -> None:
    assert steps(name) == path
