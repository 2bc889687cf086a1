"""Buyers who go on ordering at the vendors, past the gateway, while somebody reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(slots=True)
class Buyers:
    """Places real orders at each emulator with the sandbox's credentials; `client` reaches the sandbox."""

    client: httpx.AsyncClient
    credentials: dict[str, Any]
    tokens: dict[str, str] = field(default_factory=dict)

    async def order_everywhere(self) -> None:
        await self.partner_center()
        await self.sellercloud()
        await self.softwareone()

    async def partner_center(self) -> None:
        known = self.credentials["partner_center"]
        if "partner_center" not in self.tokens:
            form = {
                "grant_type": "client_credentials",
                "client_id": known["client_id"],
                "client_secret": known["client_secret"],
                "resource": "https://api.partnercenter.microsoft.com",
            }
            answer = await self.client.post(f"{known['authority']}/{known['tenant_id']}/oauth2/token", data=form)
            self.tokens["partner_center"] = answer.json()["access_token"]
        line = {"lineItemNumber": 0, "offerId": "DG7GMGF0D7FV:0001:DG7GMGF0XXXX", "quantity": 1}
        await self._placed(
            f"{known['base_url']}/v1/customers/{known['customers'][0]}/orders",
            self.tokens["partner_center"],
            {"billingCycle": "one_time", "lineItems": [line]},
        )

    async def sellercloud(self) -> None:
        known = self.credentials["sellercloud"]
        if "sellercloud" not in self.tokens:
            login = {"Username": known["username"], "Password": known["password"]}
            answer = await self.client.post(f"{known['base_url']}/token", json=login)
            self.tokens["sellercloud"] = answer.json()["access_token"]
        body = {
            "CompanyID": 163,
            "VendorID": 812,
            "POType": "PurchaseOrder",
            "CaseQtyMode": False,
            "Products": [{"ProductID": "MUG-11OZ", "QtyUnitsOrdered": 5, "UnitPrice": 3.25}],
        }
        await self._placed(f"{known['base_url']}/PurchaseOrders", self.tokens["sellercloud"], body)

    async def softwareone(self) -> None:
        known = self.credentials["softwareone"]
        token = known["tokens"]["client"]
        headers = {"Authorization": f"Bearer {token}"}
        root = f"{known['base_url']}/v1"
        if "agreement" not in self.tokens:
            query = 'eq(status,"Active")&select=lines&limit=20'
            page = (await self.client.get(f"{root}/commerce/agreements?{query}", headers=headers)).json()["data"]
            agreement = next(one for one in page if one.get("lines"))
            self.tokens |= {"agreement": agreement["id"], "line": agreement["lines"][0]["id"]}
        body = {
            "type": "Change",
            "status": "Draft",
            "agreement": {"id": self.tokens["agreement"]},
            "lines": [{"id": self.tokens["line"], "quantity": 7}],
        }
        await self._placed(f"{root}/commerce/orders", token, body)

    async def _placed(self, url: str, token: str, body: dict[str, Any]) -> None:
        answer = await self.client.post(url, headers={"Authorization": f"Bearer {token}"}, json=body)
        assert answer.status_code in (200, 201), answer.text
