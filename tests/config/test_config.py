"""The configuration: what a file and an environment come to, and how its mistakes are told."""

import dataclasses
import logging
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.config import Config, ConfigError, load
from gateway.model.values import Vendor
from gateway.secret import Secret
from gateway.tables import Problems, fill
from gateway.vendors.base import Adapter, Entry, Limits, Services

SIGNING = "0123456789abcdef-signing"


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Shop:
    username: str
    password: Secret
    time_zone: ZoneInfo
    base_url: str = "https://shop.example"
    customers: tuple[str, ...] = ()
    keys: tuple[Secret, ...] = ()
    pages: int = 5
    rate: float = 1.5
    strict: bool = False
    actor: Literal["client", "vendor"] | None = None
    size: Size = Size.SMALL
    token: Secret | None = None

    def validate(self) -> list[tuple[str, str]]:
        return [("pages", "must be even when strict")] if self.strict and self.pages % 2 else []


@dataclass(frozen=True, slots=True)
class Plain:
    token: Secret


def create(id_: str, name: str, settings: Any, limits: Limits, services: Services) -> Adapter:
    raise AssertionError("the configuration makes no adapters")


ENTRIES = (Entry(Vendor.SELLERCLOUD, Shop, create), Entry(Vendor.SOFTWAREONE, Plain, create))
TOP = f'public_url = "https://orders.example.com/"\nsigning_keys = ["{SIGNING}"]\n'
SHOP = '[accounts.acme]\nvendor = "sellercloud"\nusername = "bot"\npassword = "pw"\ntime_zone = "America/New_York"\n'


def read(directory: Path, text: str, **environ: str) -> Config:
    (directory / "gateway.toml").write_text(text)
    return load(directory / "gateway.toml", environ, ENTRIES)


