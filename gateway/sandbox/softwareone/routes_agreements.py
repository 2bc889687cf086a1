"""Endpoints of agreements, subscriptions, assets and the lines of all agreements."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.responses import JSONResponse, Response

from gateway.sandbox.softwareone import actors, agreements, fulfilment
from gateway.sandbox.softwareone.actors import CLIENT, HIDDEN, OPERATIONS
from gateway.sandbox.softwareone.call import Call, Endpoint
from gateway.sandbox.softwareone.problems import missing
from gateway.sandbox.softwareone.query import no_query
from gateway.sandbox.softwareone.rendering import markdown
from gateway.sandbox.softwareone.state import Row
from gateway.sandbox.softwareone.views import seen

AGREEMENTS = "/commerce/agreements"
ORDER_ONLY = ("Draft", "Deleted")  # subscriptions and assets that exist below their order alone


def visible(call: Call, table: str) -> list[Row]:
    rows = call.state[table].values()
    return [
        row
        for row in rows
        if (table == "agreements" or row["status"] not in ORDER_ONLY)
        and actors.sees(call.state, call.caller, table, row)
    ]


def find(call: Call, table: str) -> Row:
    row = call.find(table, call.path("id"))
    if table != "agreements" and row["status"] in ORDER_ONLY:
        raise missing(f"'{row['id']}' was not found.")
    return row


def listed(table: str) -> Endpoint:
    async def endpoint(call: Call) -> Response:
        return call.page(table, visible(call, table))

    return endpoint


def read(table: str) -> Endpoint:
    async def endpoint(call: Call) -> Response:
        return call.single(table, find(call, table))

    return endpoint


async def agreement_created(call: Call) -> Response:
    return call.written("agreements", agreements.create(call.state, call.caller, await call.body()), 201)


async def agreement_updated(call: Call) -> Response:
    row = find(call, "agreements")
    return call.written("agreements", agreements.update(call.state, call.caller, row, await call.body()))


async def agreement_rendered(call: Call) -> Response:
    row = find(call, "agreements")
    wanted = parse_qs(call.query).get("template.id")
    template = {"id": wanted[0]} if wanted else row.get("template")
    return markdown(call, template, {"agreement": row, "order": {}, **row}, "template.id")


async def agreement_lines(call: Call) -> Response:
    return call.page("lines", agreements.entitlements(call.state, find(call, "agreements")))


async def all_lines(call: Call) -> Response:
    rows = [line for row in visible(call, "agreements") for line in agreements.entitlements(call.state, row)]
    return call.page("lines", rows)


def created(table: str) -> Endpoint:
    async def endpoint(call: Call) -> Response:
        row = agreements.create_entitlement(call.state, call.caller, table, await call.body())
        return call.written(table, row, 201)

    return endpoint


def updated(table: str) -> Endpoint:
    async def endpoint(call: Call) -> Response:
        row = find(call, table)
        return call.written(table, fulfilment.update(call.state, call.caller, row, table, await call.body()))

    return endpoint


def terminated(table: str) -> Endpoint:
    async def endpoint(call: Call) -> Response:
        row = find(call, table)
        await call.body()
        return call.written(table, agreements.end(call.state, call.caller, table, row))

    return endpoint


def switched(name: str) -> Endpoint:
    async def endpoint(call: Call) -> Response:
        row = find(call, "subscriptions")
        await call.body()
        return call.written("subscriptions", agreements.switch(call.state, call.caller, row, name))

    return endpoint


def rendered(table: str) -> Endpoint:
    async def endpoint(call: Call) -> Response:
        row = find(call, table)
        return markdown(call, row.get("template"), {"subscription": row, "asset": row, **row})

    return endpoint


def lines(table: str) -> Endpoint:
    async def endpoint(call: Call) -> Response:
        return call.page("order-lines", find(call, table)["lines"])

    return endpoint


def split(table: str, *writing: str) -> dict[str, Endpoint]:
    async def shown(call: Call) -> Response:
        no_query(call.query)
        call.caller.allow(CLIENT, OPERATIONS)
        row = find(call, table)
        if "split" not in row:
            raise missing("No split billing is set up.")
        return JSONResponse(seen(row["split"], HIDDEN[call.caller.actor], False))

    async def written(call: Call) -> Response:
        row = find(call, table)
        made = agreements.set_split(call.state, call.caller, table, row, await call.body())
        return JSONResponse(seen(made, HIDDEN[call.caller.actor], False))

    return {"GET": shown, **dict.fromkeys(writing, written)}


def entitlement(table: str) -> dict[str, dict[str, Endpoint]]:
    root = f"/commerce/{table}"
    return {
        root: {"GET": listed(table), "POST": created(table)},
        f"{root}/{{id}}": {"GET": read(table), "PUT": updated(table)},
        f"{root}/{{id}}/terminate": {"POST": terminated(table)},
        f"{root}/{{id}}/render": {"GET": rendered(table)},
        f"{root}/{{id}}/lines": {"GET": lines(table)},
    }


AGREEMENT_ENDPOINTS: dict[str, dict[str, Endpoint]] = {
    AGREEMENTS: {"GET": listed("agreements"), "POST": agreement_created},
    f"{AGREEMENTS}/{{id}}": {"GET": read("agreements"), "PUT": agreement_updated},
    f"{AGREEMENTS}/{{id}}/render": {"GET": agreement_rendered},
    f"{AGREEMENTS}/{{id}}/template": {"GET": agreement_rendered},
    f"{AGREEMENTS}/{{id}}/lines": {"GET": agreement_lines},
    f"{AGREEMENTS}/{{id}}/split": split("agreements", "POST", "PUT"),
    "/commerce/lines": {"GET": all_lines},
    **entitlement("subscriptions"),
    "/commerce/subscriptions/{id}/suspend": {"POST": switched("suspend")},
    "/commerce/subscriptions/{id}/resume": {"POST": switched("resume")},
    "/commerce/subscriptions/{id}/split": split("subscriptions", "PUT"),
    **entitlement("assets"),
}
