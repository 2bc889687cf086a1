"""What the seeded year of the SoftwareOne emulator promises."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.sandbox.softwareone import SoftwareOne
from gateway.sandbox.softwareone.documents import docx, pdf
from tests.sandbox.softwareone_bench import TODAY

pytestmark = pytest.mark.slow

TYPES = {"Purchase", "Change", "Termination", "Configuration", "Suspend", "Resume", "Renewal"}
STATUSES = {
    *("Draft", "Quoted", "Processing", "Querying", "Completed", "Failed", "Deleted"),
    *("Scheduled", "Cancelling", "Cancelled"),
}
PARAMETER_TYPES = {
    *("SingleLineText", "MultiLineText", "Address", "Contact", "Checkbox", "Choice", "Subdomain", "Heading"),
    *("DropDown", "Email", "DataObject", "Date"),
}


@pytest.fixture(scope="module")
def year() -> SoftwareOne:
    return SoftwareOne(1, 1.0, TODAY)


def table(emulator: SoftwareOne, name: str) -> list[dict[str, Any]]:
    return list(emulator.state[name].values())


def test_there_are_500_orders_of_every_type_and_status(year: SoftwareOne) -> None:
    orders = table(year, "orders")
    assert len(orders) == len(year.orders()) == 500
    assert {order["type"] for order in orders} == TYPES
    assert {order["status"] for order in orders} == STATUSES
    assert len(table(year, "agreements")) == 90


@pytest.mark.parametrize(("size", "count"), [(0.05, 25), (0.3, 150), (2.0, 1000)])
def test_size_scales_the_year_and_keeps_every_type_and_status(size: float, count: int) -> None:
    orders = table(SoftwareOne(1, size, TODAY), "orders")
    assert len(orders) == count
    assert {order["type"] for order in orders} == TYPES
    assert {order["status"] for order in orders} == STATUSES


def test_another_client_owns_ten_orders(year: SoftwareOne) -> None:
    owners = Counter(order["client"]["name"] for order in table(year, "orders"))
    assert owners == {"Brightwater Logistics": 490, "Falkenberg Maskin": 10}


@pytest.mark.parametrize("seed", [1, 2, 3, 99])
def test_every_agreement_has_exactly_one_purchase_and_it_is_its_first_order(seed: int) -> None:
    emulator = SoftwareOne(seed, 0.4, TODAY)
    for agreement in table(emulator, "agreements"):
        own = [order for order in table(emulator, "orders") if order["agreement"]["id"] == agreement["id"]]
        own.sort(key=lambda order: str(order["audit"]["created"]["at"]))
        assert [order["type"] == "Purchase" for order in own] == [True, *[False] * (len(own) - 1)]
        running = [order for order in own if order["status"] in ("Processing", "Querying")]
        assert len(running) <= 1
        assert bool(running) == (agreement["status"] in ("Provisioning", "Updating"))


def test_the_year_is_365_days_of_working_hours_before_today(year: SoftwareOne) -> None:
    times = []
    for name in ("orders", "agreements", "subscriptions", "assets", "attachments"):
        for row in table(year, name):
            times += [datetime.fromisoformat(event["at"]) for event in row["audit"].values()]
    assert min(times) > TODAY - timedelta(days=366)
    assert max(times) < TODAY
    assert {time.weekday() for time in times} <= {0, 1, 2, 3, 4}
    assert {time.hour for time in times} <= set(range(8, 18))
    months = Counter(order["audit"]["created"]["at"][:7] for order in table(year, "orders"))
    assert len(months) >= 11


@pytest.mark.slow
def test_the_same_seed_gives_the_same_data() -> None:
    one, other = SoftwareOne(7, 0.2, TODAY), SoftwareOne(7, 0.2, TODAY)
    assert dump(one) == dump(other)
    assert one.state.files == other.state.files
    assert one.credentials("http://x") == other.credentials("http://x")
    assert dump(SoftwareOne(8, 0.2, TODAY)) != dump(one)


def dump(emulator: SoftwareOne) -> str:
    return json.dumps(emulator.state.tables, sort_keys=True)


@pytest.mark.parametrize("later", [1, 2, 3, 5, 40])
def test_ids_do_not_depend_on_the_day(later: int) -> None:
    one = SoftwareOne(1, 0.2, TODAY)
    other = SoftwareOne(1, 0.2, TODAY + timedelta(days=later))
    for name in ("orders", "agreements", "subscriptions", "attachments", "products", "users"):
        assert list(one.state[name]) == list(other.state[name])
    assert [row["status"] for row in table(one, "orders")] == [row["status"] for row in table(other, "orders")]


def test_reset_brings_back_data_and_settings() -> None:
    emulator = SoftwareOne(1, 0.1, TODAY)
    before, tokens = dump(emulator), emulator.credentials("http://x")
    emulator.state["orders"].clear()
    emulator.settings.legacy_style = True
    settings = emulator.settings
    emulator.reset()
    assert dump(emulator) == before
    assert emulator.credentials("http://x") == tokens
    assert emulator.settings is settings
    assert settings.legacy_style is False


def test_parameters_come_in_all_types_and_every_json_shape(year: SoftwareOne) -> None:
    entries: list[tuple[str, dict[str, Any]]] = [
        (bag, entry)
        for order in table(year, "orders")
        for bag in ("ordering", "fulfillment")
        for entry in order["parameters"][bag]
    ]
    for bag in ("ordering", "fulfillment"):
        assert {entry["type"] for name, entry in entries if name == bag} == PARAMETER_TYPES
        assert any(entry["constraints"]["hidden"] for name, entry in entries if name == bag)
    shapes = {type(entry["value"]) for _, entry in entries if "value" in entry}
    assert shapes >= {str, list, dict, int, bool}
    assert {"date"} in [set(entry["value"]) for _, entry in entries if entry["type"] == "Date" and "value" in entry]
    assert any(entry["constraints"]["readonly"] for _, entry in entries)


def test_querying_orders_say_what_is_wrong(year: SoftwareOne) -> None:
    querying = [order for order in table(year, "orders") if order["status"] == "Querying"]
    assert any("error" in order for order in querying)
    for order in querying:
        assert any("error" in entry for entry in order["parameters"]["ordering"])


def test_failed_orders_carry_notes_and_some_completed_ones_notes_without_a_message(year: SoftwareOne) -> None:
    orders = table(year, "orders")
    assert all(order["statusNotes"]["message"] for order in orders if order["status"] == "Failed")
    assert any("parameters" in order["statusNotes"] for order in orders if order["status"] == "Failed")
    bare = [order for order in orders if order["status"] == "Completed" and "statusNotes" in order]
    assert bare
    assert all(order["statusNotes"] == {"id": "E000000"} for order in bare)


def test_external_ids_come_in_many_subsets(year: SoftwareOne) -> None:
    subsets = {frozenset(order["externalIds"]) for order in table(year, "orders")}
    assert frozenset() in subsets
    assert frozenset(("client",)) in subsets
    assert frozenset(("client", "operations")) in subsets
    assert frozenset(("client", "vendor", "operations")) in subsets


def test_agreements_have_up_to_four_attachments_with_real_files(year: SoftwareOne) -> None:
    rows = table(year, "attachments")
    counts = Counter(row["agreement"]["id"] for row in rows)
    assert set(counts.values()) == {1, 2, 3, 4}
    assert len(counts) < 90
    assert {row["type"] for row in rows} == {"File", "LicenseKey"}
    assert {"orderId" in row for row in rows} == {True, False}
    for row in rows:
        if row["type"] == "File":
            content = year.state.files[row["id"]]
            assert row["size"] == len(content) > 50
            start = {"application/pdf": b"%PDF-", "text/csv": b"# "}.get(row["contentType"], b"PK\x03\x04")
            assert content.startswith(start)
        else:
            assert row["licenseKey"]
        if "orderId" in row:
            assert year.state["orders"][row["orderId"]]["agreement"]["id"] == row["agreement"]["id"]


def test_the_pdf_is_one_a_strict_reader_opens() -> None:
    content = pdf("Ünïcode (and) brackets")
    table_at = int(content.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    assert content[table_at:].startswith(b"xref\n0 6\n")
    for number, entry in enumerate(content[table_at:].split(b"\n")[3:8], start=1):
        assert content[int(entry[:10]) :].startswith(b"%d 0 obj" % number)
    assert docx("a & b") == docx("a & b")


def test_the_year_has_splits_certificates_terms_assignees_and_drafts_below_orders(year: SoftwareOne) -> None:
    orders = table(year, "orders")
    assert any("split" in row for row in table(year, "agreements"))
    assert any("split" in row for row in table(year, "subscriptions"))
    assert any(order["certificates"] for order in orders)
    assert any(order["termsAndConditions"] for order in orders)
    assert any("assignee" in order for order in orders)
    assert any(order["price"].get("SPxY", 0) < 0 for order in orders if order["type"] == "Termination")
    assert {row["status"] for row in table(year, "subscriptions")} >= {"Draft", "Deleted", "Expired", "Suspended"}
    assert {row["status"] for row in table(year, "assets")} == {"Draft", "Active", "Terminated"}
    running = [row for row in table(year, "subscriptions") if row["status"] == "Active"]
    assert all(row["commitmentDate"] >= (TODAY - timedelta(days=4)).isoformat() for row in running)
    assert len(table(year, "licensees")) == 7


def test_a_year_in_another_zone_is_read_as_utc() -> None:
    assert SoftwareOne(1, 0.05, datetime(2026, 3, 2, tzinfo=UTC)).orders()[0]["created_at"].endswith("Z")
