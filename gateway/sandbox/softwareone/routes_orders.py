"""Endpoints of orders and of the subscriptions and assets below an order."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from gateway.sandbox.softwareone import actors, fulfilment, lifecycle
from gateway.sandbox.softwareone.actors import CLIENT, OPERATIONS, Caller
from gateway.sandbox.softwareone.call import Call, Endpoint
from gateway.sandbox.softwareone.problems import invalid, missing
from gateway.sandbox.softwareone.query import no_query
from gateway.sandbox.softwareone.rendering import markdown
from gateway.sandbox.softwareone.state import Row, State

ORDERS = "/commerce/orders"
Transition = Callable[[State, Caller, Row, Row], Row]


async def listed(call: Call) -> Response:
    rows = call.state["orders"].values()
    return call.page("orders", [row for row in rows if actors.sees(call.state, call.caller, "orders", row)])


async def created(call: Call) -> Response:
    order = lifecycle.create(call.state, call.caller, await call.body())
    return call.written("orders", order, 201)


async def read(call: Call) -> Response:
    return call.single("orders", call.find("orders", call.path("id")))


async def updated(call: Call) -> Response:
    order = call.find("orders", call.path("id"))
    return call.written("orders", lifecycle.update(call.state, call.caller, order, await call.body()))


async def deleted(call: Call) -> Response:
    no_query(call.query)
    lifecycle.delete(call.state, call.caller, call.find("orders", call.path("id")))
    return Response(status_code=204)


def moved(transition: Transition) -> Endpoint:
    async def endpoint(call: Call) -> Response:
        order = call.find("orders", call.path("id"))
        return call.written("orders", transition(call.state, call.caller, order, await call.body()))

    return endpoint


async def validated(call: Call) -> Response:
    order = call.find("orders", call.path("id"))
    body = await call.body()
    return call.written("orders", lifecycle.validate(call.state, call.caller, order, body, call.settings))


async def notified(call: Call) -> Response:
    call.find("orders", call.path("id"))
    call.caller.allow(CLIENT, OPERATIONS)
    body = await call.body()
    user = body.get("userId")
    if not isinstance(user, str) or not user:
        raise invalid("userId", "The userId field is required.")
    if user not in call.state["users"]:
        raise missing(f"'{user}' was not found.")
    return Response(status_code=204)


async def rendered(call: Call) -> Response:
    order = call.find("orders", call.path("id"))
    return markdown(call, order.get("template"), {"order": order, **order})


async def lines(call: Call) -> Response:
    return call.page("order-lines", call.find("orders", call.path("id"))["lines"])


def children(table: str) -> dict[str, dict[str, Endpoint]]:
    """The collection of subscriptions or assets an order touches or creates; the only way to those in Draft."""

    def find(call: Call) -> tuple[Row, Row]:
        order = call.find("orders", call.path("id"))
        row = call.state[table].get(call.path("child"))
        if row is None or all(ref["id"] != row["id"] for ref in order[table]):
            raise missing(f"'{call.path('child')}' was not found.")
        return order, row

    async def listed(call: Call) -> Response:
        order = call.find("orders", call.path("id"))
        return call.page(table, [call.state[table][ref["id"]] for ref in order[table]])

    async def created(call: Call) -> Response:
        order = call.find("orders", call.path("id"))
        row = fulfilment.create(call.state, call.caller, order, table, await call.body())
        return call.written(table, row, 201)

    async def read(call: Call) -> Response:
        return call.single(table, find(call)[1])

    async def updated(call: Call) -> Response:
        row = find(call)[1]
        return call.written(table, fulfilment.update(call.state, call.caller, row, table, await call.body()))

    async def deleted(call: Call) -> Response:
        no_query(call.query)
        order, row = find(call)
        fulfilment.remove(call.state, call.caller, order, table, row)
        return Response(status_code=204)

    async def rendered(call: Call) -> Response:
        order, row = find(call)
        return markdown(call, row.get("template"), {"subscription": row, "asset": row, **order})

    one = f"{ORDERS}/{{id}}/{table}/{{child}}"
    return {
        f"{ORDERS}/{{id}}/{table}": {"GET": listed, "POST": created},
        one: {"GET": read, "PUT": updated, "DELETE": deleted},
        f"{one}/render": {"GET": rendered},
    }


ORDER_ENDPOINTS: dict[str, dict[str, Endpoint]] = {
    ORDERS: {"GET": listed, "POST": created},
    f"{ORDERS}/{{id}}": {"GET": read, "PUT": updated, "DELETE": deleted},
    f"{ORDERS}/{{id}}/validate": {"POST": validated},
    f"{ORDERS}/{{id}}/quote": {"POST": moved(lifecycle.quote)},
    f"{ORDERS}/{{id}}/process": {"POST": moved(lifecycle.process)},
    f"{ORDERS}/{{id}}/query": {"POST": moved(lifecycle.query)},
    f"{ORDERS}/{{id}}/complete": {"POST": moved(lifecycle.complete)},
    f"{ORDERS}/{{id}}/fail": {"POST": moved(lifecycle.fail)},
    f"{ORDERS}/{{id}}/notify": {"POST": notified},
    f"{ORDERS}/{{id}}/template": {"GET": rendered},
    f"{ORDERS}/{{id}}/render": {"GET": rendered},
    f"{ORDERS}/{{id}}/lines": {"GET": lines},
    **children("subscriptions"),
    **children("assets"),
}
