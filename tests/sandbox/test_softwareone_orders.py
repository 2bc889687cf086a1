"""The order state machine of the SoftwareOne emulator, its checks and its effects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sandbox.softwareone_bench import Bench, bench, messages

pytestmark = pytest.mark.slow

ORDERS = "/commerce/orders"
AGREEMENTS = "/commerce/agreements"


@pytest.fixture
async def mpt() -> AsyncIterator[Bench]:
    async with bench() as one:
        yield one


async def agreement_of(mpt: Bench, order: dict[str, Any]) -> dict[str, Any]:
    return dict((await mpt.get(f"{AGREEMENTS}/{order['agreement']['id']}?select=audit")).json())


async def live(mpt: Bench, order: dict[str, Any]) -> dict[str, Any]:
    agreement = await agreement_of(mpt, order)
    return dict((await mpt.get(f"/commerce/subscriptions/{agreement['subscriptions'][0]['id']}")).json())


def act(order: dict[str, Any], action: str = "") -> str:
    return f"{ORDERS}/{order['id']}" + (f"/{action}" if action else "")


# --- creation


async def test_a_draft_purchase_answers_201_and_creates_its_agreement(mpt: Bench) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    assert order["status"] == "Draft"
    assert order["revision"] == 1
    assert order["agreement"]["status"] == "Draft"
    assert order["agreement"]["name"] == "Lumera Cloud Suite for Brightwater Logistics"
    assert order["externalIds"] == {"client": "PO-88121"}
    assert order["$meta"] == {"omitted": ["audit"]}
    assert order["id"].count("-") == 3
    line = order["lines"][0]
    assert line["id"] == "ALI-" + order["agreement"]["id"][4:] + "-0001"
    assert (line["oldQuantity"], line["quantity"]) == (0, 12)
    assert line["price"]["SPxM"] == pytest.approx(12 * line["price"]["unitSP"])
    assert order["price"]["SPxY"] == pytest.approx(12 * order["price"]["SPxM"], abs=0.1)
    assert {name for name in ("listing", "authorization", "product", "licensee", "buyer", "seller") if name in order}
    assert order["client"]["type"] == "Client"
    again = (await mpt.get(act(order))).json()
    assert again == order


@pytest.mark.parametrize(
    ("status", "agreement"), [("Draft", "Draft"), ("Quoted", "Draft"), ("Processing", "Provisioning")]
)
async def test_an_order_may_start_in_three_statuses(mpt: Bench, status: str, agreement: str) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(status=status), 201)
    assert (order["status"], order["agreement"]["status"]) == (status, agreement)


async def test_created_orders_sort_after_all_seeded_ones(mpt: Bench) -> None:
    first = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    second = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    rows = await mpt.rows(f"{ORDERS}?select=audit&order=-audit.created.at&limit=2")
    assert [row["id"] for row in rows] == [second["id"], first["id"]]
    assert {"number": first["id"], "scope": "", "created_at": rows[1]["audit"]["created"]["at"], "listed": True} in (
        mpt.emulator.orders()
    )


async def test_the_listing_may_be_given_instead_of_deduced(mpt: Bench) -> None:
    body = await mpt.purchase()
    deduced = await mpt.send("client", "POST", ORDERS, body, 201)
    licensee = {"licensee": body["agreement"]["licensee"]}
    given = await mpt.send(
        "client", "POST", ORDERS, {**body, "agreement": licensee, "listing": deduced["listing"]}, 201
    )
    assert given["product"] == deduced["product"]


CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"type": None}, "Order type is required"),
    ({"type": "Gift"}, "Unknown type 'Gift'."),
    ({"status": "Completed"}, "An order cannot be created in status 'Completed'."),
    ({"agreement": {"id": "AGR-1-2-3"}}, "A purchase order creates its agreement."),
    ({"agreement": {"licensee": {"id": "LCE-0-0-0"}}}, "Licensee does not exist in the client account."),
    ({"listing": {"id": "LST-0-0"}}, "No listing fits product, licensee and authorization."),
    ({"authorization": {"id": "AUT-0-0"}}, "No listing fits product, licensee and authorization."),
    ({"lines": [{"item": {"id": "ITM-0-0-0"}, "quantity": 1}]}, "Item does not exist in the product of this order."),
    ({"lines": [{"id": "ALI-0-0-0-1", "quantity": 1}]}, "Line 'ALI-0-0-0-1' does not exist."),
    ({"lines": [{"item": {"id": "x"}}]}, "Quantity is required"),
    ({"status": "Processing", "lines": []}, "An order needs at least one line."),
    ({"externalIds": {"client": "x" * 256}}, "External ID is too long"),
    (
        {"parameters": {"ordering": [{"externalId": "adminEmail", "value": "nobody"}]}},
        "The value of 'Administrator e-mail' is not a valid Email.",
    ),
    ({"parameters": {"ordering": [{"externalId": "shoeSize", "value": 1}]}}, "Parameter 'shoeSize' does not exist."),
]


@pytest.mark.parametrize(("changes", "message"), CHANGES)
async def test_a_bad_purchase_answers_400_with_a_list_of_errors(
    mpt: Bench, changes: dict[str, Any], message: str
) -> None:
    body = {**await mpt.purchase(), **changes}
    if body["type"] is None:
        del body["type"]
    orders, agreements = await mpt.total(ORDERS), await mpt.total(AGREEMENTS)
    problem = await mpt.send("client", "POST", ORDERS, body, 400)
    assert isinstance(problem["errors"], list)
    assert messages(problem) == [message]
    assert problem["detail"] == message
    assert problem["errors"][0]["properties"]
    assert "#MPTCOM03-" in problem["type"]
    assert await mpt.total(ORDERS) == orders
    assert await mpt.total(AGREEMENTS) == agreements


async def test_the_missing_quantity_is_named_by_its_place(mpt: Bench) -> None:
    body = await mpt.purchase()
    del body["lines"][0]["quantity"]
    problem = await mpt.send("client", "POST", ORDERS, body, 400)
    assert problem["errors"] == [{"message": "Quantity is required", "properties": ["lines[0].quantity"]}]


@pytest.mark.parametrize(("content", "kind", "status"), [
    (b"{", "application/json", 400),
    (b"[1]", "application/json", 400),
    (b"{}", "text/plain", 415),
    (b"[" * 100_000, "application/json", 400),
])  # fmt: skip
async def test_a_body_that_is_no_json_object_is_refused(mpt: Bench, content: bytes, kind: str, status: int) -> None:
    response = await mpt.call("client", "POST", ORDERS, content=content, headers={"Content-Type": kind})
    assert response.status_code == status


async def test_an_unpublished_product_cannot_be_ordered(mpt: Bench) -> None:
    product = await mpt.product("Tessellate Notebook (preview)")
    agreement = {"licensee": {"id": (await mpt.licensee())["id"]}, "product": {"id": product["id"]}}
    problem = await mpt.send("client", "POST", ORDERS, {"type": "Purchase", "agreement": agreement}, 400)
    assert messages(problem) == ["Product is not published."]


async def test_a_product_of_a_program_needs_a_certificate_the_account_holds(mpt: Bench) -> None:
    product = await mpt.product("Lumera Designer")
    agreement = {"licensee": {"id": (await mpt.licensee())["id"]}, "product": {"id": product["id"]}}
    body = {"type": "Purchase", "agreement": agreement}
    order = await mpt.send("client", "POST", ORDERS, body, 201)
    assert order["certificates"][0]["id"].startswith("CER-")
    problem = await mpt.send("client", "POST", ORDERS, {**body, "certificates": [{"id": "CER-0-0-0"}]}, 400)
    assert problem["errors"][0]["properties"] == ["certificates"]


@pytest.mark.parametrize(
    ("actor", "kind"), [("vendor", "Purchase"), ("operations", "Purchase"), ("client", "Suspend"), ("client", "Resume")]
)
async def test_creation_by_the_wrong_actor_answers_403(mpt: Bench, actor: str, kind: str) -> None:
    problem = await mpt.send(actor, "POST", ORDERS, {"type": kind}, 403)
    assert problem["title"] == "Forbidden"


async def test_a_foreign_or_unready_agreement_takes_no_order(mpt: Bench) -> None:
    foreign = (await mpt.rows(f'{AGREEMENTS}?ne(client.name,"Brightwater Logistics")', "operations"))[0]
    body = {"type": "Change", "agreement": {"id": foreign["id"]}}
    assert messages(await mpt.send("client", "POST", ORDERS, body, 400)) == ["Agreement does not exist."]
    order = await mpt.placed()
    body = {"type": "Change", "agreement": {"id": order["agreement"]["id"]}}
    assert messages(await mpt.send("client", "POST", ORDERS, body, 400)) == ["Agreement is Provisioning, not Active."]


async def test_renewals_cannot_be_created_for_nothing_is_published_of_it(mpt: Bench) -> None:
    await mpt.send("client", "POST", ORDERS, {"type": "Renewal"}, 501)


# --- the way of a purchase


async def test_a_purchase_goes_from_draft_to_completed_and_activates_everything(mpt: Bench) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    assert (await mpt.send("client", "POST", act(order, "quote")))["status"] == "Quoted"
    placed = await mpt.send("client", "POST", act(order, "process"))
    assert placed["status"] == "Processing"
    assert placed["agreement"]["status"] == "Provisioning"
    assert placed["termsAndConditions"][0]["acceptedBy"]["id"].startswith("TKN-")
    assert placed["template"]["name"] == "Order received"

    unmapped = await mpt.send("vendor", "POST", act(order, "complete"), {}, 400)
    assert unmapped["errors"][0]["properties"] == ["lines[0].subscription"]
    body = {"name": "Seats", "lines": [{"id": placed["lines"][0]["id"]}], "externalIds": {"vendor": "S-1"}}
    draft = await mpt.send("vendor", "POST", act(order, "subscriptions"), body, 201)
    assert draft["status"] == "Draft"
    assert (await mpt.get(f"/commerce/subscriptions/{draft['id']}")).status_code == 404
    assert (await mpt.get(act(order, f"subscriptions/{draft['id']}"))).json()["name"] == "Seats"

    fulfilment = {"parameters": {"fulfillment": [{"externalId": "vendorTenantId", "value": "T-1"}]}}
    done = await mpt.send("vendor", "POST", act(order, "complete"), fulfilment)
    assert done["status"] == "Completed"
    assert done["lines"][0]["subscription"]["status"] == "Active"
    assert done["subscriptions"][0]["status"] == "Active"
    agreement = await agreement_of(mpt, order)
    assert agreement["status"] == "Active"
    assert agreement["template"]["name"] == "Successful activation"
    assert agreement["lines"][0]["status"] == "Active"
    assert agreement["lines"][0]["order"]["id"] == order["id"]
    values = {e["externalId"]: e.get("value") for e in agreement["parameters"]["ordering"]}
    assert values["tenantDomain"] == "brightwater"
    assert "remarks" not in values
    assert (await mpt.get(f"/commerce/subscriptions/{draft['id']}")).json()["status"] == "Active"
    audit = (await mpt.get(act(order) + "?select=audit")).json()["audit"]
    assert {"created", "updated", "quoted", "processing", "completed"} == set(audit)


async def test_one_time_lines_get_their_asset_on_completion(mpt: Bench) -> None:
    product = await mpt.product()
    items = await mpt.rows(f'/catalog/items?product.id="{product["id"]}"')
    once = next(item for item in items if item["terms"]["period"] == "one-time")
    order = await mpt.placed(lines=[{"item": {"id": once["id"]}, "quantity": 2}])
    assert set(order["price"]) == {"currency", "SPx1"}
    done = await mpt.send("vendor", "POST", act(order, "complete"))
    asset = (await mpt.get(f"/commerce/assets/{done['assets'][0]['id']}")).json()
    assert (asset["status"], asset["name"]) == ("Active", once["name"])


async def test_invalid_parameters_send_a_placed_order_straight_into_querying(mpt: Bench) -> None:
    order = await mpt.placed(parameters={"ordering": [{"externalId": "companyName", "value": "B"}]})
    assert order["status"] == "Querying"
    errors = {e["externalId"] for e in order["parameters"]["ordering"] if "error" in e}
    assert errors == {"tenantDomain", "adminEmail", "region"}
    audit = (await mpt.get(act(order) + "?select=audit")).json()["audit"]
    assert {"processing", "querying"} <= set(audit)
    assert messages(await mpt.send("client", "POST", act(order, "process"), {}, 400)) == [
        "Ordering parameters are invalid."
    ]
    good = {"parameters": (await mpt.purchase())["parameters"]}
    mended = await mpt.send("client", "PUT", act(order), good)
    assert not [e for e in mended["parameters"]["ordering"] if "error" in e]
    assert (await mpt.send("client", "POST", act(order, "process")))["status"] == "Processing"


async def test_the_vendor_bypasses_the_parameter_check_out_of_querying(mpt: Bench) -> None:
    order = await mpt.placed(parameters={"ordering": []})
    assert (await mpt.send("vendor", "POST", act(order, "process")))["status"] == "Processing"


async def test_the_vendor_queries_with_errors_that_the_next_move_clears(mpt: Bench) -> None:
    order = await mpt.placed()
    bag = [
        {"externalId": e["externalId"], "value": e.get("value")}
        for e in order["parameters"]["ordering"]
        if "value" in e
    ]
    bag[1]["error"] = {"id": "E12", "message": "Domain is taken"}
    body = {"error": {"id": "E11", "message": "One value needs correcting"}, "parameters": {"ordering": bag}}
    queried = await mpt.send("vendor", "POST", act(order, "query"), body)
    assert queried["status"] == "Querying"
    assert queried["error"]["id"] == "E11"
    assert [e["error"]["message"] for e in queried["parameters"]["ordering"] if "error" in e] == ["Domain is taken"]
    await mpt.send("client", "POST", act(order, "process"), {}, 400)
    bag[1] = {"externalId": bag[1]["externalId"], "value": "free-domain"}
    back = await mpt.send("client", "POST", act(order, "process"), {"parameters": {"ordering": bag}})
    assert back["status"] == "Processing"
    assert "error" not in back


async def test_failing_needs_a_message_and_ends_the_agreement(mpt: Bench) -> None:
    order = await mpt.placed()
    problem = await mpt.send("vendor", "POST", act(order, "fail"), {"statusNotes": {"id": "E1"}}, 400)
    assert problem["errors"][0]["properties"] == ["statusNotes.message"]
    notes = {"id": "E7001", "message": "Tenant could not be provisioned"}
    failed = await mpt.send("vendor", "POST", act(order, "fail"), {"statusNotes": notes})
    assert (failed["status"], failed["statusNotes"]) == ("Failed", notes)
    assert failed["agreement"]["status"] == "Failed"


async def test_deleting_is_soft_and_takes_the_agreement_along(mpt: Bench) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    await mpt.send("client", "DELETE", act(order), None, 204)
    again = (await mpt.get(act(order))).json()
    assert (again["status"], again["agreement"]["status"]) == ("Deleted", "Deleted")
    assert await mpt.total(f'{ORDERS}?id="{order["id"]}"') == 1
    assert await mpt.total(f'{ORDERS}?id="{order["id"]}"&ne(status,"Deleted")') == 0
    await mpt.send("client", "DELETE", act(order), None, 400)


# --- who may do what


@pytest.mark.parametrize(
    ("action", "actor", "status"),
    [
        ("quote", "vendor", 403),
        ("quote", "operations", 403),
        ("process", "vendor", 403),
        ("process", "operations", 403),
        ("query", "client", 403),
        ("query", "operations", 403),
        ("complete", "client", 403),
        ("complete", "operations", 403),
        ("fail", "client", 403),
        ("query", "vendor", 400),
        ("complete", "vendor", 400),
        ("validate", "vendor", 403),
        ("notify", "vendor", 403),
    ],
)
async def test_a_draft_refuses_the_wrong_actor_and_the_illegal_move(
    mpt: Bench, action: str, actor: str, status: int
) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    await mpt.send(actor, "POST", act(order, action), {}, status)
    assert (await mpt.get(act(order))).json()["status"] == "Draft"


@pytest.mark.parametrize("action", ["quote", "process", "query", "complete", "fail", "validate"])
async def test_a_completed_order_is_terminal(mpt: Bench, action: str) -> None:
    order = await mpt.completed()
    actor = "vendor" if action in ("query", "complete", "fail") else "client"
    problem = await mpt.send(actor, "POST", act(order, action), {"statusNotes": {"message": "x"}}, 400)
    assert problem["title"] == "Order update failed"


async def test_querying_is_failed_by_operations_only(mpt: Bench) -> None:
    order = await mpt.placed(parameters={"ordering": []})
    body = {"statusNotes": {"message": "Gave up"}}
    await mpt.send("vendor", "POST", act(order, "fail"), body, 403)
    assert (await mpt.send("operations", "POST", act(order, "fail"), body))["status"] == "Failed"


async def test_actions_take_an_empty_body_and_an_unknown_order_is_404(mpt: Bench) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    response = await mpt.call("client", "POST", act(order, "process"))
    assert response.status_code == 200
    await mpt.send("client", "POST", f"{ORDERS}/ORD-0000-0000-0000/process", {}, 404)


async def test_a_vendor_does_not_find_another_vendors_order(mpt: Bench) -> None:
    other = (await mpt.rows(f'{ORDERS}?ne(vendor.name,"Lumera Software")&limit=1', "operations"))[0]
    assert (await mpt.get(act(other), "vendor")).status_code == 404
    await mpt.send("vendor", "POST", act(other, "complete"), {}, 404)


# --- updates


async def test_put_is_a_delta_and_null_clears(mpt: Bench) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    changed = await mpt.send("client", "PUT", act(order), {"externalIds": {"client": "PO-2"}})
    assert (changed["externalIds"], changed["notes"]) == ({"client": "PO-2"}, order["notes"])
    assert changed["revision"] == order["revision"] + 1
    cleared = await mpt.send("client", "PUT", act(order), {"notes": None, "externalIds": {"client": None}})
    assert "notes" not in cleared
    assert "externalIds" not in cleared


async def test_the_whole_draft_may_be_sent_back_and_read_only_fields_are_ignored(mpt: Bench) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    body = {**order, "type": "Change", "status": "Completed", "audit": {}, "price": {"SPxM": 0}, "notes": "Again"}
    changed = await mpt.send("client", "PUT", act(order), body)
    assert changed == {**order, "notes": "Again", "revision": 2}


async def test_lines_of_a_draft_are_replaced_and_matched_by_id(mpt: Bench) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    kept, item = order["lines"][0]["id"], order["lines"][0]["item"]["id"]
    body = {"lines": [{"id": kept, "quantity": -3}, {"item": {"id": item}, "quantity": 4}]}
    changed = await mpt.send("client", "PUT", act(order), body)
    assert [(line["id"][-4:], line["quantity"]) for line in changed["lines"]] == [("0001", 0), ("0002", 4)]
    changed = await mpt.send("client", "PUT", act(order), {"lines": [{"id": changed["lines"][1]["id"], "quantity": 9}]})
    assert [(line["id"][-4:], line["quantity"]) for line in changed["lines"]] == [("0002", 9)]


async def test_a_refused_update_changes_nothing(mpt: Bench) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    body = {"notes": "half", "lines": [], "parameters": {"ordering": [{"externalId": "nope"}]}}
    await mpt.send("client", "PUT", act(order), body, 400)
    assert (await mpt.get(act(order))).json() == order


async def test_a_draft_is_revalidated_on_save_and_keeps_the_bad_value_with_its_error(mpt: Bench) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    bag = [{"externalId": "adminEmail", "value": "nobody"}]
    changed = await mpt.send("client", "PUT", act(order), {"parameters": {"ordering": bag}})
    entry = next(e for e in changed["parameters"]["ordering"] if e["externalId"] == "adminEmail")
    assert entry["value"] == "nobody"
    assert entry["error"]["message"].endswith("is not a valid Email.")
    gone = next(e for e in changed["parameters"]["ordering"] if e["externalId"] == "region")
    assert "value" not in gone


async def test_notes_and_own_external_id_stay_writable_after_placement_lines_do_not(mpt: Bench) -> None:
    order = await mpt.placed()
    changed = await mpt.send("client", "PUT", act(order), {"notes": "Later", "lines": order["lines"]})
    assert changed["notes"] == "Later"
    line = {"id": order["lines"][0]["id"], "quantity": 99}
    await mpt.send("client", "PUT", act(order), {"lines": [line]}, 400)
    bag = {"ordering": [{"externalId": "companyName", "value": "Other"}]}
    await mpt.send("client", "PUT", act(order), {"parameters": bag}, 400)


async def test_each_actor_writes_its_own_external_id(mpt: Bench) -> None:
    order = await mpt.placed()
    for actor in ("vendor", "operations"):
        await mpt.send(actor, "PUT", act(order), {"externalIds": {"client": "no", actor: f"X-{actor}"}})
    again = (await mpt.get(act(order))).json()
    assert again["externalIds"] == {"client": "PO-88121", "vendor": "X-vendor", "operations": "X-operations"}


async def test_the_vendor_assigns_a_template_and_an_assignee(mpt: Bench) -> None:
    order = await mpt.placed()
    user = (await mpt.rows("/accounts/users?limit=1", "vendor"))[0]
    body = {"assignee": {"id": user["id"]}, "notes": "not mine"}
    changed = await mpt.send("vendor", "PUT", act(order), body)
    assert changed["assignee"] == {"id": user["id"], "name": user["name"], "icon": user["icon"]}
    assert changed["notes"] == order["notes"]
    await mpt.send("vendor", "PUT", act(order), {"template": {"id": "TPL-0-0-0"}}, 400)


async def test_an_operations_update_of_a_draft_quotes_it(mpt: Bench) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    body = {"externalIds": {"operations": "SO-1"}}
    assert (await mpt.send("operations", "PUT", act(order), body))["status"] == "Quoted"


# --- the other types


async def test_a_change_updates_the_agreement_and_supersedes_open_drafts(mpt: Bench) -> None:
    first = await mpt.completed()
    agreement, line = first["agreement"]["id"], first["lines"][0]["id"]
    body = {"type": "Change", "agreement": {"id": agreement}, "lines": [{"id": line, "quantity": 20}]}
    forgotten = await mpt.send("client", "POST", ORDERS, body, 201)
    order = await mpt.send("client", "POST", ORDERS, {**body, "status": "Processing"}, 201)
    assert (order["lines"][0]["oldQuantity"], order["lines"][0]["quantity"]) == (12, 20)
    assert (await agreement_of(mpt, order))["status"] == "Updating"
    assert (await live(mpt, order))["status"] == "Updating"
    second = await mpt.send("client", "POST", act(forgotten, "process"), {}, 400)
    assert messages(second) == ["Agreement is Updating."]
    await mpt.send("vendor", "POST", act(order, "complete"))
    subscription = await live(mpt, order)
    assert (subscription["status"], subscription["lines"][0]["quantity"]) == ("Active", 20)
    assert (await agreement_of(mpt, order))["status"] == "Active"
    assert (await mpt.get(act(forgotten))).json()["status"] == "Deleted"


async def test_a_failed_change_leaves_everything_as_it_was(mpt: Bench) -> None:
    first = await mpt.completed()
    line = {"id": first["lines"][0]["id"], "quantity": 1}
    body = {"type": "Change", "status": "Processing", "agreement": {"id": first["agreement"]["id"]}, "lines": [line]}
    order = await mpt.send("client", "POST", ORDERS, body, 201)
    await mpt.send("vendor", "POST", act(order, "fail"), {"statusNotes": {"message": "No"}})
    subscription = await live(mpt, order)
    assert (subscription["status"], subscription["lines"][0]["quantity"]) == ("Active", 12)
    assert (await agreement_of(mpt, order))["status"] == "Active"


async def test_a_change_to_zero_cannot_be_completed(mpt: Bench) -> None:
    first = await mpt.completed()
    line = {"id": first["lines"][0]["id"], "quantity": 0}
    body = {"type": "Change", "status": "Processing", "agreement": {"id": first["agreement"]["id"]}, "lines": [line]}
    order = await mpt.send("client", "POST", ORDERS, body, 201)
    problem = await mpt.send("vendor", "POST", act(order, "complete"), {}, 400)
    assert messages(problem) == ["A change order cannot bring every line to zero."]


@pytest.mark.parametrize("by", ["lines", "subscriptions"])
async def test_a_termination_ends_subscription_and_agreement_at_a_negative_price(mpt: Bench, by: str) -> None:
    first = (await mpt.get(act(await mpt.completed()))).json()
    naming: dict[str, Any] = {
        "lines": {"lines": [{"id": first["lines"][0]["id"], "quantity": 0}]},
        "subscriptions": {"subscriptions": [{"id": first["subscriptions"][0]["id"]}]},
    }[by]
    body = {"type": "Termination", "status": "Processing", "agreement": {"id": first["agreement"]["id"]}, **naming}
    order = await mpt.send("client", "POST", ORDERS, body, 201)
    assert order["price"]["SPxM"] == -first["price"]["SPxM"]
    assert (order["lines"][0]["oldQuantity"], order["lines"][0]["quantity"]) == (12, 0)
    subscription = f"/commerce/subscriptions/{first['subscriptions'][0]['id']}"
    assert (await mpt.get(subscription)).json()["status"] == "Terminating"
    await mpt.send("vendor", "POST", act(order, "complete"))
    ended = (await mpt.get(subscription)).json()
    assert ended["status"] == "Terminated"
    assert ended["terminationDate"]
    assert (await agreement_of(mpt, order))["status"] == "Terminated"


async def test_a_configuration_switches_auto_renewal_when_it_completes(mpt: Bench) -> None:
    first = await mpt.completed()
    wish = [{"id": first["subscriptions"][0]["id"], "autoRenew": False}]
    body = {
        "type": "Configuration",
        "status": "Processing",
        "agreement": {"id": first["agreement"]["id"]},
        "subscriptions": wish,
    }
    order = await mpt.send("client", "POST", ORDERS, body, 201)
    assert order["subscriptions"][0]["autoRenew"] is False
    assert order["lines"][0]["oldQuantity"] == order["lines"][0]["quantity"] == 12
    assert (await live(mpt, order))["autoRenew"] is True
    await mpt.send("vendor", "POST", act(order, "complete"))
    assert (await live(mpt, order))["autoRenew"] is False


async def test_operations_suspends_and_resumes_a_subscription_by_orders(mpt: Bench) -> None:
    first = await mpt.completed()
    for kind, during, after in (("Suspend", "Suspending", "Suspended"), ("Resume", "Resuming", "Active")):
        body = {
            "type": kind,
            "status": "Processing",
            "agreement": {"id": first["agreement"]["id"]},
            "subscriptions": [{"id": first["subscriptions"][0]["id"]}],
        }
        order = await mpt.send("operations", "POST", ORDERS, body, 201)
        assert (await live(mpt, order))["status"] == during
        await mpt.send("vendor", "POST", act(order, "complete"))
        assert (await live(mpt, order))["status"] == after


# --- validate, notify, render, nested collections


async def test_validation_answers_errors_inside_a_200_or_a_400(mpt: Bench) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(), 201)
    assert "error" not in await mpt.send("client", "POST", act(order, "validate"))
    bag = (await mpt.purchase())["parameters"]["ordering"]
    bag[1]["value"] = "taken"
    body = {"parameters": {"ordering": bag}, "notes": "kept"}
    answer = await mpt.send("client", "POST", act(order, "validate"), body)
    assert (answer["status"], answer["notes"]) == ("Draft", "kept")
    assert answer["error"]["message"]
    assert [e["externalId"] for e in answer["parameters"]["ordering"] if "error" in e] == ["tenantDomain"]
    mpt.emulator.settings.validation_answer = "refuse"
    problem = await mpt.send("client", "POST", act(order, "validate"), {}, 400)
    assert problem["title"] == "Order validation failed"


async def test_notify_answers_204_and_checks_its_user(mpt: Bench) -> None:
    order = await mpt.send("client", "POST", ORDERS, await mpt.purchase(status="Quoted"), 201)
    user = (await mpt.rows("/accounts/users?limit=1"))[0]["id"]
    await mpt.send("client", "POST", act(order, "notify"), {"userId": user, "notifyMe": False}, 204)
    await mpt.send("client", "POST", act(order, "notify"), {"userId": ""}, 400)
    await mpt.send("client", "POST", act(order, "notify"), {"userId": "USR-0-0"}, 404)


@pytest.mark.parametrize("name", ["render", "template"])
async def test_the_template_comes_as_a_json_string_of_markdown(mpt: Bench, name: str) -> None:
    order = await mpt.completed()
    response = await mpt.get(act(order, name) + "?language=en", headers={"Accept-Language": "en"})
    assert response.headers["content-type"] == "application/json"
    text = response.json()
    assert text.startswith("# Ready")
    assert order["agreement"]["id"] in text
    assert (await mpt.get(act(order, name) + "?tongue=en")).status_code == 501


async def test_lines_of_an_order_are_a_list_of_their_own(mpt: Bench) -> None:
    order = await mpt.completed()
    rows = await mpt.rows(act(order, "lines") + "?gt(quantity,0)")
    assert [row["id"] for row in rows] == [line["id"] for line in order["lines"]]


async def test_order_subscriptions_are_checked_written_and_deleted(mpt: Bench) -> None:
    order = await mpt.placed()
    path, line = act(order, "subscriptions"), {"id": order["lines"][0]["id"]}
    await mpt.send("client", "POST", path, {"name": "S", "lines": [line]}, 403)
    refusals: list[tuple[dict[str, Any], str]] = [
        ({"lines": [line]}, "Name is required"),
        ({"name": "S"}, "At least one line is required."),
        ({"name": "S", "lines": [{"id": "ALI-0"}]}, "Line does not exist in this order."),
        (
            {"name": "S", "lines": [line], "commitmentDate": "2020-01-01"},
            "commitmentDate lies a year or more in the past.",
        ),
    ]
    for wrong, message in refusals:
        assert messages(await mpt.send("vendor", "POST", path, wrong, 400)) == [message]
    assert messages(await mpt.send("vendor", "POST", act(order, "assets"), {"name": "A", "lines": [line]}, 400))
    body = {"name": "S", "lines": [line], "commitmentDate": "2030-01-01", "autoRenew": False}
    made = await mpt.send("vendor", "POST", path, body, 201)
    assert (made["commitmentDate"], made["autoRenew"]) == ("2030-01-01T00:00:00.000Z", False)
    assert messages(await mpt.send("vendor", "POST", path, body, 400)) == ["Line is already mapped."]
    one = f"{path}/{made['id']}"
    assert [row["id"] for row in await mpt.rows(path)] == [made["id"]]
    changed = await mpt.send("vendor", "PUT", one, {"name": "T"})
    assert changed["name"] == "T"
    assert (await mpt.send("client", "PUT", one, {"name": "U", "externalIds": {"client": "C"}}))["name"] == "T"
    assert (await mpt.get(f"{one}/render")).status_code == 200
    await mpt.send("client", "DELETE", one, None, 204)
    await mpt.send("client", "GET", one, None, 404)
    assert "subscription" not in (await mpt.get(act(order))).json()["lines"][0]


async def test_order_assets_take_one_time_lines_only(mpt: Bench) -> None:
    product = await mpt.product()
    items = await mpt.rows(f'/catalog/items?product.id="{product["id"]}"')
    once = next(item for item in items if item["terms"]["period"] == "one-time")
    order = await mpt.placed(lines=[{"item": {"id": once["id"]}, "quantity": 2}])
    line = {"id": order["lines"][0]["id"]}
    assert messages(await mpt.send("vendor", "POST", act(order, "subscriptions"), {"name": "S", "lines": [line]}, 400))
    made = await mpt.send("vendor", "POST", act(order, "assets"), {"name": "Days", "lines": [line]}, 201)
    assert made["status"] == "Draft"
    done = await mpt.send("vendor", "POST", act(order, "complete"))
    assert [row["id"] for row in done["assets"]] == [made["id"]]
    assert (await mpt.get(f"/commerce/assets/{made['id']}")).json()["status"] == "Active"
