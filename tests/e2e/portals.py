"""The vendors of a sandbox, spoken to as their own portals would: orders to begin with, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.e2e.gateways import SandboxProcess

Json = dict[str, Any]


@dataclass
class Vendors:
    sandbox: SandboxProcess
    tokens: dict[str, str] = field(default_factory=dict)
    found: Json = field(default_factory=dict)

    @property
    def customer(self) -> str:
        return str(self.sandbox.known["partner_center"]["customers"][0])

    def partner_center(self, method: str, path: str, body: Json | None = None) -> Json:
        known = self.sandbox.known["partner_center"]
        if "partner_center" not in self.tokens:
            form = {
                "grant_type": "client_credentials",
                "client_id": known["client_id"],
                "client_secret": known["client_secret"],
                "resource": "https://api.partnercenter.microsoft.com",
            }
            answer = self.sandbox.client.post(f"{known['authority']}/{known['tenant_id']}/oauth2/token", data=form)
            self.tokens["partner_center"] = answer.json()["access_token"]
        return self._call(method, f"{known['base_url']}/v1/customers/{self.customer}{path}", "partner_center", body)

    def sellercloud(self, method: str, path: str, body: Json | None = None) -> Json:
        known = self.sandbox.known["sellercloud"]
        if "sellercloud" not in self.tokens:
            login = {"Username": known["username"], "Password": known["password"]}
            answer = self.sandbox.client.post(f"{known['base_url']}/token", json=login)
            self.tokens["sellercloud"] = answer.json()["access_token"]
        return self._call(method, f"{known['base_url']}/PurchaseOrders{path}", "sellercloud", body)

    def softwareone(self, method: str, path: str, body: Json | None = None, actor: str = "client") -> Json:
        known = self.sandbox.known["softwareone"]
        self.tokens[actor] = known["tokens"][actor]
        return self._call(method, f"{known['base_url']}/v1{path}", actor, body)

    def cart(self, item: str) -> str:
        line = {"catalogItemId": item, "quantity": 2, "billingCycle": "one_time"}
        return str(self.partner_center("POST", "/carts", {"lineItems": [line]})["id"])

    def software_order(self, item: str) -> str:
        """An order at Partner Center."""
        return str(self.partner_center("POST", f"/carts/{self.cart(item)}/checkout")["orders"][0]["id"])

    def stock_order(self) -> str:
        """A purchase order at Sellercloud."""
        line = {"ProductID": "MUG-11OZ", "QtyUnitsOrdered": 5, "UnitPrice": 3.25}
        body = {"CompanyID": 163, "VendorID": 812, "POType": "PurchaseOrder", "CaseQtyMode": False, "Products": [line]}
        return str(self.sellercloud("POST", "", body)["Id"])

    def draft(self) -> str:
        """A draft of a purchase at SoftwareOne, good to be placed."""
        wanted = self.purchase()
        body = {
            "type": "Purchase",
            "status": "Draft",
            "agreement": {"licensee": {"id": wanted["licenseeId"]}, "product": {"id": wanted["productId"]}},
            "parameters": {"ordering": wanted["orderingParameters"]},
            "lines": [{"item": {"id": line["itemId"]}, "quantity": line["quantity"]} for line in wanted["lines"]],
        }
        return str(self.softwareone("POST", "/commerce/orders", body)["id"])

    def agreement(self) -> str:
        """An active agreement at SoftwareOne, as its vendor sees it."""
        page = self.softwareone("GET", '/commerce/agreements?eq(status,"Active")&limit=1', actor="vendor")
        return str(page["data"][0]["id"])

    def purchase(self, **more: Any) -> Json:
        """A purchase at SoftwareOne in the words of the graph."""
        if not self.found:
            product = self._first('/catalog/products?name="Lumera Cloud Suite"')
            items = self.softwareone(
                "GET", f'/catalog/items?product.id="{product["id"]}"&order=name', actor="operations"
            )
            self.found = {
                "licenseeId": self._first("/accounts/licensees?order=name", "client")["id"],
                "productId": product["id"],
                "itemId": next(item["id"] for item in items["data"] if item["terms"]["period"] == "1m"),
            }
        return {
            "licenseeId": self.found["licenseeId"],
            "productId": self.found["productId"],
            "lines": [{"itemId": self.found["itemId"], "quantity": 12}],
            "orderingParameters": [
                {"externalId": "companyName", "value": "Brightwater"},
                {"externalId": "tenantDomain", "value": "brightwater"},
                {"externalId": "adminEmail", "value": "it@brightwater.example"},
                {"externalId": "region", "value": "eu-west"},
            ],
            **more,
        }

    def _first(self, path: str, actor: str = "operations") -> Json:
        return dict(self.softwareone("GET", f"{path}&limit=1", actor=actor)["data"][0])

    def _call(self, method: str, url: str, token: str, body: Json | None) -> Json:
        headers = {"Authorization": f"Bearer {self.tokens[token]}"}
        answer = self.sandbox.client.request(method, url, json=body, headers=headers)
        assert answer.status_code < 300 or (method == "GET" and answer.status_code == 404), answer.text
        return dict(answer.json()) if answer.content else {}
