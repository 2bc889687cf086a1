"""The tables of the configuration that say who may come in and how much may be asked, and how mistakes are told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth_tables import read_auth
from gateway.model.principal import Role, Scope
from gateway.policy import Access, ApiKey, Auth, Issuer, read_limits
from gateway.tables import Problems
from tests.config.test_config import SHOP, TOP, problems, read

DIGEST, DIGEST_2, OTHER = "ab" * 32, "a2" * 32, "cd" * 32
ACCOUNTS = TOP + SHOP + SHOP.replace("acme", "contoso")
ISSUER = '[auth.issuers.corporate]\nissuer = "https://login.example/"\naudience = ["https://orders.example.com"]\n'
KEY = f'[auth.keys.reports]\nsha256 = "{DIGEST}"\nscopes = ["orders:read"]\n'
ALL = KEY + 'accounts = ["*"]\n'
CUSTOMERS = "[auth.keys.reports.customers]\n"


def test_issuers_and_keys_come_out_typed(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        ACCOUNTS
        + f"""
        [auth.issuers.corporate]
        issuer = "https://login.example/"
        audience = ["https://orders.example.com", "orders"]
        jwks_url = "https://login.example/keys?p=policy"
        algorithms = ["PS256", "eddsa"]
        clock_skew_seconds = 5
        scope_claim = "scp"
        access_claim = "https://orders.example.com/access"
        accounts = ["acme"]
        vendor_calls = true
        [auth.issuers.corporate.customers]
        contoso = ["a", "b"]

        [auth.issuers.local]
        issuer = "http://127.0.0.1:9000"
        audience = ["orders"]

        [auth.keys.reports]
        sha256 = "{DIGEST.upper()}"
        role = "client"
        scopes = ["orders:read", "attachments:read"]
        accounts = ["*"]
        [auth.keys.router]
        sha256 = ["{DIGEST_2}", "{OTHER}"]
        role = "router"
        [auth.keys.scraper]
        sha256 = "{"ef" * 32}"
        role = "monitor"
        """,
    )
    assert config.auth == Auth(
        issuers=(
            Issuer(
                name="corporate",
                issuer="https://login.example/",
                audience=("https://orders.example.com", "orders"),
                jwks_url="https://login.example/keys?p=policy",
                algorithms=("PS256", "EdDSA"),
                clock_skew_seconds=5.0,
                scope_claim="scp",
                access_claim="https://orders.example.com/access",
                access=Access(accounts=("acme",), customers={"contoso": ("a", "b")}),
                vendor_calls=True,
            ),
            Issuer(name="local", issuer="http://127.0.0.1:9000", audience=("orders",)),
        ),
        keys=(
            ApiKey(
                name="reports",
                sha256=(DIGEST,),
                scopes=(Scope.ORDERS_READ, Scope.ATTACHMENTS_READ),
                access=Access(accounts=("*",)),
            ),
            ApiKey(name="router", sha256=(DIGEST_2, OTHER), role=Role.ROUTER),
            ApiKey(name="scraper", sha256=("ef" * 32,), role=Role.MONITOR),
        ),
    )
    assert config.auth


def test_what_the_docs_show_is_a_good_configuration(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "access.md").read_text("utf-8")
    shown = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    auth = read(tmp_path, TOP + SHOP + SHOP.replace("acme", "contoso-eu") + "".join(shown)).auth
    assert [issuer.name for issuer in auth.issuers] == ["corporate"]
    assert [key.name for key in auth.keys] == ["nightly-reports"]


def test_nobody_is_configured_unless_somebody_is(tmp_path: Path) -> None:
    assert not read(tmp_path, ACCOUNTS).auth
    assert not read(tmp_path, ACCOUNTS + "[auth]\n[auth.keys]\n").auth


def test_the_environment_may_say_it_too(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        ACCOUNTS + ISSUER + KEY + 'accounts = ["acme"]\n[limits]\nmax_depth = 7\n',
        ORDER_GATEWAY_AUTH__KEYS__REPORTS__SHA256=OTHER,
        ORDER_GATEWAY_AUTH__KEYS__REPORTS__ACCOUNTS="acme, contoso",
        ORDER_GATEWAY_AUTH__ISSUERS__CORPORATE__AUDIENCE="one,two",
        ORDER_GATEWAY_LIMITS__MAX_DEPTH="9",
    )
    assert config.auth.keys[0].sha256 == (OTHER,)
    assert config.auth.keys[0].access.accounts == ("acme", "contoso")
    assert config.auth.issuers[0].audience == ("one", "two")
    assert config.limits.max_depth == 9


def told(directory: Path, text: str, where: str, found: str) -> None:
    """That this mistake is told with its key, and no value with it."""
    said = problems(directory, ACCOUNTS + text)
    assert any(line.startswith(where + found) for line in said), said
    assert "secret-value" not in "".join(said)


NAMES_RULE = "a name must be 1 to 64 letters, digits, underscores or hyphens"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[auth]\nisuers = 1", "auth.isuers: is not a key here; is issuers meant?"),
        ("[auth]\nissuers = 1", "auth.issuers: must be tables, each with a name"),
        ("[auth.keys]\nreports = 1", "auth.keys: must be tables, each with a name"),
        (KEY.replace("reports", '"a b"'), f"auth.keys: {NAMES_RULE}"),
        (KEY.replace("reports", '"a:b"'), f"auth.keys: {NAMES_RULE}"),
        (ISSUER.replace("corporate", "key"), "auth.issuers.key: must have another name: this one stands for keys"),
        (ISSUER + ISSUER.replace("corporate", "twin"), "auth.issuers.twin.issuer: is another one's too"),
        (ALL + ALL.replace("reports", "twin"), "auth.keys.twin.sha256: is another one's too"),
        ("[limits]\nmax_depht = 7", "limits.max_depht: is not a key here; is max_depth meant?"),
        ("[limits]\nmax_depth = 1", "limits.max_depth: must be from 3 to 100"),
    ],
)
def test_a_mistake_is_told_with_its_key(tmp_path: Path, text: str, found: str) -> None:
    told(tmp_path, text, "", found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ISSUER.replace("https://login", "http://login"), "issuer: must be https; http is for loopback addresses only"),
        (ISSUER.replace("example/", "example/?secret-value"), "issuer: must hold no login, query or fragment"),
        (ISSUER.replace("login.", "secret-value:x@login."), "issuer: must hold no login, query or fragment"),
        (ISSUER + 'jwks_url = "ftp://x"', "jwks_url: must be an https address"),
        (ISSUER + 'jwks_url = "http://x.example"', "jwks_url: must be https; http is for loopback addresses only"),
        (ISSUER + 'algorithms = ["none"]', "algorithms: must be one of RS256, RS384"),
        (ISSUER + 'algorithms = ["HS256"]', "algorithms: must be one of RS256, RS384"),
        (ISSUER + "algorithms = []", "algorithms: names none"),
        (ISSUER.replace('["https://orders.example.com"]', "[]"), "audience: names none"),
        (ISSUER.replace("audience", "audiences"), "audience: is missing"),
        (ISSUER + "clock_skew_seconds = 301", "clock_skew_seconds: must be from 0 to 300"),
        (ISSUER + 'accounts = ["secret-value"]', "accounts: names an account that is not there"),
        (ISSUER + 'access = "secret-value"', "access: is not a key here"),
        (ISSUER + 'name = "secret-value"', "name: is not a key here"),
    ],
)
def test_a_mistake_in_an_issuer_is_told_with_its_key(tmp_path: Path, text: str, found: str) -> None:
    told(tmp_path, text, "auth.issuers.corporate.", found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (KEY, "accounts: there is nothing that this key sees"),
        (ALL.replace('["orders:read"]', "[]"), "scopes: a client needs one at least"),
        (ALL.replace("orders:read", "orders:all"), "scopes: must be one of orders:read, orders:write"),
        (ALL.replace(f'"{DIGEST}"', "[]"), "sha256: must be 64 hexadecimal digits"),
        (ALL.replace(f'"{DIGEST}"', f'["{DIGEST}", "secret-value"]'), "sha256: must be 64 hexadecimal digits"),
        (ALL.replace(f'"{DIGEST}"', "7"), "sha256: must be a list"),
        (ALL.replace(DIGEST, "secret-value"), "sha256: must be 64 hexadecimal digits, as `order-gateway key` prints"),
        (KEY + 'accounts = ["*", "acme"]', 'accounts: "*" stands alone'),
        (KEY + 'accounts = "acme"', "accounts: must be a list"),
        (KEY + 'accounts = [""]', "accounts: is empty"),
        (KEY + "customers = 7", "customers: must be a table: the customer keys of each account"),
        (KEY + CUSTOMERS + 'nobody = ["a"]', "customers.nobody: is no account"),
        (KEY + CUSTOMERS + "acme = []", "customers.acme: names no customer"),
        (KEY + CUSTOMERS + "acme = [7]", "customers.acme: must be a text"),
        (
            KEY + 'accounts = ["acme"]\n' + CUSTOMERS + 'acme = ["a"]',
            "customers.acme: is an account that is seen whole",
        ),
        (ALL + CUSTOMERS + 'acme = ["a"]', "customers.acme: is an account that is seen whole"),
        (KEY + 'role = "admin"', "role: must be one of client, router, monitor"),
        (KEY + 'role = "monitor"', "role: a monitor reads figures alone: it takes no scopes, accounts or customers"),
    ],
)
def test_a_mistake_in_a_key_is_told_with_its_key(tmp_path: Path, text: str, found: str) -> None:
    told(tmp_path, text, "auth.keys.reports.", found)


def test_tables_that_are_none_are_told(tmp_path: Path) -> None:
    assert problems(tmp_path, "auth = 1\nlimits = 2\n" + ACCOUNTS) == [
        "auth: must be a table",
        "limits: must be a table",
    ]


def test_a_variable_for_a_key_that_is_not_there_is_told(tmp_path: Path) -> None:
    text = ACCOUNTS + ALL
    assert problems(tmp_path, text, ORDER_GATEWAY_AUTH__KEYS__REPROTS__SHA256=OTHER) == [
        "ORDER_GATEWAY_AUTH__KEYS__REPROTS__SHA256: fits no key"
    ]


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(["*", "acme"])
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))
NAMES = st.sampled_from([*Issuer.__dataclass_fields__, *ApiKey.__dataclass_fields__, "accounts", "customers", "x"])
tables = st.dictionaries(NAMES, values)


@given(
    st.dictionaries(st.sampled_from(["issuers", "keys", "x"]), st.dictionaries(st.text(max_size=5), tables) | values)
)
@pytest.mark.slow
def test_nothing_in_the_tables_does_more_than_be_a_problem(table: dict[str, Any]) -> None:
    found = Problems()
    auth = read_auth(table, frozenset({"acme"}), {}, Path(), found)
    assert isinstance(auth, Auth)
    assert all(line.startswith("auth.") for line in found.found)


@given(st.dictionaries(st.sampled_from(["max_depth", "max_cost", "x"]), values))
def test_no_limit_does_more_than_be_a_problem(table: dict[str, Any]) -> None:
    found = Problems()
    limits = read_limits(table, {}, Path(), found)
    assert limits is not None or found.found
