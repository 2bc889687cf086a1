"""Whose everything in the sandbox is, as somebody tells who sees it all: the yardstick for those who do not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.model.principal import ANYBODY, Principal, Scope
from gateway.model.ref import Kind, Ref
from tests.whole.harness import VENDORS, Whole, whole

ABOVE: Final = {Kind.LINE: Kind.ORDER, Kind.AGREEMENT_LINE: Kind.AGREEMENT, Kind.ATTACHMENT: Kind.AGREEMENT}
"""Whose a thing is by its Ref, where that does not begin with the customer."""
IDS: Final = ("id", "orderId", "deletedOrderId", "deletedAttachmentId")
LIST: Final = """query($after: String) { orders(first: 200, after: $after) { pageInfo { hasNextPage endCursor } nodes {
  id accountName number numberScope customer { key }
  lines { id subscription { id } asset { id } } agreement { id } attachments { id }
  subscriptions { id } assets { id } } } }"""
AGREEMENTS: Final = """{ agreements(first: 500) { nodes { id account { name } customer { key }
  lines { id } subscriptions { id } assets { id } attachments { id } } } }"""
WHOSE: Final = """query($id: ID!) { node(id: $id) { id
  ... on Order { account { name } customer { key } lines { id } }
  ... on Agreement { account { name } customer { key } }
  ... on ProductSubscription { agreement { account { name } customer { key } } }
  ... on Asset { agreement { account { name } customer { key } } } } }"""
CART: Final = (
    """mutation($input: CreateCartInput!) { createCart(input: $input) { cart { id } userErrors { message } } }"""
)
LINE: Final = {
    "catalogItemId": "CFQ7TT000001:0002:CFQ7TT00000Z",
    "quantity": 2,
    "billingCycle": "MONTHLY",
    "termDuration": "P1Y",
}


@dataclass(frozen=True, slots=True)
class Owner:
    account: str
    customer: str

    def seen_by(self, principal: Principal) -> bool:
        customers = principal.customers_of(self.account)
        return customers is None or self.customer in customers


@dataclass(slots=True)
class Census:
    """`owners` by id; `natural` holds orders' ids by account, scope and number; `customers` by account."""

    gateway: Whole
    owners: dict[str, Owner] = field(default_factory=dict)
    natural: dict[tuple[str, str, str], str] = field(default_factory=dict)
    customers: dict[str, list[str]] = field(default_factory=dict)

    def of(self, kind: Kind, owner: Owner | None = None) -> list[str]:
        """The ids of that kind, of that owner."""
        return [id_ for id_, one in self.owners.items() if Ref.decode(id_).kind is kind and owner in (None, one)]

    def take(self, node: object, owner: Owner) -> None:
        """Every id in this part of an answer is that owner's."""
        for id_ in ids(node):
            self.owners.setdefault(id_, owner)

    async def take_all(self) -> None:
        """Asks for everything there is, and makes two customers a cart each."""
        after = None
        while True:
            page = (await self.gateway.data(LIST, after=after))["orders"]
            for node in page["nodes"]:
                self.take_order(node)
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        for node in (await self.gateway.data(AGREEMENTS))["agreements"]["nodes"]:
            self.take(node, Owner(node["account"]["name"], node["customer"]["key"]))
        for customer in self.customers["contoso"][:2]:
            given = {"accountName": "contoso", "customerKey": customer, "lines": [LINE]}
            made = await self.gateway.data(CART, input=given)
            self.take(made["createCart"]["cart"], Owner("contoso", customer))
        self.gateway.forget()

    def take_order(self, node: dict[str, Any]) -> None:
        owner = Owner(node["accountName"], node["customer"]["key"])
        self.take(node, owner)
        self.natural[(owner.account, node["numberScope"], node["number"])] = node["id"]
        known = self.customers.setdefault(owner.account, [])
        if owner.customer not in known:
            known.append(owner.customer)

    async def owner(self, id_: str, was: Owner | None = None) -> Owner:
        """Whose it is; what was made since is asked for by somebody who sees all. `was`: whose it last was."""
        if id_ not in self.owners:
            ref = Ref.decode(id_)
            if ref.account == "contoso":
                self.owners[id_] = Owner(ref.account, ref.parts[0])
            elif ref.kind in ABOVE:
                self.owners[id_] = await self.owner(ref.parent(ABOVE[ref.kind]).encode())
            else:
                await self._ask(id_, was)
        return self.owners[id_]

    async def anew(self, id_: str) -> Owner:
        """Whose it is now: an order may have been moved to another customer. What is gone is whose it was."""
        ref = Ref.decode(id_)
        above = ref.parent(ABOVE[ref.kind]).encode() if ref.kind in ABOVE and ref.account != "contoso" else id_
        was = self.owners.pop(above, None)
        self.owners[id_] = await self.owner(above, was)
        return self.owners[id_]

    async def _ask(self, id_: str, was: Owner | None) -> None:
        known = self.gateway.known
        assert known is not None
        asking, known.principal = known.principal, ANYBODY
        try:
            node = (await self.gateway.data(WHOSE, id=id_))["node"]
        finally:
            known.principal = asking
        if node is None and was is not None:
            self.owners[id_] = was
            return
        known_by = node.get("agreement") or node
        self.take({"id": id_, **node}, Owner(known_by["account"]["name"], known_by["customer"]["key"]))


def ids(node: object) -> Iterator[str]:
    """Every id in this part of an answer."""
    return (str(value) for name, value in leaves(node) if name in IDS and value is not None)


def leaves(node: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Every leaf of an answer with the name of its field."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value, name)
    else:
        yield name, node


def bound(customers: Mapping[str, str], scopes: frozenset[Scope] = frozenset(Scope)) -> Principal:
    """Somebody who sees one customer of each of these accounts, and nothing else."""
    return Principal(
        name="key:bound",
        scopes=scopes,
        accounts=frozenset(),
        customers={account: frozenset({customer}) for account, customer in customers.items()},
    )


@asynccontextmanager
async def censused(size: float = 0.1) -> AsyncIterator[tuple[Whole, Census]]:
    """A gateway whose every thing is known. Beside the demo's accounts it has one at SoftwareOne with the rights of the
    platform's operations, who may write attachments."""
    async with whole(size, principal=ANYBODY) as gateway:
        known = gateway.sandbox.desks["softwareone"].emulator.credentials(VENDORS)
        table = gateway.document["accounts"]["marketplace"]
        gateway.document["accounts"]["operations"] = {
            **table,
            "token": known["tokens"]["operations"],
            "actor": "operations",
        }
        await gateway.fresh()
        census = Census(gateway)
        await census.take_all()
        yield gateway, census
