"""Writes of a mixed load. Each has a key, and a mark by which the vendors' own records tell how often it was done."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

from bench.client import Client
from gateway.model.ref import Kind, Ref
from tests.e2e.crash_rows import PAPER, SERVER, mutation
from tests.e2e.portals import Vendors
from tests.edge.upload_desk import PREFLIGHT

FINAL: Final = frozenset({"DONE", "PARTLY_DONE", "REFUSED"})
AT_ONCE: Final = 8
HANG_UPS: Final = 0.1  # of the clients do not wait for their answer
KINDS: Final = ("cart and checkout", "stock order", "purchase", "attachment")
Json = dict[str, Any]


@dataclass(slots=True)
class Wish:
    """One thing to be done once. `told` is what the answers said so far, a code where one was an error."""

    kind: str
    mark: str
    given: Json
    cart: Json | None = None  # what is put in the cart first, where there is one
    told: list[str] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        return bool(FINAL & {*self.told})

    async def ask(self, client: Client, patience: float | None = None) -> None:
        """Asks for it, again with the same keys where it was asked for before. Hangs up after `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                self.told.append(await self._ask(client))
        except TimeoutError:
            self.told.append("HUNG_UP")

    async def _ask(self, client: Client) -> str:
        if self.cart is not None and "cartId" not in self.given:
            answer = await client.ask(CREATE_CART, {"input": self.cart})
            cart = ((answer.get("data") or {}).get("createCart") or {}).get("cart")
            if cart is None:  # nothing is ordered yet, whatever became of the cart
                return "NO_CART" if (told := state(answer)) == "DONE" else told
            self.given["cartId"] = cart["id"]
        if self.kind == "attachment":
            return state(await send_file(client, self.given, self.mark))
        return state(await client.ask(CHECKOUT if self.cart is not None else CREATE, {"input": self.given}))


CREATE_CART: Final = mutation("createCart", "cart { id }")
CHECKOUT: Final = mutation("checkoutCart", "orders { id }")
CREATE: Final = mutation("createPurchaseOrder", "order { id }")
ATTACH: Final = mutation("addAttachments", "attachments { id }")


def state(answer: Json) -> str:
    payloads = list((answer.get("data") or {}).values())
    if payloads and payloads[0] is not None:
        return str(payloads[0]["outcome"]["state"])
    return str((answer["errors"][0].get("extensions") or {}).get("code"))


async def send_file(client: Client, given: Json, name: str) -> Json:
    _, kind, content = PAPER
    texts = {
        "operations": json.dumps({"query": ATTACH, "variables": {"input": given}}),
        "map": json.dumps({"0": ["variables.input.files.0.file"]}),
    }
    parts = {"0": (f"{name}.pdf", content, kind)}
    try:
        answer = await client.http.post(
            client.url + "/graphql", data=texts, files=parts, headers={**client.headers, **PREFLIGHT}
        )
        return dict(answer.json())
    except httpx.TransportError as error:
        return {"errors": [{"extensions": {"code": type(error).__name__}}]}


@dataclass(slots=True)
class Wishes:
    """All that was wished for. `vendors` are asked beside the gateway, where nothing is under load."""

    client: Client
    vendors: Vendors
    random: Random
    all: list[Wish] = field(default_factory=list)
    before: dict[str, frozenset[str]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1001))
    agreement: str = ""
    purchase: Json = field(default_factory=dict)

    def prepare(self) -> None:
        self.agreement, self.purchase = self.vendors.agreement(), self.vendors.purchase()
        self.before = {vendor: self._orders(vendor) for vendor in ("partner_center", "sellercloud", "softwareone")}

    async def one(self) -> None:
        """Something new, asked for once, and once again after a while where that did not settle it."""
        wish = self._new()
        self.all.append(wish)
        hasty = self.random.random() < HANG_UPS
        await wish.ask(self.client, self.random.uniform(0.02, 0.3) if hasty else None)
        if not wish.settled:
            await asyncio.sleep(self.random.uniform(0.2, 2))
            await wish.ask(self.client)

    async def settle(self) -> None:
        """Asks again, with the same keys, for all that is not settled."""
        places = asyncio.Semaphore(AT_ONCE)

        async def again(wish: Wish) -> None:
            async with places:
                await wish.ask(self.client)

        await asyncio.gather(*(again(wish) for wish in self.all if not wish.settled))

    def done(self) -> Counter[str]:
        """How often each mark is found at the vendors."""
        found: Counter[str] = Counter()
        for number in self._orders("partner_center") - self.before["partner_center"]:
            order = self.vendors.partner_center("GET", f"/orders/{number}")
            lines = next(value for name, value in order.items() if name.lower() == "lineitems")
            found[str(next(value for name, value in lines[0].items() if name.lower() == "quantity"))] += 1
        for number in self._orders("sellercloud") - self.before["sellercloud"]:
            found[str(self.vendors.sellercloud("GET", f"/{number}")["Purchase"]["Description"])] += 1
        for number in self._orders("softwareone") - self.before["softwareone"]:
            order = self.vendors.softwareone("GET", f"/commerce/orders/{number}")
            found[str(order["externalIds"]["client"])] += 1
        found.update(self._attached())
        return found

    def _attached(self) -> Iterator[str]:
        path, start, total = f"/commerce/agreements/{self.agreement}/attachments", 0, 1
        while start < total:
            page = self.vendors.softwareone("GET", f"{path}?limit=100&offset={start}", actor="vendor")
            total, start = int(page["$meta"]["pagination"]["total"]), start + 100
            yield from (str(one["filename"]).removesuffix(".pdf") for one in page["data"])

    def _orders(self, vendor: str) -> frozenset[str]:
        answer = self.vendors.sandbox.client.get(f"/control/{vendor}/orders")
        return frozenset(str(order["number"]) for order in answer.json()["orders"])

    def _new(self) -> Wish:
        kind, number = self.random.choice(KINDS), next(self.numbers)
        mark = str(number) if kind == KINDS[0] else f"chaos-{number}"
        key = {"idempotencyKey": mark}
        if kind == "cart and checkout":
            line = {"catalogItemId": SERVER, "quantity": number, "billingCycle": "ONE_TIME"}
            cart = {"accountName": "contoso", "customerKey": self.vendors.customer, "lines": [line]}
            return Wish(kind, mark, key, {**cart, "idempotencyKey": f"cart-{mark}"})
        if kind == "stock order":
            line = {"productId": "MUG-11OZ", "qtyUnitsOrdered": 48, "unitPrice": "3.25"}
            wanted = {"companyId": 163, "vendorId": 812, "description": mark, "lines": {"units": [line]}}
            return Wish(kind, mark, {**key, "accountName": "acme", "vendor": {"sellercloud": wanted}})
        if kind == "purchase":
            purchase = {"purchase": {**self.purchase, "externalId": mark}}
            return Wish(kind, mark, {**key, "accountName": "market", "vendor": {"softwareone": purchase}})
        parent = Ref.of("seller", Kind.AGREEMENT, self.agreement).encode()
        return Wish(kind, mark, {**key, "parentId": parent, "files": [{"kind": "FILE", "file": None}]})


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What became of the wishes, by the vendors' own records."""

    wished: int
    told: Counter[str]  # by what the last answer said
    duplicates: list[str]
    lost: list[str]  # told to be done, and is not; or done, and nobody could tell

    @classmethod
    def of(cls, wishes: list[Wish], done: Counter[str]) -> Reckoning:
        lost = [wish.mark for wish in wishes if ("DONE" in wish.told) != (done[wish.mark] > 0)]
        twice = [wish.mark for wish in wishes if done[wish.mark] > 1]
        return cls(len(wishes), Counter(wish.told[-1] for wish in wishes), twice, lost)