def problems(directory: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(directory, text, **environ)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return sorted(caught.value.problems)


def test_a_full_file_comes_out_typed(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("  from file \r\n")
    (tmp_path / "keys").write_text("one\n\ntwo\n")
    config = read(
        tmp_path,
        """
        public_url = "https://orders.example.com/"
        data_dir = "data"
        signing_keys = ["0123456789abcdef-1", "0123456789abcdef-2"]
        vault_key = "0123456789abcdef-vault"
        time_zone = "Europe/Berlin"
        allow_private_redirects = true

        [accounts."Acme EU"]
        vendor = "sellercloud"
        id = "acme-eu"
        base_url = "http://127.0.0.1:9000/sellercloud"
        username = "bot"
        password_file = "pw"
        keys_file = "keys"
        time_zone = "America/New_York"
        customers = ["a", "b"]
        pages = 7
        rate = 2
        actor = "Client"
        size = "large"
        timeout_seconds = 3
        max_concurrency = 4
        max_answer_bytes = 5000
        max_retries = 0
        retry_seconds = 0.5
        cache_seconds = 60

        [accounts.swo]
        vendor = "softwareone"
        token = "idt:TKN"
        """,
    )
    assert config.public_url == "https://orders.example.com"
    assert config.data_dir == tmp_path / "data"
    assert config.signing_keys == (Secret("0123456789abcdef-1"), Secret("0123456789abcdef-2"))
    assert config.vault_key == Secret("0123456789abcdef-vault")
    assert (config.time_zone, config.allow_private_redirects) == (ZoneInfo("Europe/Berlin"), True)
    acme, swo = config.accounts
    assert (acme.id, acme.name, acme.entry) == ("acme-eu", "Acme EU", ENTRIES[0])
    assert acme.settings == Shop(
        username="bot",
        password=Secret("  from file "),
        time_zone=ZoneInfo("America/New_York"),
        base_url="http://127.0.0.1:9000/sellercloud",
        customers=("a", "b"),
        keys=(Secret("one"), Secret("two")),
        pages=7,
        rate=2.0,
        actor="client",
        size=Size.LARGE,
    )
    assert acme.limits == Limits(
        timeout_seconds=3.0,
        max_concurrency=4,
        max_answer_bytes=5000,
        max_retries=0,
        retry_seconds=0.5,
        cache_seconds=60.0,
    )
    assert (swo.id, swo.name, swo.settings, swo.limits) == ("swo", "swo", Plain(Secret("idt:TKN")), Limits())


def test_nothing_that_is_configured_can_be_changed_or_shows_its_secrets(tmp_path: Path) -> None:
    config = read(tmp_path, TOP + SHOP)
    assert SIGNING not in repr(config)
    assert "pw" not in repr(config)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.public_url = "https://elsewhere.example"  # type: ignore[misc]  # the very mistake


def test_the_environment_replaces_what_the_file_says(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from file\n")
    config = read(
        tmp_path,
        TOP + SHOP.replace("acme", "acme-eu") + 'strict = true\npages = 2\ntoken = "t"\ncustomers = ["x"]\n',
        ORDER_GATEWAY_PUBLIC_URL="https://other.example.com",
        ORDER_GATEWAY_DATA_DIR="/var/lib/x",
        ORDER_GATEWAY_SIGNING_KEYS="0123456789abcdef-a, 0123456789abcdef-b",
        ORDER_GATEWAY_VAULT_KEY="0123456789abcdef-v",
        ORDER_GATEWAY_ALLOW_PRIVATE_REDIRECTS="yes",
        ORDER_GATEWAY_PORT="tcp://10.0.0.1:8000",
        ORDER_GATEWAY_TIME_ZONE="",
        ORDER_GATEWAY_ACCOUNTS__ACME_EU__TOKEN_FILE="token",
        ORDER_GATEWAY_ACCOUNTS__ACME_EU__PAGES="8",
        ORDER_GATEWAY_ACCOUNTS__ACME_EU__RATE="0.25",
        ORDER_GATEWAY_ACCOUNTS__ACME_EU__STRICT="FALSE",
        ORDER_GATEWAY_ACCOUNTS__ACME_EU__CUSTOMERS="a, b,",
        ORDER_GATEWAY_ACCOUNTS__ACME_EU__ACTOR="vendor",
        ORDER_GATEWAY_ACCOUNTS__ACME_EU__ID="eu",
        ORDER_GATEWAY_ACCOUNTS__ACME_EU__MAX_CONCURRENCY="3",
    )
    assert (config.public_url, config.data_dir) == ("https://other.example.com", Path("/var/lib/x"))
    assert config.signing_keys == (Secret("0123456789abcdef-a"), Secret("0123456789abcdef-b"))
    assert config.vault_key == Secret("0123456789abcdef-v")
    assert config.allow_private_redirects
    (account,) = config.accounts
    assert (account.id, account.name, account.limits.max_concurrency) == ("eu", "acme-eu", 3)
    shop = account.settings
    assert (shop.token, shop.pages, shop.rate, shop.strict) == (Secret("from file"), 8, 0.25, False)
    assert (shop.customers, shop.actor, shop.username) == (("a", "b"), "vendor", "bot")


def test_an_account_without_a_time_zone_takes_the_common_one(tmp_path: Path) -> None:
    shop = SHOP.replace('time_zone = "America/New_York"\n', "")
    assert problems(tmp_path, TOP + shop) == ["accounts.acme.time_zone: is missing"]
    config = read(tmp_path, 'time_zone = "Asia/Tokyo"\n' + TOP + shop + '[accounts.s]\nvendor="softwareone"\ntoken="t"')
    assert config.accounts[0].settings.time_zone == ZoneInfo("Asia/Tokyo")


def test_all_mistakes_are_told_at_once_each_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "long").write_text("x" * 100_000)
    found = problems(
        tmp_path,
        """
        public_ulr = "https://secret-value.example"
        signing_keys = ["short"]
        data_dir = 5

        [accounts.one]
        vendor = "sellercloud"
        usrname = "secret-value"
        username = 12
        password_file = "missing"
        time_zone = "Secret/Value"
        base_url = "http://secret-value.example"
        customers = "secret-value"
        keys_file = "long"
        pages = "secret-value"
        rate = nan
        strict = "secret-value"
        actor = "secret-value"
        size = 7
        token = ""
        timeout_seconds = 0
        max_concurrency = 100000
        max_answer_bytes = 1.5

        [accounts.two]
        vendor = "secret-value"

        [accounts.three]
        vendor = "softwareone"
        token = "secret-value"
        token_file = "empty"

        [accounts.four]
        vendor = "softwareone"
        token_file = "empty"
        id = "not an id"

        [accounts.five]
        vendor = "softwareone"
        token_file = "binary"

        [accounts.six]
        token = "secret-value"
        """,
        ORDER_GATEWAY_ACCOUNTS__NOBODY__TOKEN="secret-value",
        ORDER_GATEWAY_ACCOUNTS__NOTHING="secret-value",
    )
    assert found == [
        "ORDER_GATEWAY_ACCOUNTS__NOBODY__TOKEN: fits no account",
        "ORDER_GATEWAY_ACCOUNTS__NOTHING: fits no account",
        "accounts.five.token_file: the file does not hold text",
        "accounts.four.id: must be 1 to 64 letters, digits, dots, underscores or hyphens",
        "accounts.four.token_file: the file is empty",
        "accounts.one.actor: must be one of client, vendor",
        "accounts.one.customers: must be a list",
        "accounts.one.keys_file: the file is longer than 65536 bytes",
        "accounts.one.max_answer_bytes: must be a whole number",
        "accounts.one.pages: must be a whole number",
        "accounts.one.password_file: the file cannot be read (No such file or directory)",
        "accounts.one.rate: must be a number",
        "accounts.one.size: must be one of small, large",
        "accounts.one.strict: must be true or false",
        "accounts.one.time_zone: must be the name of a time zone, such as Europe/Berlin",
        "accounts.one.token: is empty",
        "accounts.one.username: must be a text",
        "accounts.one.usrname: is not a key here; is username meant?",
        "accounts.six.vendor: is missing; must be one of sellercloud, softwareone",
        "accounts.three.token_file: give either this or token",
        "accounts.two.vendor: must be one of sellercloud, softwareone",
        "data_dir: must be a text",
        "public_ulr: is not a key here; is public_url meant?",
        "public_url: is missing",
    ]
    assert "secret-value" not in "\n".join(found).lower()


def test_values_that_fit_their_types_are_judged_too(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        f"""
        public_url = "http://orders.example.com"
        signing_keys = ["short", "{SIGNING}"]
        vault_key = "short"
        {SHOP.replace("acme", "one")}
        base_url = "https://user:secret-value@shop.example"
        strict = true
        timeout_seconds = 0
        max_concurrency = 100000
        max_retries = 11
        retry_seconds = -1
        cache_seconds = 3601
        {SHOP.replace("acme", "two")}
        id = "three"
        base_url = "shop.example"
        {SHOP.replace("acme", "three")}
        """,
    )
    assert found == [
        "accounts.one.base_url: must hold no login, query or fragment",
        "accounts.one.cache_seconds: must be from 0 to 3600",
        "accounts.one.max_concurrency: must be from 1 to 256",
        "accounts.one.max_retries: must be from 0 to 10",
        "accounts.one.pages: must be even when strict",
        "accounts.one.retry_seconds: must be from 0 to 10",
        "accounts.one.timeout_seconds: must be from 0.1 to 300",
        "accounts.two.base_url: must be an https address",
        "public_url: must be https; http is for loopback addresses only",
        "signing_keys: must be at least 16 characters long",
        "vault_key: must be at least 16 characters long",
    ]


def test_ids_are_each_accounts_own(tmp_path: Path) -> None:
    found = problems(tmp_path, TOP + SHOP + SHOP.replace("acme", "other") + 'id = "acme"\n')
    assert found == ["accounts.other.id: is another account's id too"]


def test_a_variable_that_fits_two_accounts_is_not_guessed_about(tmp_path: Path) -> None:
    text = TOP + SHOP + SHOP.replace("acme", "a-b") + SHOP.replace("acme", "a_b")
    assert read(tmp_path, text).accounts
    assert problems(tmp_path, text, ORDER_GATEWAY_ACCOUNTS__A_B__USERNAME="x") == [
        "ORDER_GATEWAY_ACCOUNTS__A_B__USERNAME: fits several accounts"
    ]


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.9", "http://[::1]:1", "https://x.example/y"])
def test_these_addresses_are_taken(tmp_path: Path, url: str) -> None:
    assert read(tmp_path, TOP.replace("https://orders.example.com/", url) + SHOP).public_url == url


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1", "http://localhost.example", "ftp://x", "https://", "https://x/?a=1", "https://x:99999", "//x"],
)
def test_these_addresses_are_not(tmp_path: Path, url: str) -> None:
    (problem,) = problems(tmp_path, TOP.replace("https://orders.example.com/", url) + SHOP)
    assert problem.startswith("public_url: ")


def test_a_file_that_is_not_toml_is_told_without_quoting_it(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "public_url = secret-value")
    assert problem == f"{tmp_path / 'gateway.toml'}: is not TOML (at line 1, column 14)"


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "missing.toml", {}, ENTRIES)
    (tmp_path / "latin.toml").write_bytes(b'public_url = "\xe9"')
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(tmp_path / "latin.toml", {}, ENTRIES)


