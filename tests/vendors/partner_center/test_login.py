"""The two logins: which call takes which, how refresh tokens rotate, and what a refusal says."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from gateway.errors import GatewayError, Misconfigured, Unsupported, VendorBadAnswer, VendorUnavailable
from gateway.model.account import AccountState
from gateway.model.order import Order
from gateway.model.ref import Kind, Ref
from gateway.sandbox.control import Fault
from gateway.secret import Secret
from gateway.vendors.base import ORDER, AgreementFilter, Limits, OrderFilter, Services
from gateway.vendors.partner_center import PartnerCenter, Settings
from gateway.vendors.partner_center.reads import PROVISIONING
from tests.vendors.partner_center.office import Clock, Safe, office

CUSTOMER = "5f0c1a52-8d3e-4b7a-9c61-2e7d4f90ab13"
ENTRA_CALL = "0d2a7c11-8f3e-4f5b-9a60-3c1f2e4d5b6a"
ALL = OrderFilter()


class Entra:
    """An identity provider and an API that takes any token; `good` are the refresh tokens that it accepts."""

    def __init__(self, *good: str) -> None:
        self.good = set(good)
        self.seen: list[dict[str, str]] = []
        self.calls: list[httpx.Request] = []
        self.refusal: tuple[int, Any] = (
            400,
            {"error": "invalid_grant", "error_codes": [700082], "correlation_id": ENTRA_CALL},
        )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/oauth2/token"):
            self.calls.append(request)
            return httpx.Response(200, json={"totalCount": 0, "items": []})
        form = {key: values[0] for key, values in parse_qs(request.content.decode()).items()}
        self.seen.append(form | {"path": request.url.path})
        if form["grant_type"] == "refresh_token" and form["refresh_token"] not in self.good:
            status, body = self.refusal
            return httpx.Response(status, json=body)
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "expires_in": "3599",
            "access_token": f"for-{form['grant_type']}",
        }
        if form["grant_type"] == "refresh_token":
            answer["refresh_token"] = f"{form['refresh_token']}+"
            self.good.add(answer["refresh_token"])
        return httpx.Response(200, json=answer)

    @property
    def tried(self) -> list[str]:
        return [form["refresh_token"] for form in self.seen if "refresh_token" in form]


def account(entra: Entra, safe: Safe | None = None, **changes: Any) -> PartnerCenter:
    settings = Settings(
        **{
            "tenant_id": "tenant/1",
            "client_id": "client",
            "client_secret": Secret("hush-hush"),
            "refresh_token": Secret("configured"),
            "customers": (CUSTOMER,),
            "list_cache_seconds": 0,
            **changes,
        }
    )
    services = Services(httpx.MockTransport(entra), safe or Safe(), Clock())
    return PartnerCenter("pc-1", "main", settings, Limits(), services)


async def agreements(adapter: PartnerCenter) -> None:
    await adapter.agreements(AgreementFilter(), None, 10, True)


async def test_orders_go_by_the_applications_login_and_agreements_by_the_users() -> None:
    entra = Entra("configured")
    adapter = account(entra)
    await adapter.orders(ALL, None, 10, True)
    await agreements(adapter)
    await adapter.orders(ALL, None, 10, True)
    assert [call.headers["authorization"] for call in entra.calls] == [
        "Bearer for-client_credentials",
        "Bearer for-refresh_token",
        "Bearer for-client_credentials",
    ]
    assert [form["grant_type"] for form in entra.seen] == ["client_credentials", "refresh_token"]
    assert {form["path"] for form in entra.seen} == {"/tenant/1/oauth2/token"}
    assert {form["resource"] for form in entra.seen} == {"https://api.partnercenter.microsoft.com"}
    await adapter.close()


async def test_without_the_application_alone_the_users_login_serves_all() -> None:
    entra = Entra("configured")
    adapter = account(entra, app_only=False)
    await adapter.orders(ALL, None, 10, True)
    await agreements(adapter)
    assert [form["grant_type"] for form in entra.seen] == ["refresh_token"]
    await adapter.close()


async def test_every_call_has_ids_of_its_own() -> None:
    entra = Entra()
    adapter = account(entra)
    for _ in range(2):
        await adapter.orders(ALL, None, 10, True)
    first, second = (call.headers for call in entra.calls)
    for name in ("ms-requestid", "ms-correlationid"):
        assert first[name] != second[name]
    assert first["ms-requestid"] != first["ms-correlationid"]
    assert first["ms-contract-version"] == "v1"
    assert first["accept"] == "application/json"
    await adapter.close()


async def test_a_failed_call_is_in_the_log_under_its_ids(caplog: pytest.LogCaptureFixture) -> None:
    async with office() as one:
        one.desk.add(Fault("error", path="/orders", status=500))
        customer = one.emulator.credentials("")["customers"][0]
        with pytest.raises(VendorUnavailable) as caught:
            await one.adapter.orders(OrderFilter(customer_keys=(customer,)), None, 10, True)
        assert str(one.calls[0].request_id) in caplog.text
        assert str(caught.value.correlation_id) in caplog.text
        assert customer not in caplog.text


async def test_an_answer_that_cannot_be_read_is_told_and_logged_like_any_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    adapter = account(Entra())
    ref = Ref.of("pc-1", Kind.ORDER, CUSTOMER, "1")
    batch = adapter.reads.get(ORDER)
    assert batch is not None
    error = (await batch([ref]))[ref]
    assert isinstance(error, VendorBadAnswer)
    assert (error.vendor, error.account) == ("partner_center", "main")
    assert str(error.correlation_id) in caplog.text
    await adapter.close()


async def test_what_never_became_a_call_has_no_ids() -> None:
    async with office(user=False) as one:
        ref = Ref.of("pc-1", Kind.ORDER, CUSTOMER, "1")
        batch = one.adapter.reads.get(PROVISIONING)
        assert batch is not None
        refused = (await batch([ref]))[ref]
        assert isinstance(refused, Unsupported)
        assert refused.correlation_id is None


async def test_a_rotated_refresh_token_is_kept_and_goes_before_the_configured_one() -> None:
    entra, safe = Entra("configured"), Safe()
    await agreements(account(entra, safe))
    assert safe.kept == {("pc-1", "refresh_token"): Secret("configured+")}
    await agreements(account(entra, safe))
    assert entra.tried == ["configured", "configured+"]
    assert safe.kept == {("pc-1", "refresh_token"): Secret("configured++")}


async def test_a_stored_token_that_is_refused_gives_way_to_the_configured_one_within_the_call() -> None:
    entra, safe = Entra("configured"), Safe()
    await safe.put("pc-1", "refresh_token", Secret("stale"))
    await agreements(account(entra, safe))
    assert entra.tried == ["stale", "configured"]
    assert safe.kept == {("pc-1", "refresh_token"): Secret("configured+")}


async def test_where_both_are_refused_the_operator_is_told_and_no_secret_is() -> None:
    entra, safe = Entra(), Safe()
    await safe.put("pc-1", "refresh_token", Secret("stale"))
    adapter = account(entra, safe)
    with pytest.raises(Misconfigured) as caught:
        await agreements(adapter)
    assert entra.tried == ["stale", "configured"]
    assert caught.value.vendor_code == "700082"
    assert caught.value.correlation_id == ENTRA_CALL
    assert "Sign in anew" in caught.value.message
    told = json.dumps(caught.value.extensions) + str(caught.value)
    assert not any(word in told for word in ("stale", "configured", "hush"))
    assert adapter.health().state is AccountState.MISCONFIGURED
    assert entra.calls == []


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, {"error": "invalid_client", "error_description": "hush-hush"}, Misconfigured),
        (400, {"error": ["odd"], "error_codes": "odd"}, Misconfigured),
        (400, "text", Misconfigured),
        (200, {"token_type": "Bearer"}, VendorBadAnswer),
        (302, {}, VendorBadAnswer),
        (503, {}, VendorUnavailable),
    ],
)
async def test_a_login_that_goes_wrong_has_its_error(status: int, body: Any, expected: type[GatewayError]) -> None:
    entra = Entra()
    entra.refusal = (status, body)
    with pytest.raises(expected) as caught:
        await agreements(account(entra))
    assert "hush" not in str(caught.value)


class Broken(Safe):
    async def get(self, account: str, name: str) -> Secret | None:
        raise Misconfigured("the vault key is not the one it was sealed with")

    async def put(self, account: str, name: str, secret: Secret) -> None:
        raise Misconfigured("the vault is full")


async def test_a_broken_vault_keeps_nobody_out() -> None:
    entra = Entra("configured")
    await agreements(account(entra, Broken()))
    assert len(entra.calls) == 1


async def test_a_token_that_the_vendor_withdraws_is_renewed_once() -> None:
    async with office(user=False) as one:
        one.desk.add(Fault("unauthorized", path="/orders/", times=1))
        ref = (await one.adapter.orders(ALL, None, 5, True)).rows[0].ref
        batch = one.adapter.reads.get(ORDER)
        assert batch is not None
        assert isinstance((await batch([ref]))[ref], Order)
        assert one.logins == 2


def test_settings_say_what_is_wrong_with_them() -> None:
    def wrong(**changes: Any) -> list[str]:
        return [key for key, _ in Settings("t", "c", Secret("s"), **changes).validate()]

    assert wrong() == wrong(app_only=False, refresh_token=Secret("r")) == wrong(customers=(CUSTOMER,)) == []
    assert wrong(app_only=False) == ["refresh_token"]
    assert wrong(max_customers_per_list=0, list_cache_seconds=-1, customers=("Contoso",)) == [
        "max_customers_per_list",
        "list_cache_seconds",
        "customers",
    ]


def test_clouds_have_their_own_addresses_and_each_can_be_replaced() -> None:
    china = Settings("t", "c", Secret("s"), cloud="china")
    assert china.addresses.authority == "https://login.chinacloudapi.cn"
    assert china.addresses.resource == china.addresses.base_url
    own = Settings("t", "c", Secret("s"), base_url="http://127.0.0.1:1", authority="http://127.0.0.1:2", resource="r")
    assert own.addresses == ("http://127.0.0.1:1", "http://127.0.0.1:2", "r")
