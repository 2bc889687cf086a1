"""Tokens of the Partner Center emulator, and what every call goes through; `Partner` is the client of all its tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from gateway.sandbox.control import Call
from gateway.sandbox.partner_center import PartnerCenter
from gateway.sandbox.partner_center.auth import RESOURCE
from gateway.sandbox.partner_center.records import Customer, Order

TODAY = datetime(2025, 11, 21, tzinfo=UTC)
NINE = TODAY.timestamp() + 9 * 3600


class Partner:
    """A client of an emulator in this process, with a clock of its own that stands until it is moved."""

    def __init__(self, size: float = 0.2, *, noise: bool = False, **settings: Any) -> None:
        self.seconds = NINE
        self.emulator = PartnerCenter(1, size, TODAY, clock=lambda: self.seconds)
        self.set(noise=noise, **settings)
        self.known = self.emulator.credentials("http://sandbox")
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=self.emulator.app), base_url="http://sandbox")

    def set(self, **settings: Any) -> None:
        for name, value in settings.items():
            assert hasattr(self.emulator.settings, name)
            setattr(self.emulator.settings, name, value)

    async def token(self, kind: str = "user", *, v2: bool = False, **changes: str) -> httpx.Response:
        form = {"client_id": self.known["client_id"], "client_secret": self.known["client_secret"]}
        form |= {"scope": f"{RESOURCE}/.default"} if v2 else {"resource": RESOURCE}
        if kind == "user":
            form |= {"grant_type": "refresh_token", "refresh_token": self.known["refresh_token"]}
        else:
            form |= {"grant_type": "client_credentials"}
        path = f"/{self.known['tenant_id']}/oauth2/{'v2.0/' if v2 else ''}token"
        return await self.http.post(path, data=form | changes)

    async def login(self, kind: str = "user") -> Partner:
        answer = await self.token(kind)
        assert answer.status_code == 200, answer.text
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self

    def customer(self, country: str = "DE") -> Customer:
        return next(one for one in self.emulator.world.customers.values() if one.country == country)

    def at(self, path: str = "", country: str = "DE") -> str:
        return f"/v1/customers/{self.customer(country).id}{path}"

    def order(self, **wanted: Any) -> Order:
        """An order with these attributes, `family` and `status` among them."""
        return next(
            one
            for one in self.emulator.world.orders
            if all(getattr(one, name) == value for name, value in wanted.items())
        )

    def path(self, order: Order, rest: str = "") -> str:
        return f"/v1/customers/{order.customer.id}/orders/{order.id}{rest}"

    async def cart(self, *lines: dict[str, Any], country: str = "DE") -> dict[str, Any]:
        answer = await self.http.post(self.at("/carts", country), json={"lineItems": list(lines)})
        assert answer.status_code == 201, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def checkout(self, cart: dict[str, Any], country: str = "DE", **more: Any) -> httpx.Response:
        return await self.http.post(self.at(f"/carts/{cart['id']}/checkout", country), **more)


def line(
    offer: str, quantity: int = 2, cycle: str = "monthly", term: str | None = "P1Y", **more: Any
) -> dict[str, Any]:
    given = {"catalogItemId": offer, "quantity": quantity, "billingCycle": cycle, **more}
    return given | ({"termDuration": term} if term else {})


PREMIUM = "CFQ7TT000001:0002:CFQ7TT00000Z"
ACCESS = "DG7GMGF0D7FV:0001:DG7GMGF0XXXX"
SERVER = "DG7GMGF0D5RK:0005:DG7GMGF0D6BC"
CREDIT = "DG7GMGF0FKZV:0001:DG7GMGF0FLK9"
BACKUP = "DZH318Z08ZGK:0001:DZH318Z091FG"
RESERVED = "DZH318Z0BQ35:0012:DZH318Z0C41T"
PHONE = "CFQ7TT000007:0001:CFQ7TT00007Q"
FAILS = "CFQ7TT00000A:0001:CFQ7TT0000AX"
STALE = "CFQ7TT00000B:0001:CFQ7TT0000BV"
LEGACY = "91FD106F-4B2C-4938-95AC-F54F74E9A239"
REVIEWED = "CFQ7TT000009:0001:CFQ7TT00009F"


def code(answer: httpx.Response) -> tuple[int, int]:
    return answer.status_code, int(answer.json()["code"])


async def test_the_first_endpoint_answers_numbers_as_strings() -> None:
    body = (await Partner().token("app")).json()
    assert (body["token_type"], body["expires_in"], body["resource"]) == ("Bearer", "3600", RESOURCE)
    assert body["expires_on"] == str(int(NINE) + 3600)
    assert "refresh_token" not in body


async def test_the_second_endpoint_answers_numbers_and_no_resource() -> None:
    partner = Partner(token_lifetime=120)
    body = (await partner.token("app", v2=True)).json()
    assert body["expires_in"] == 120
    assert "resource" not in body
    user = (await partner.token("user", v2=True, scope=f"openid offline_access {RESOURCE}/user_impersonation")).json()
    assert user["scope"] == "user_impersonation"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 400, "unauthorized_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"resource": "https://elsewhere.example.com"}, 400, "invalid_resource"),
        ({"resource": ""}, 400, "invalid_request"),
        ({"refresh_token": "made up"}, 400, "invalid_grant"),
    ],
)
async def test_token_refusals_have_the_identity_providers_form(
    changes: dict[str, str], status: int, error: str
) -> None:
    answer = await Partner().token("user", v2=False, **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"].startswith(f"AADSTS{answer.json()['error_codes'][0]}: ")


async def test_an_unknown_tenant_gets_no_token() -> None:
    partner = Partner()
    partner.known["tenant_id"] = "5f0c1a52-8d3e-4b7a-9c61-2e7d4f90ab13"
    assert (await partner.token("app")).json()["error_codes"] == [90002]


async def test_a_refresh_token_rotates_and_the_old_one_stays_good() -> None:
    partner = Partner()
    rotated = (await partner.token()).json()["refresh_token"]
    assert rotated != partner.known["refresh_token"]
    assert (await partner.token()).status_code == 200
    assert (await partner.token(refresh_token=rotated)).status_code == 200


async def test_a_single_use_refresh_token_works_once_and_again_after_a_reset() -> None:
    partner = Partner(refresh_token_single_use=True)
    rotated = (await partner.token()).json()["refresh_token"]
    assert (await partner.token()).json()["error"] == "invalid_grant"
    assert (await partner.token(refresh_token=rotated)).status_code == 200
    partner.emulator.reset()
    assert (await partner.token()).status_code == 200


async def test_a_refresh_token_dies_after_its_time() -> None:
    partner = Partner()
    partner.seconds += 91 * 86400
    assert (await partner.token()).json()["error_codes"] == [700082]


async def test_a_refresh_token_is_of_one_app() -> None:
    partner = Partner()
    other = partner.emulator.tokens.apps[1]
    answer = await partner.token(client_id=other.client_id, client_secret=other.client_secret)
    assert answer.json()["error"] == "invalid_grant"


async def test_calls_without_a_good_token_are_refused() -> None:
    partner = Partner(token_lifetime=60)
    assert code(await partner.http.get("/v1/customers")) == (401, 800001)
    bad = await partner.http.get("/v1/customers", headers={"Authorization": "Bearer eyJ.made.up"})
    assert code(bad) == (401, 400)
    assert bad.headers["WWW-Authenticate"] == "Bearer"
    await partner.login("app")
    assert (await partner.http.get("/v1/customers")).status_code == 200
    partner.seconds += 61
    assert code(await partner.http.get("/v1/customers")) == (401, 400)


async def test_a_token_for_the_old_resource_is_issued_and_refused() -> None:
    partner = Partner()
    token = (await partner.token("app", resource="https://graph.windows.net")).json()["access_token"]
    answer = await partner.http.get("/v1/customers", headers={"Authorization": f"Bearer {token}"})
    assert code(answer) == (401, 900420)


async def test_a_user_token_without_the_mfa_claim_is_refused_and_an_app_token_is_not() -> None:
    partner = await Partner(mfa_claim=False).login("user")
    assert code(await partner.http.get("/v1/customers")) == (401, 900421)
    await partner.login("app")
    assert (await partner.http.get("/v1/customers")).status_code == 200


async def test_app_only_tokens_are_refused_where_a_user_is_asked_for() -> None:
    partner = await Partner().login("app")
    order = partner.order(status="completed")
    template = partner.emulator.world.templates[0]["templateId"]
    for path in (
        partner.path(order, "/provisioningstatus"),
        partner.at("/agreements"),
        partner.at("/directSignedMicrosoftCustomerAgreementStatus"),
        "/v1/agreements",
        f"/v1/agreementtemplates/{template}/document",
    ):
        assert code(await partner.http.get(path)) == (403, 900329), path
    for path in (partner.at("/orders"), partner.path(order, "/attachments"), partner.at("/subscriptions")):
        assert (await partner.http.get(path)).status_code == 200, path


async def test_the_actor_is_noted_in_the_journal() -> None:
    partner = await Partner().login("app")
    noted = Call(n=1, at=0, vendor="partner_center", method="GET", path="/v1/customers", query="")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await partner.emulator.app({**scope, "sandbox.call": noted}, receive, send)

    authorization = {"Authorization": partner.http.headers["Authorization"]}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://sandbox") as client:
        await client.get("/v1/customers", headers=authorization)
    assert noted.actor == "app"


async def test_strangers_and_unknown_customers_are_refused_alike() -> None:
    partner = await Partner().login()
    assert code(await partner.http.get(partner.at("/orders", "FR"))) == (403, 20002)
    unknown = "/v1/customers/5f0c1a52-8d3e-4b7a-9c61-2e7d4f90ab13/orders"
    assert code(await partner.http.get(unknown)) == (403, 20002)
    assert code(await partner.http.get("/v1/customers/nobody/orders")) == (400, 900118)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/products"),
        ("GET", "/v1/customers/"),
        ("GET", "/v2/customers"),
        ("DELETE", "/v1/customers"),
        ("HEAD", "/v1/customers"),
        ("GET", "/v1/customers?size=2&page=1"),
        ("POST", "/v3/generatetoken"),
    ],
)
async def test_what_the_sandbox_does_not_know_is_501_and_named(method: str, path: str) -> None:
    partner = await Partner().login()
    answer = await partner.http.request(method, path)
    assert answer.status_code == 501
    assert method == "HEAD" or ("page" if "page" in path else path) in answer.json()["error"]


async def test_carts_cannot_be_listed_nor_deleted() -> None:
    partner = await Partner().login()
    cart = await partner.cart(line(PREMIUM))
    assert (await partner.http.get(partner.at("/carts"))).status_code == 501
    assert (await partner.http.delete(partner.at(f"/carts/{cart['id']}"))).status_code == 501


async def test_headers_come_back_and_xml_does_not() -> None:
    partner = await Partner().login()
    given = {"MS-RequestId": "r-1", "MS-CorrelationId": "c-1", "X-Locale": "de-DE", "ValidateMfa": "true"}
    answer = await partner.http.get("/v1/customers", headers=given)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert (answer.headers["MS-RequestId"], answer.headers["MS-CorrelationId"]) == ("r-1", "c-1")
    assert answer.headers["X-Locale"] == "de-DE,de-DE"
    assert answer.headers["isMfaCompliant"] == "true"
    assert answer.headers["MS-ServerId"]
    assert answer.headers["MS-CV"]
    assert (await partner.http.get("/v1/customers", headers={"Accept": "application/xml"})).status_code == 406
    xml = {"Content-Type": "application/xml"}
    assert (await partner.http.post(partner.at("/carts"), content="<Cart/>", headers=xml)).status_code == 501


async def test_the_rate_limit_is_per_family_and_counts_refused_calls() -> None:
    partner = await Partner(requests_per_minute=3).login()
    path = partner.at("/orders")
    assert [(await partner.http.get(path)).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = await partner.http.get(path)
    assert answer.headers["Retry-After"] == "60"
    assert answer.json() == {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 60 seconds."}
    assert (await partner.http.get(partner.at("/subscriptions"))).status_code == 200
    partner.seconds += 61
    assert (await partner.http.get(path)).status_code == 200