def test_no_account_at_all_is_a_mistake(tmp_path: Path) -> None:
    assert problems(tmp_path, TOP) == ["accounts: there is none"]
    assert problems(tmp_path, TOP + "accounts = 3") == ["accounts: must be tables, one for each account"]


def test_without_signing_keys_a_passing_one_is_made_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    first, second = (read(tmp_path, 'public_url = "https://x.example"\n' + SHOP) for _ in range(2))
    assert len(first.signing_keys[0].reveal()) >= 32
    assert first.signing_keys != second.signing_keys
    assert "signing_keys" in caplog.text
    assert first.signing_keys[0].reveal() not in caplog.text


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.dictionaries(st.sampled_from([*Shop.__dataclass_fields__, "password_file", "keys_file"]), values))
@pytest.mark.slow
def test_no_value_under_any_key_does_more_than_be_a_problem(tmp_path: Path, table: dict[str, Any]) -> None:
    found = Problems()
    shop = fill(Shop, table, "accounts.x", tmp_path, found)
    assert (shop is None) == bool(found.found)
    assert all(line.startswith("accounts.x.") for line in found.found)


def test_bounds_of_uploads_have_defaults_and_can_be_set(tmp_path: Path) -> None:
    config = read(tmp_path, TOP + SHOP)
    assert (config.max_upload_bytes, config.max_files_per_request, config.max_spool_bytes) == (300 * 2**20, 50, 2**31)
    config = read(tmp_path, "max_upload_bytes = 5_000_000\n" + TOP + SHOP, ORDER_GATEWAY_MAX_FILES_PER_REQUEST="3")
    assert (config.max_upload_bytes, config.max_files_per_request) == (5_000_000, 3)


