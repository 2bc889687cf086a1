"""What a read of the fault matrix is, and where the things are that it asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from gateway.model.ref import Kind, Ref
from tests.e2e.crash_rows import ACCESS, PAPER
from tests.whole.fault_bench import Bench, Json

Prepare = Callable[[Bench], Awaitable[Json]]
Call = tuple[str, str]


@dataclass(frozen=True)
class ReadRow:
    """`query` asks for `thing`; `call` is the vendor's call (method, path) that answers it, and `path` where its error
    stands, places in lists left out. `read` names what is covered: a `Read`, or a list, count or picker.

    `wide`: so many of these calls are made side by side. `listed`: the error is one of a list's sources.
    """

    vendor: str
    read: str
    query: str
    path: tuple[str, ...]
    call: Call
    prepare: Prepare
    wide: int = 1
    listed: bool = False
    takes: str = "$id: ID!"

    def __str__(self) -> str:
        return f"{self.read} at {self.vendor}"


async def nothing(bench: Bench) -> Json:
    return {}


def found(name: str, look: Callable[[Bench], Awaitable[str]]) -> Prepare:
    """An id, looked up once."""

    async def prepare(bench: Bench) -> Json:
        if name not in bench.found:
            bench.found[name] = await look(bench)
        return {"id": bench.found[name]}

    return prepare


async def listed(bench: Bench, list_: str, account: str, selection: str) -> list[Json]:
    query = "query($names: [String!]) { %s(first: 100, filter: {accountNames: $names}) { nodes { id %s } } }"
    data = await bench.data(query % (list_, selection), names=[account])
    nodes: list[Json] = data[list_]["nodes"]
    return nodes


def first_of(list_: str, account: str, selection: str = "number", good: Callable[[Json], Any] = bool) -> Prepare:
    """The first of a list that is good."""

    async def look(bench: Bench) -> str:
        return next(str(node["id"]) for node in await listed(bench, list_, account, selection) if good(node))

    return found(f"{list_} of {account}: {selection}", look)


def part_of(list_: str, account: str, part: str, selection: str = "", good: Callable[[Json], Any] = bool) -> Prepare:
    """The first thing below those of a list that is good."""

    async def look(bench: Bench) -> str:
        nodes = await listed(bench, list_, account, f"{part} {{ id {selection} }}")
        return next(str(one["id"]) for node in nodes for one in node[part] or () if good(one))

    return found(f"{part} of {list_} of {account}: {selection}", look)


def account_of(name: str) -> Prepare:
    async def prepare(bench: Bench) -> Json:
        return {"id": Ref.of(name, Kind.ACCOUNT).encode()}

    return prepare


async def sent_paper(bench: Bench) -> str:
    """An order at Partner Center with its customer's purchase order."""
    order = Ref.of("contoso", Kind.ORDER, bench.vendors.customer, bench.vendors.software_order(ACCESS)).encode()
    query = "mutation($input: AddAttachmentsInput!) { addAttachments(input: $input) { outcome { state } } }"
    given = {
        "parentId": order,
        "files": [{"kind": "PURCHASE_ORDER", "file": None}],
        "purchaseOrder": {"customerPrice": {"amount": "156.87", "currency": "CAD"}},
    }
    answer = await bench.ask(query, {"input": given}, (PAPER,))
    assert answer["data"]["addAttachments"]["outcome"]["state"] == "DONE", answer
    return order


papered = found("an order with its paper", sent_paper)


async def paper(bench: Bench) -> str:
    data = await bench.data("query($id: ID!) { order(id: $id) { attachments { id } } }", **await papered(bench))
    return str(data["order"]["attachments"][0]["id"])


async def cart(bench: Bench) -> str:
    return Ref.of("contoso", Kind.CART, bench.vendors.customer, bench.vendors.cart(ACCESS)).encode()


async def shipped(bench: Bench) -> str:
    """An order at Sellercloud with two tracking numbers, which the tenant's settings have to allow."""
    bench.sandbox.desks["sellercloud"].emulator.settings.multiple_tracking_numbers = True
    number = bench.vendors.stock_order()
    sent = [{"ShippedOn": "2025-01-02T00:00:00", "ShippingCarrier": "UPS", "TrackingNumber": f"1Z{n}"} for n in (1, 2)]
    body = {"TrackingNumbers": sent, "ShippingStatus": "FullyShipped"}
    bench.vendors.sellercloud("POST", f"/{number}/TrackingNumber/Multiple", body)
    return Ref.of("acme", Kind.ORDER, number).encode()


def has_file(node: Json) -> bool:
    return any(one["fileName"] for one in node["attachments"] or ())


def inside(vendor: str, type_: str, selection: str) -> str:
    return f"details {{ ... on {vendor}{type_}Details {{ {selection} }} }}"


def node(vendor: str, read: str, type_: str, selection: str, call: Call, prepare: Prepare) -> ReadRow:
    """A thing by its id."""
    return ReadRow(
        vendor, read, f"thing: node(id: $id) {{ ... on {type_} {{ id {selection} }} }}", ("thing",), call, prepare
    )


def below(
    vendor: str, read: str, type_: str, selection: str, path: str, call: Call, prepare: Prepare, wide: int = 1
) -> ReadRow:
    """A field below a thing; `path` is that from the thing to the field."""
    query = f"thing: node(id: $id) {{ ... on {type_} {{ id {selection} }} }}"
    return ReadRow(vendor, read, query, ("thing", *path.split(".")), call, prepare, wide)


def list_of(vendor: str, name: str, account: str, call: Call, wide: int = 1) -> ReadRow:
    text = "nodes { id } sources { account { name } state error { code } omitted }"
    query = f'thing: {name}(first: 3, filter: {{accountNames: ["{account}"]}}) {{ {text} }}'
    return ReadRow(vendor, f"{name} listed", query, ("thing",), call, nothing, wide, listed=True, takes="")


def count_of(vendor: str, name: str, account: str, call: Call) -> ReadRow:
    query = f'thing: {name}(first: 0, filter: {{accountNames: ["{account}"]}}) {{ totalCount }}'
    return ReadRow(vendor, f"{name} counted", query, ("thing", "totalCount"), call, nothing, takes="")


def picker(vendor: str, name: str, account: str, call: Call, arguments: str, selection: str) -> ReadRow:
    query = f"thing: node(id: $id) {{ ... on VendorAccount {{ id {name}{arguments} {{ {selection} }} }} }}"
    return ReadRow(vendor, f"picker of {name}", query, ("thing", name), call, account_of(account))
