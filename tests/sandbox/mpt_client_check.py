"""Drives a running SoftwareOne emulator with the vendor's published Python client, from outside this project.

    python mpt_client_check.py BASE_URL CLIENT_TOKEN VENDOR_TOKEN

BASE_URL is the sandbox's `credentials().softwareone.base_url`. Needs an interpreter of 3.12 or later with
`mpt-api-client==7.0.0`. Prints one line per step; exits 1 at the first that fails.
"""

from __future__ import annotations

import io
import sys
from typing import Any

from mpt_api_client import MPTClient, RQLQuery  # type: ignore[import-not-found]  # lives in its own environment
from mpt_api_client.auth import BearerTokenAuthentication  # type: ignore[import-not-found]  # likewise
from mpt_api_client.exceptions import MPTAPIError  # type: ignore[import-not-found]  # likewise

PDF = b"%PDF-1.4\n% checked by the outside client\n%%EOF\n"


def main(base_url: str, client_token: str, vendor_token: str) -> None:
    # The client adds /public/v1 itself and strips it from a base URL only where nothing stands before it.
    root = base_url.rstrip("/").removesuffix("/v1").removesuffix("/public")
    client = MPTClient.from_config(BearerTokenAuthentication(client_token), root)
    vendor = MPTClient.from_config(BearerTokenAuthentication(vendor_token), root)
    order_id = check_lists(client)
    check_single(client, order_id)
    placed = check_order(client, vendor)
    check_agreements(client)
    check_attachments(client, vendor, placed.agreement.id, placed.id)
    check_refusals(root, client)


def step(name: str, passed: object, seen: object = "") -> None:
    print(f"{'ok  ' if passed else 'FAIL'} {name}{'' if passed else f': {seen!r}'}")
    if not passed:
        raise SystemExit(1)


def check_lists(client: MPTClient) -> str:
    orders = client.commerce.orders
    page = orders.fetch_page(limit=5)
    step("a page of orders with its total", len(page) == 5 and page.meta.pagination.total > 400, page.meta.pagination)
    step("lists name what they leave out", "lines" in page.meta.omitted, page.meta.omitted)
    done = orders.filter(RQLQuery(status="Completed") & RQLQuery(type__in=("Change", "Purchase")))
    found = list(done.order_by("-audit.created.at").select("audit", "lines").iterate(batch_size=50))
    step(
        "filtered iteration over several pages",
        len(found) > 100 and len({o.id for o in found}) == len(found),
        len(found),
    )
    times = [order.audit.created.at for order in found]
    step("sorted by creation", times == sorted(times, reverse=True))
    step("only what was asked for", {o.status for o in found} == {"Completed"} and all(o.lines for o in found))
    either = RQLQuery(status="Failed") | RQLQuery("agreement.name").ilike("*designer*")
    count = orders.filter(either & ~RQLQuery(type="Purchase")).fetch_page(limit=1).meta.pagination.total
    step("or, not and ilike", count > 10, count)
    element = orders.filter(RQLQuery(quantity__gt=100).any("lines")).fetch_page(limit=1).meta.pagination.total
    step("any over lines", element > 0, element)
    one = orders.filter(RQLQuery(id=found[0].id)).fetch_one()
    step("one order by filter", one.id == found[0].id, one.id)
    return str(one.id)


def check_single(client: MPTClient, order_id: str) -> None:
    order = client.commerce.orders.get(order_id, select=["audit", "-parameters"])
    step("an order by id with select", order.audit.created.at and "parameters" not in order.to_dict(), order)
    prices = order.lines[0].price.to_dict()
    step("client prices only", "unitSP" in prices and "unitPP" not in prices, prices)
    text = client.commerce.orders.render(order_id)
    step("the rendered template is a JSON string", text.startswith('"'), text)


