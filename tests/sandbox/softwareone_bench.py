"""What the SoftwareOne emulator's tests share: one emulator with an in-process client, spoken to as an actor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from gateway.sandbox.softwareone import SoftwareOne

TODAY = datetime(2026, 3, 2, tzinfo=UTC)
PDF = b"%PDF-1.4\n% a test\n%%EOF\n"


class Bench:
    """Calls as "client", "vendor" or "operations"; paths are those below `/public/v1`."""

    def __init__(self, emulator: SoftwareOne, http: httpx.AsyncClient) -> None:
        self.emulator = emulator
        self.http = http
        self.tokens: dict[str, str] = emulator.credentials("http://sandbox")["tokens"]

    async def call(self, actor: str, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[actor]}", **options.pop("headers", {})}
        return await self.http.request(method, f"/public/v1{path}", headers=headers, **options)

    async def get(self, path: str, actor: str = "client", **options: Any) -> httpx.Response:
        return await self.call(actor, "GET", path, **options)

    async def rows(self, path: str, actor: str = "client") -> list[dict[str, Any]]:
        response = await self.get(path, actor)
        assert response.status_code == 200, response.text
        data: list[dict[str, Any]] = response.json()["data"]
        return data

    async def total(self, path: str, actor: str = "client") -> int:
        response = await self.get(path + ("&" if "?" in path else "?") + "limit=0", actor)
        assert response.status_code == 200, response.text
        return int(response.json()["$meta"]["pagination"]["total"])

    async def send(
        self, actor: str, method: str, path: str, body: Any = None, expect: int = 200, **options: Any
    ) -> dict[str, Any]:
        if body is not None:
            options["json"] = body
        response = await self.call(actor, method, path, **options)
        assert response.status_code == expect, (response.status_code, response.text)
        return dict(response.json()) if response.content else {}

    async def product(self, name: str = "Lumera Cloud Suite") -> dict[str, Any]:
        return (await self.rows(f'/catalog/products?name="{name}"', "operations"))[0]

    async def licensee(self, actor: str = "client") -> dict[str, Any]:
        return (await self.rows("/accounts/licensees?order=name&limit=1", actor))[0]

    async def purchase(self, **changes: Any) -> dict[str, Any]:
        """The body of a purchase that is good to be placed."""
        product = await self.product()
        items = await self.rows(f'/catalog/items?product.id="{product["id"]}"&order=name')
        seat = next(item for item in items if item["terms"]["period"] == "1m")
        return {
            "type": "Purchase",
            "agreement": {"licensee": {"id": (await self.licensee())["id"]}, "product": {"id": product["id"]}},
            "notes": "Seats for the finance team",
            "externalIds": {"client": "PO-88121"},
            "parameters": {
                "ordering": [
                    {"externalId": "companyName", "value": "Brightwater"},
                    {"externalId": "tenantDomain", "value": "brightwater"},
                    {"externalId": "adminEmail", "value": "it@brightwater.example"},
                    {"externalId": "region", "value": "eu-west"},
                ]
            },
            "lines": [{"item": {"id": seat["id"]}, "quantity": 12}],
            **changes,
        }

    async def placed(self, **changes: Any) -> dict[str, Any]:
        body = await self.purchase(status="Processing", **changes)
        return await self.send("client", "POST", "/commerce/orders", body, 201)

    async def completed(self) -> dict[str, Any]:
        """A completed purchase of one subscription."""
        order = await self.placed()
        lines = [{"id": line["id"]} for line in order["lines"]]
        path = f"/commerce/orders/{order['id']}"
        await self.send("vendor", "POST", f"{path}/subscriptions", {"name": "Seats", "lines": lines}, 201)
        return await self.send("vendor", "POST", f"{path}/complete")


@asynccontextmanager
async def bench(size: float = 0.05, seed: int = 1) -> AsyncIterator[Bench]:
    async with over(SoftwareOne(seed, size, TODAY)) as one:
        yield one


@asynccontextmanager
async def over(emulator: SoftwareOne) -> AsyncIterator[Bench]:
    transport = httpx.ASGITransport(app=emulator.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as http:
        yield Bench(emulator, http)


def messages(problem: dict[str, Any]) -> list[str]:
    """The messages of a problem document, whichever shape `errors` has."""
    errors = problem.get("errors", {})
    if isinstance(errors, dict):
        return [text for texts in errors.values() for text in texts]
    return [error["message"] for error in errors]
