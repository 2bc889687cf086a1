"""Lists and single reads of the SoftwareOne emulator: paging, order, select, filters, actors, styles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.sandbox.softwareone import SoftwareOne
from tests.sandbox.softwareone_bench import TODAY, Bench, bench, messages, over

pytestmark = pytest.mark.slow

ORDERS = "/commerce/orders"


@pytest.fixture(scope="module")
def emulator() -> SoftwareOne:
    return SoftwareOne(1, 1.0, TODAY)


@pytest.fixture
async def mpt(emulator: SoftwareOne) -> AsyncIterator[Bench]:
    async with over(emulator) as one:
        yield one


async def test_a_list_answers_ten_rows_and_says_what_it_left_out(mpt: Bench) -> None:
    body = (await mpt.get(ORDERS)).json()
    assert body["$meta"]["pagination"] == {"offset": 0, "limit": 10, "total": 490}
    assert body["$meta"]["omitted"] == [
        "lines",
        "parameters",
        "subscriptions",
        "assets",
        "termsAndConditions",
        "certificates",
        "audit",
    ]
    assert len(body["data"]) == 10
    assert not {"lines", "audit", "$meta"} & set(body["data"][0])


@pytest.mark.parametrize(
    ("query", "limit", "offset", "count"),
    [
        ("limit=3", 3, 0, 3),
        ("limit=0", 0, 0, 0),
        ("limit=1000", 100, 0, 100),
        ("LIMIT=7&Offset=485", 7, 485, 5),
        ("limit=many&offset=x", 10, 0, 10),
        ("offset=9999", 10, 9999, 0),
    ],
)
async def test_paging_is_row_based_capped_and_echoed(
    mpt: Bench, query: str, limit: int, offset: int, count: int
) -> None:
    body = (await mpt.get(f"{ORDERS}?{query}")).json()
    assert body["$meta"]["pagination"] == {"offset": offset, "limit": limit, "total": 490}
    assert len(body["data"]) == count


@pytest.mark.parametrize("query", ["limit=-1", "offset=-5"])
async def test_negative_paging_is_refused(mpt: Bench, query: str) -> None:
    assert (await mpt.get(f"{ORDERS}?{query}")).status_code == 400


async def test_pages_put_together_are_the_whole_list(mpt: Bench) -> None:
    seen: list[str] = []
    for offset in range(0, 490, 100):
        rows = await mpt.rows(f"{ORDERS}?select=audit&order=-audit.created.at,-id&limit=100&offset={offset}")
        seen += [row["id"] for row in rows]
    assert len(seen) == len(set(seen)) == 490


@pytest.mark.parametrize("sign", ["", "+", "%2B", "%20"])
async def test_order_takes_a_plus_however_it_is_written(mpt: Bench, sign: str) -> None:
    rows = await mpt.rows(f"{ORDERS}?limit=100&select=audit&order={sign}audit.created.at")
    times = [row["audit"]["created"]["at"] for row in rows]
    assert times == sorted(times)


async def test_order_goes_by_several_keys_and_puts_absent_values_first(mpt: Bench) -> None:
    rows = await mpt.rows(f"{ORDERS}?limit=100&order=-status,externalIds.client")
    statuses = [row["status"] for row in rows]
    assert statuses == sorted(statuses, reverse=True)
    for status in set(statuses):
        numbers = [row.get("externalIds", {}).get("client", "") for row in rows if row["status"] == status]
        assert numbers == sorted(numbers)


FILTERS = [
    'eq(status,"Completed")',
    "status=Completed",
    "status='Completed'",
    "status=%22Completed%22",
    "eq%28status%2C%27Completed%27%29",
    "and(eq(status,Completed),ne(type,'Nothing'))",
    "in(status,(Completed))",
    "like(status,'Compl*')",
    "ilike(status,'*PLETE*')",
    "not(out(status,('Completed')))",
    "any(lines)&status=Completed",
]


@pytest.mark.parametrize("query", FILTERS)
async def test_every_way_to_ask_for_completed_orders_finds_the_same(mpt: Bench, query: str) -> None:
    expected = sum(row["status"] == "Completed" for row in mpt.emulator.state["orders"].values()) - 10
    assert await mpt.total(f"{ORDERS}?{query}") == expected


async def test_pieces_of_the_query_are_all_anded(mpt: Bench) -> None:
    both = await mpt.total(f"{ORDERS}?status=Failed&type=Change&limit=3")
    assert both == await mpt.total(f"{ORDERS}?and(eq(status,'Failed'),eq(type,'Change'))") > 0


@pytest.mark.parametrize(
    "path",
    [
        *("id", "type", "status", "agreement.id", "agreement.name", "product.id", "client.id", "buyer.id"),
        *("licensee.id", "seller.id", "vendor.id", "externalIds.client"),
    ],
)
async def test_the_useful_order_filters_work(mpt: Bench, path: str) -> None:
    row: Any = (await mpt.rows(f"{ORDERS}?limit=1&ne(externalIds.client,null())"))[0]
    for name in path.split("."):
        row = row[name]
    rows = await mpt.rows(f'{ORDERS}?limit=100&eq({path},"{row}")')
    assert rows
    for found in rows:
        value: Any = found
        for name in path.split("."):
            value = value[name]
        assert value == row


async def test_element_filters_and_field_to_field_comparison(mpt: Bench) -> None:
    unchanged = await mpt.rows(f"{ORDERS}?any(lines)&all(lines,eq(quantity,oldQuantity))&limit=100")
    assert {row["type"] for row in unchanged} >= {"Configuration", "Renewal", "Suspend"}
    item = (await mpt.rows(f"{ORDERS}?any(lines)&select=lines&limit=1"))[0]["lines"][0]["item"]["id"]
    found = await mpt.rows(f'{ORDERS}?any(lines,and(eq(item.id,"{item}"),gt(quantity,0)))&select=lines&limit=100')
    assert found
    assert all(any(line["item"]["id"] == item for line in row["lines"]) for row in found)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("eq(colour,'x')", "Invalid property path."),
        ("foo(status,'x')", "Unknown expression group."),
        ("rql=eq(status,'x')", "Invalid equals shortcut expression."),
        ("and()", "Expression group cannot be empty."),
        ("page", "Expression expected."),
        ("in(status,())", "Value has to be a non empty array."),
        ("gt(status,null())", "Null values are not supported."),
        ("eq(revision,'x')", "Cannot convert value: 'x'."),
        ("like(revision,'1*')", "Operator 'like' is not permitted"),
        ("eq(agreement,'x')", "Filtering is not permitted."),
        ("order=agreement", "Ordering is not permitted."),
        ("order=colour", "Invalid property path."),
        ("gt(audit.created.at,'2026-01-01')", "Filtering is not permitted."),
        ("order=-audit.created.at", "Ordering is not permitted."),
        ("gt(price.PPxY,5)", "Invalid property path."),
    ],
)
async def test_a_wrong_query_answers_400_with_a_map_of_errors(mpt: Bench, query: str, message: str) -> None:
    response = await mpt.get(f"{ORDERS}?{query}")
    problem = response.json()
    assert response.status_code == problem["status"] == 400
    assert response.headers["content-type"].startswith("application/problem+json")
    assert problem["title"] == "Bad Request"
    assert isinstance(problem["errors"], dict)
    assert messages(problem) == [message]
    assert problem["traceId"].startswith("00-")


async def test_audit_is_filtered_and_sorted_once_it_is_selected(mpt: Bench) -> None:
    path = f"{ORDERS}?select=audit&gt(audit.updated.at,'2026-02-01T00:00:00.000Z')&order=audit.updated.at&limit=100"
    times = [row["audit"]["updated"]["at"] for row in await mpt.rows(path)]
    assert times == sorted(times)
    assert times[0] > "2026-02-01"


@pytest.mark.parametrize(
    ("select", "present", "absent"),
    [
        ("lines", {"lines", "status", "agreement"}, {"audit", "parameters"}),
        ("+lines,+audit", {"lines", "audit", "status"}, {"parameters"}),
        ("%2Blines,-agreement", {"lines", "status"}, {"agreement"}),
        ("-*,id,status", {"id", "status"}, {"type", "agreement", "audit"}),
        ("nothing,-nowhere", {"id", "agreement"}, {"lines"}),
    ],
)
async def test_select_adds_and_takes_away(mpt: Bench, select: str, present: set[str], absent: set[str]) -> None:
    body = (await mpt.get(f"{ORDERS}?status=Completed&limit=5&select={select}")).json()
    for row in body["data"]:
        assert present <= set(row)
        assert not absent & set(row)
    assert absent <= set(body["$meta"]["omitted"])
    assert not present & set(body["$meta"]["omitted"])


async def test_select_takes_dotted_paths(mpt: Bench) -> None:
    query = "type=Purchase&status=Completed&limit=1"
    row = (await mpt.rows(f"{ORDERS}?{query}&select=-*,id,lines.item.id,agreement.name"))[0]
    assert set(row) == {"id", "lines", "agreement"}
    assert set(row["agreement"]) == {"name"}
    assert all(set(line) == {"item"} and set(line["item"]) == {"id"} for line in row["lines"])
    row = (await mpt.rows(f"{ORDERS}?{query}&select=lines.item.id,-lines.price,-agreement.name"))[0]
    assert all("quantity" in line and "price" not in line for line in row["lines"])
    assert "name" not in row["agreement"]


async def test_a_single_read_omits_audit_alone(mpt: Bench) -> None:
    order = (await mpt.rows(f"{ORDERS}?type=Purchase&status=Completed&limit=1"))[0]
    one = (await mpt.get(f"{ORDERS}/{order['id']}")).json()
    assert one["$meta"] == {"omitted": ["audit"]}
    assert one["lines"]
    assert one["parameters"]["ordering"]
    full = (await mpt.get(f"{ORDERS}/{order['id']}?select=audit,-lines")).json()
    assert full["$meta"] == {"omitted": ["lines"]}
    assert full["audit"]["created"]["by"]["id"].startswith("USR-")
    assert full["audit"]["created"]["of"]["id"].startswith("ACC-")


async def test_unknown_parameters_of_a_single_read_fail_loudly(mpt: Bench) -> None:
    order = (await mpt.rows(f"{ORDERS}?limit=1"))[0]
    response = await mpt.get(f"{ORDERS}/{order['id']}?expand=lines")
    assert response.status_code == 501
    assert "expand" in response.json()["detail"]


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(keys(part) for name, part in value.items() if name != "value"))
    return set().union(*(keys(part) for part in value)) if isinstance(value, list) else set()


async def test_each_actor_is_shown_its_own_fields_and_rows(mpt: Bench) -> None:
    everything = "limit=100&select=lines,parameters,subscriptions&type=Purchase&status=Completed"
    shown = {actor: keys(await mpt.rows(f"{ORDERS}?{everything}", actor)) for actor in mpt.tokens}
    selling, purchase, markup = {"SPxM", "SPxY", "unitSP"}, {"PPxM", "PPxY", "unitPP"}, {"markup", "margin"}
    assert selling <= shown["client"]
    assert not (purchase | markup | {"defaultMarkup"}) & shown["client"]
    assert purchase <= shown["vendor"]
    assert not (selling | markup) & shown["vendor"]
    assert selling | purchase | markup | {"defaultMarkupSource"} <= shown["operations"]
    assert all("currency" in names for names in shown.values())
    counts = {actor: await mpt.total(ORDERS, actor) for actor in mpt.tokens}
    assert counts["client"] == 490
    assert counts["operations"] == 500
    assert 150 < counts["vendor"] < 300
    vendors = {row["vendor"]["id"] for row in await mpt.rows(f"{ORDERS}?limit=100", "vendor")}
    assert len(vendors) == 1


async def test_hidden_fields_are_not_even_named_as_omitted(mpt: Bench) -> None:
    agreement = (await mpt.rows("/commerce/agreements?status=Active&limit=1", "vendor"))[0]["id"]
    one = (await mpt.get(f"/commerce/agreements/{agreement}", "vendor")).json()
    assert "split" not in keys(one)
    assert one["$meta"]["omitted"] == ["audit"]


async def test_hidden_parameters_are_hidden_from_the_client_alone(mpt: Bench) -> None:
    order = (await mpt.rows(f"{ORDERS}?status=Completed&type=Purchase&limit=1", "vendor"))[0]["id"]
    hidden = {}
    for actor in mpt.tokens:
        bag = (await mpt.get(f"{ORDERS}/{order}", actor)).json()["parameters"]
        hidden[actor] = [e for entries in bag.values() for e in entries if e["constraints"]["hidden"]]
    assert not hidden["client"]
    assert hidden["vendor"]
    assert len(hidden["vendor"]) == len(hidden["operations"])
    found = f"{ORDERS}?any(parameters.ordering,eq(externalId,'partnerTier'))"
    assert await mpt.total(found, "client") == 0
    assert await mpt.total(found, "vendor") > 0


async def test_an_order_of_another_account_is_not_found(mpt: Bench) -> None:
    foreign = (await mpt.rows(f'{ORDERS}?client.id="{other_client(mpt)}"', "operations"))[0]
    response = await mpt.get(f"{ORDERS}/{foreign['id']}")
    assert response.status_code == 404
    assert response.json()["title"] == "Not Found"
    assert (await mpt.get(f"{ORDERS}/{foreign['id']}", "operations")).status_code == 200


def other_client(mpt: Bench) -> str:
    accounts = mpt.emulator.state["accounts"].values()
    return next(str(row["id"]) for row in accounts if row["name"] == "Falkenberg Maskin")


async def test_absent_values_are_left_out_not_null(mpt: Bench) -> None:
    rows = await mpt.rows(f"{ORDERS}?limit=100&select=lines,subscriptions,assets")
    assert any("notes" not in row for row in rows)
    assert any("externalIds" not in row for row in rows)
    assert not any(value in (None, [], {}) for row in rows for value in row.values())


async def test_the_old_style_has_href_nulls_fractions_and_the_misspelt_key() -> None:
    async with bench() as mpt:
        mpt.emulator.settings.legacy_style = True
        rows = await mpt.rows(f"{ORDERS}?limit=100&status=Completed&select=lines", "operations")
        for row in rows:
            assert row["href"] == f"/commerce/orders/{row['id']}"
            assert row["agreement"]["href"] == f"/commerce/agreements/{row['agreement']['id']}"
            assert row["agreement"]["icon"] is None
            assert row["assignee"] is None or row["assignee"]["id"]
            assert "externalIds" not in keys(row)
            assert "externalIDs" in row
            assert not {"SPx1", "PPx1"} & keys(row)
            assert all(0 < line["price"]["markup"] < 1 for line in row["lines"])
        assert any(row["notes"] is None for row in rows)


async def test_in_the_old_style_orders_and_agreements_have_four_groups_and_are_found_by_them() -> None:
    async with bench() as mpt:
        mpt.emulator.settings.legacy_style = True
        numbers = {order["number"] for order in mpt.emulator.orders()}
        for row in await mpt.rows(f"{ORDERS}?limit=5"):
            assert row["id"] in numbers
            assert row["id"].count("-") == row["agreement"]["id"].count("-") == 4
            assert (await mpt.get(f"{ORDERS}/{row['id']}")).json()["id"] == row["id"]
            for form in (f'"{row["id"]}"', f"%22{row['id']}%22", row["id"]):
                assert [one["id"] for one in await mpt.rows(f"{ORDERS}?eq(id,{form})")] == [row["id"]]
            agreement = row["agreement"]["id"]
            assert row in await mpt.rows(f'{ORDERS}?limit=100&eq(agreement.id,"{agreement}")')
            changed = await mpt.send("client", "PUT", f"{ORDERS}/{row['id']}", {"notes": agreement})
            assert changed["notes"]


async def test_the_knobs_of_lists_act_at_once() -> None:
    async with bench() as mpt:
        settings = mpt.emulator.settings
        settings.default_limit, settings.max_limit, settings.omit_meta = 3, 5, True
        body = (await mpt.get(ORDERS)).json()
        assert body["$meta"] == {"pagination": {"offset": 0, "limit": 3, "total": body["$meta"]["pagination"]["total"]}}
        assert len(await mpt.rows(f"{ORDERS}?limit=50")) == 5
        assert "$meta" not in (await mpt.get(f"{ORDERS}/{body['data'][0]['id']}")).json()