def check_order(client: MPTClient, vendor: MPTClient) -> Any:
    products = client.catalog.products.filter(RQLQuery(name="Lumera Cloud Suite"))
    product = products.fetch_one()
    licensee = next(iter(client.accounts.licensees.fetch_page(limit=1)))
    item = client.catalog.items.filter(
        RQLQuery("product.id").eq(product.id) & RQLQuery("terms.period").eq("1m")
    ).fetch_page(limit=1)[0]
    body = {
        "type": "Purchase",
        "status": "Draft",
        "agreement": {"licensee": {"id": licensee.id}, "product": {"id": product.id}},
        "notes": "From the vendor's own client",
        "externalIds": {"client": "CHECK-1"},
        "lines": [{"item": {"id": item.id}, "quantity": 3}],
        "parameters": {
            "ordering": [
                {"externalId": "companyName", "value": "Brightwater"},
                {"externalId": "tenantDomain", "value": "bw-check"},
                {"externalId": "adminEmail", "value": "it@brightwater.example"},
                {"externalId": "region", "value": "eu-west"},
            ],
            "fulfillment": [],
        },
    }
    draft = client.commerce.orders.create(body)
    step("a draft order", draft.status == "Draft" and draft.lines[0].quantity == 3, draft.to_dict())
    again = client.commerce.orders.update(draft.id, {**draft.to_dict(), "notes": "Changed"})
    step("updating with the whole draft", again.notes == "Changed" and again.status == "Draft", again.to_dict())
    placed = client.commerce.orders.process(draft.id)
    step("placing it", placed.status == "Processing", placed.to_dict())
    subscription = vendor.commerce.orders.subscriptions(draft.id).create(
        {"name": "Checked seats", "lines": [{"id": placed.lines[0].id}]}
    )
    step("the vendor maps its lines", subscription.status == "Draft", subscription.to_dict())
    done = vendor.commerce.orders.complete(draft.id)
    step("and completes it, lines in the answer", done.status == "Completed" and done.lines, done.to_dict())
    live = client.commerce.subscriptions.get(subscription.id)
    step("the subscription is active", live.status == "Active", live.to_dict())
    return done


def check_agreements(client: MPTClient) -> None:
    active = client.commerce.agreements.filter(RQLQuery(status="Active")).select("subscriptions", "lines")
    page = active.fetch_page(limit=20)
    step("active agreements with their lines", len(page) == 20 and all(row.lines for row in page), len(page))
    one = client.commerce.agreements.get(page[0].id, select=["subscriptions", "parameters"])
    step("one agreement", one.id == page[0].id and one.product.name, one)


def check_attachments(client: MPTClient, vendor: MPTClient, agreement_id: str, order_id: str) -> None:
    theirs = vendor.commerce.agreements.attachments(agreement_id)
    made = theirs.create(
        {"name": "Signed contract", "type": "File", "orderId": order_id},
        file=("contract.pdf", io.BytesIO(PDF), "application/pdf"),
    )
    step("uploading", made.filename == "contract.pdf" and made.size == len(PDF), made.to_dict())
    ours = client.commerce.agreements.attachments(agreement_id)
    listed = list(ours.filter(RQLQuery(orderId=order_id)).iterate())
    step("listing by order", [row.id for row in listed] == [made.id], listed)
    file = ours.download(made.id)
    step("downloading", file.file_contents == PDF and file.filename == "contract.pdf", file.file_contents)
    theirs.delete(made.id)
    step("deleting", not list(ours.iterate()))


def check_refusals(root: str, client: MPTClient) -> None:
    stranger = MPTClient.from_config(BearerTokenAuthentication("idt:TKN-0000-0000:wrong"), root)
    for name, expected, call in (
        ("a bad token", "401 Authentication Failed", stranger.commerce.orders.fetch_page),
        ("an unknown order", "404", lambda: client.commerce.orders.get("ORD-0000-0000-0000")),
        (
            "a wrong filter",
            "Invalid property path.",
            lambda: client.commerce.orders.filter(RQLQuery(x="1")).fetch_page(),
        ),
    ):
        try:
            call()
        except MPTAPIError as error:
            step(name, expected in str(error), str(error))
        else:
            step(name, False, "no error")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