def test_bounds_of_uploads_that_cannot_work_are_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, "max_upload_bytes = 5_000_000\nmax_spool_bytes = 4_000_000\n" + TOP + SHOP)
    assert found == ["max_spool_bytes: must be at least max_upload_bytes, or the longest request never fits"]
    found = problems(tmp_path, "max_upload_bytes = 10\nmax_files_per_request = 0\n" + TOP + SHOP)
    assert found == [
        "max_files_per_request: must be from 1 to 100",
        "max_upload_bytes: must be from 1024 to 1099511627776",
    ]


def test_an_operation_s_time_has_defaults_and_can_be_set(tmp_path: Path) -> None:
    config = read(tmp_path, TOP + SHOP)
    assert (config.deadline_seconds, config.max_deadline_seconds) == (30, 60)
    config = read(tmp_path, "deadline_seconds = 5\nmax_deadline_seconds = 5\n" + TOP + SHOP)
    assert (config.deadline_seconds, config.max_deadline_seconds) == (5, 5)
    config = read(tmp_path, TOP + SHOP, ORDER_GATEWAY_DEADLINE_SECONDS="2.5")
    assert config.deadline_seconds == 2.5


def test_times_of_operations_that_cannot_work_are_refused(tmp_path: Path) -> None:
    top = "deadline_seconds = 10\nmax_deadline_seconds = 9\n"
    assert problems(tmp_path, top + TOP + SHOP) == ["max_deadline_seconds: must be at least deadline_seconds"]
    assert problems(tmp_path, "deadline_seconds = 0\nmax_deadline_seconds = 601\n" + TOP + SHOP) == [
        "deadline_seconds: must be from 0.1 to 600",
        "max_deadline_seconds: must be from 0.1 to 600",
    ]


@pytest.mark.parametrize("value", ["nan", "inf", '"soon"', "true"])
def test_a_time_of_operations_is_a_number(tmp_path: Path, value: str) -> None:
    (problem,) = problems(tmp_path, f"deadline_seconds = {value}\n" + TOP + SHOP)
    assert problem.startswith("deadline_seconds: must be ")
