"""Read-only endpoints of accounts and catalogue: whole collections, single objects, and collections of a parent."""

from __future__ import annotations

from starlette.responses import Response

from gateway.sandbox.softwareone import actors
from gateway.sandbox.softwareone.call import Call, Endpoint
from gateway.sandbox.softwareone.problems import missing
from gateway.sandbox.softwareone.state import Row

# path: table
COLLECTIONS = {
    "/accounts/accounts": "accounts",
    "/accounts/buyers": "buyers",
    "/accounts/licensees": "licensees",
    "/accounts/sellers": "sellers",
    "/accounts/users": "users",
    "/accounts/api-tokens": "tokens",
    "/catalog/products": "products",
    "/catalog/items": "items",
    "/catalog/listings": "listings",
    "/catalog/authorizations": "authorizations",
    "/catalog/price-lists": "price-lists",
}
# path: (table, the parent's table, the reference to it)
NESTED = {
    "/catalog/products/{parent}/items": ("items", "products", "product"),
    "/catalog/products/{parent}/templates": ("templates", "products", "product"),
    "/catalog/products/{parent}/parameters": ("definitions", "products", "product"),
    "/catalog/price-lists/{parent}/items": ("price-list-items", "price-lists", "priceList"),
}


def listed(table: str) -> Endpoint:
    async def endpoint(call: Call) -> Response:
        rows = call.state[table].values()
        return call.page(table, [row for row in rows if actors.sees(call.state, call.caller, table, row)])

    return endpoint


def read(table: str) -> Endpoint:
    async def endpoint(call: Call) -> Response:
        return call.single(table, call.find(table, call.path("id")))

    return endpoint


def nested_list(table: str, parents: str, reference: str) -> Endpoint:
    async def endpoint(call: Call) -> Response:
        parent = call.find(parents, call.path("parent"))
        rows = call.state[table].values()
        return call.page(table, [row for row in rows if row[reference]["id"] == parent["id"]])

    return endpoint


def nested_read(table: str, parents: str, reference: str) -> Endpoint:
    async def endpoint(call: Call) -> Response:
        parent = call.find(parents, call.path("parent"))
        row: Row = call.find(table, call.path("id"))
        if row[reference]["id"] != parent["id"]:
            raise missing(f"'{row['id']}' was not found.")
        return call.single(table, row)

    return endpoint


REFERENCE_ENDPOINTS: dict[str, dict[str, Endpoint]] = {
    **{path: {"GET": listed(table)} for path, table in COLLECTIONS.items()},
    **{f"{path}/{{id}}": {"GET": read(table)} for path, table in COLLECTIONS.items()},
    **{path: {"GET": nested_list(*keys)} for path, keys in NESTED.items()},
    **{f"{path}/{{id}}": {"GET": nested_read(*keys)} for path, keys in NESTED.items()},
}
