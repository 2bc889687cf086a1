"""Agreements, subscriptions, assets and entitlements of the SoftwareOne emulator."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.softwareone_bench import Bench, bench, messages

pytestmark = pytest.mark.slow

AGREEMENTS = "/commerce/agreements"


@pytest.fixture
async def mpt() -> AsyncIterator[Bench]:
    async with bench() as one:
        yield one


async def test_lists_omit_collections_and_single_reads_have_them(mpt: Bench) -> None:
    body = (await mpt.get(f"{AGREEMENTS}?status=Active")).json()
    assert set(body["$meta"]["omitted"]) >= {"lines", "subscriptions", "assets", "parameters", "audit"}
    one = (await mpt.get(f"{AGREEMENTS}/{body['data'][0]['id']}")).json()
    assert one["$meta"] == {"omitted": ["audit"]}
    assert one["lines"][0]["status"] in ("Active", "Terminated")
    assert one["price"]["source"] == "Computed"


@pytest.mark.parametrize(
    ("actor", "body", "changed"),
    [
        (
            "client",
            {"name": "Ours", "billingCurrency": "CHF", "externalIds": {"client": "A"}},
            {"name", "billingCurrency"},
        ),
        ("vendor", {"name": "Theirs", "billingCurrency": "CHF", "externalIds": {"vendor": "A"}}, {"name"}),
        ("operations", {"name": "Mine", "price": {"defaultMarkup": 3.5}, "externalIds": {"operations": "A"}}, {"name"}),
    ],
)
async def test_each_actor_changes_its_own_fields(
    mpt: Bench, actor: str, body: dict[str, object], changed: set[str]
) -> None:
    order = await mpt.completed()
    path = f"{AGREEMENTS}/{order['agreement']['id']}"
    after = await mpt.send(actor, "PUT", path, body)
    for name in ("name", "billingCurrency"):
        if name in body:
            assert (after[name] == body[name]) == (name in changed)
    assert after["externalIds"][actor] == "A"
    if actor == "operations":
        assert after["price"]["defaultMarkup"] == 3.5
    seen = (await mpt.get(f"/commerce/orders/{order['id']}")).json()
    assert seen["agreement"]["name"] == body["name"]


async def test_billing_currency_waits_for_an_active_agreement(mpt: Bench) -> None:
    order = await mpt.placed()
    await mpt.send("client", "PUT", f"{AGREEMENTS}/{order['agreement']['id']}", {"billingCurrency": "CHF"}, 400)


async def test_the_vendor_writes_template_and_parameters(mpt: Bench) -> None:
    order = await mpt.completed()
    path = f"{AGREEMENTS}/{order['agreement']['id']}"
    body = {
        "template": order["template"],
        "parameters": {"fulfillment": [{"externalId": "vendorTenantId", "value": "T-9"}]},
    }
    after = await mpt.send("vendor", "PUT", path, body)
    assert [e["value"] for e in after["parameters"]["fulfillment"]] == ["T-9"]
    await mpt.send("vendor", "PUT", path, {"template": {"id": "TPL-0"}}, 400)


async def test_operations_creates_agreements_others_do_not(mpt: Bench) -> None:
    purchase = await mpt.purchase()
    body = {**purchase["agreement"], "status": "Active", "name": "Taken over", "externalIds": {"operations": "MIG-1"}}
    made = await mpt.send("operations", "POST", AGREEMENTS, body, 201)
    assert (made["status"], made["name"]) == ("Active", "Taken over")
    assert (await mpt.get(f"{AGREEMENTS}/{made['id']}")).status_code == 200
    await mpt.send("client", "POST", AGREEMENTS, body, 403)
    await mpt.send("operations", "POST", AGREEMENTS, {**body, "status": "Draft"}, 400)


@pytest.mark.parametrize("name", ["render", "template"])
async def test_rendering_takes_a_template_and_a_language(mpt: Bench, name: str) -> None:
    order = await mpt.completed()
    path = f"{AGREEMENTS}/{order['agreement']['id']}/{name}"
    assert (await mpt.get(path)).json().startswith("# Ready")
    templates = await mpt.rows(f"/catalog/products/{order['product']['id']}/templates?type=OrderFailed")
    other = await mpt.get(f"{path}?template.id={templates[0]['id']}&language=de")
    assert other.json().startswith("# We are sorry")


async def test_lines_are_listed_by_agreement_and_across(mpt: Bench) -> None:
    order = await mpt.completed()
    agreement = order["agreement"]["id"]
    own = await mpt.rows(f"{AGREEMENTS}/{agreement}/lines")
    across = await mpt.rows(f'/commerce/lines?agreement.id="{agreement}"')
    assert own == across
    assert own[0]["status"] == "Active"
    assert own[0]["order"]["id"] == order["id"]
    assert await mpt.total("/commerce/lines") > len(own)


async def test_split_billing_is_not_for_the_vendor(mpt: Bench) -> None:
    order = await mpt.completed()
    path = f"{AGREEMENTS}/{order['agreement']['id']}/split"
    assert (await mpt.get(path)).status_code == 404
    buyers = [row["id"] for row in await mpt.rows("/accounts/buyers")]
    shares = [{"buyer": {"id": buyers[0]}, "percentage": 70}, {"buyer": {"id": buyers[1]}, "percentage": 30}]
    made = await mpt.send("client", "POST", path, {"allocations": shares})
    assert [one["percentage"] for one in made["allocations"]] == [70, 30]
    assert (await mpt.get(path)).json() == made
    assert {key for one in made["allocations"] for key in one["price"]} <= {"currency", "SPx1", "SPxM", "SPxY"}
    whole = (await mpt.get(path, "operations")).json()
    assert any("PPxM" in one["price"] for one in whole["allocations"])
    assert (await mpt.get(path, "vendor")).status_code == 403
    await mpt.send("vendor", "PUT", path, {"allocations": shares}, 403)
    await mpt.send("client", "PUT", path, {"allocations": shares[:1]}, 400)
    one = (await mpt.get(f"{AGREEMENTS}/{order['agreement']['id']}")).json()
    assert one["splitStatus"] == "Active"


async def test_subscriptions_show_no_draft_and_filter_by_agreement(mpt: Bench) -> None:
    drafts = [row for row in mpt.emulator.state["subscriptions"].values() if row["status"] == "Draft"]
    assert drafts
    assert await mpt.total('/commerce/subscriptions?in(status,("Draft","Deleted"))', "operations") == 0
    for row in drafts:
        assert (await mpt.get(f"/commerce/subscriptions/{row['id']}", "operations")).status_code == 404
    order = await mpt.completed()
    rows = await mpt.rows(f'/commerce/subscriptions?agreement.id="{order["agreement"]["id"]}"&select=lines')
    assert rows[0]["lines"][0]["id"] == order["lines"][0]["id"]
    assert rows[0]["terms"]["period"] == "1m"
    assert rows[0]["commitmentDate"] > rows[0]["startDate"]


async def test_the_vendor_creates_terminates_suspends_and_resumes_subscriptions(mpt: Bench) -> None:
    order = await mpt.completed()
    body = {
        "name": "Migrated seats",
        "agreement": {"id": order["agreement"]["id"]},
        "lines": [{"item": order["lines"][0]["item"], "quantity": 5}],
    }
    await mpt.send("client", "POST", "/commerce/subscriptions", body, 403)
    await mpt.send("vendor", "POST", "/commerce/subscriptions", {**body, "lines": []}, 400)
    made = await mpt.send("vendor", "POST", "/commerce/subscriptions", body, 201)
    assert (made["status"], made["lines"][0]["quantity"]) == ("Active", 5)
    path = f"/commerce/subscriptions/{made['id']}"
    assert len(await mpt.rows(f"{path}/lines")) == 1
    assert (await mpt.get(f"{path}/render")).status_code == 200
    assert (await mpt.send("vendor", "PUT", path, {"autoRenew": False}))["autoRenew"] is False
    dated = await mpt.send("operations", "PUT", path, {"commitmentDate": "2031-01-01", "autoRenew": True})
    assert (dated["commitmentDate"], dated["autoRenew"]) == ("2031-01-01T00:00:00.000Z", False)
    assert (await mpt.send("vendor", "POST", f"{path}/suspend"))["status"] == "Suspended"
    await mpt.send("vendor", "POST", f"{path}/suspend", {}, 400)
    assert (await mpt.send("operations", "POST", f"{path}/resume"))["status"] == "Active"
    await mpt.send("client", "POST", f"{path}/terminate", {}, 403)
    ended = await mpt.send("vendor", "POST", f"{path}/terminate", {"description": "Moved away"})
    assert ended["status"] == "Terminated"
    assert messages(await mpt.send("vendor", "POST", f"{path}/terminate", {}, 400))
    agreement = (await mpt.get(f"{AGREEMENTS}/{order['agreement']['id']}")).json()
    assert agreement["status"] == "Active"
    await mpt.send("vendor", "POST", f"/commerce/subscriptions/{order['subscriptions'][0]['id']}/terminate")
    assert (await mpt.get(f"{AGREEMENTS}/{order['agreement']['id']}")).json()["status"] == "Terminated"


async def test_assets_are_created_and_terminated_by_the_vendor(mpt: Bench) -> None:
    order = await mpt.completed()
    items = await mpt.rows(f'/catalog/items?product.id="{order["product"]["id"]}"&terms.period="one-time"')
    lines = [{"item": {"id": items[0]["id"]}, "quantity": 1}]
    body = {"name": "A day", "agreement": {"id": order["agreement"]["id"]}, "lines": lines}
    made = await mpt.send("vendor", "POST", "/commerce/assets", body, 201)
    path = f"/commerce/assets/{made['id']}"
    assert set(made["price"]) == {"currency", "PPx1"}
    assert (await mpt.send("client", "PUT", path, {"externalIds": {"client": "X"}}))["externalIds"] == {"client": "X"}
    assert made["id"] in [row["id"] for row in await mpt.rows("/commerce/assets?limit=100")]
    assert (await mpt.send("vendor", "POST", f"{path}/terminate"))["status"] == "Terminated"
    assert (await mpt.get(f"{AGREEMENTS}/{order['agreement']['id']}")).json()["status"] == "Active"
