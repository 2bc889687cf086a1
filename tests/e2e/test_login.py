"""Who may come in, as an operator sets it up: keys made by the command, tokens of an issuer, real processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from gateway import cli
from gateway.config import ConfigError
from gateway.edge.api_keys import SHAPE, digest_of
from gateway.telemetry import logs
from tests.e2e.gateways import GatewayProcess, gateway, sandbox
from tests.e2e.processes import ROOT, command, free_port, wait_until_up
from tests.edge.issuer import AUDIENCE, DISCOVERY

CONFIG = """
public_url = "https://orders.example.com"
signing_keys = ["a-key-for-tests-only"]
[accounts.market]
vendor = "softwareone"
token = "idt:TKN-0000-0000:secret"
actor = "client"
"""
QUERY = {"query": "{ orders(first: 3) { nodes { number } } accounts { name } }"}


@contextmanager
def issuer_process() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen([sys.executable, "-m", "tests.edge.issuer", str(port)], cwd=ROOT) as process:
        try:
            wait_until_up(url + DISCOVERY, process)
            yield url, process
        finally:
            process.kill()


def token_of(issuer: str, **claims: str) -> str:
    return str(httpx.post(issuer + "/token", json=claims, trust_env=False).json()["access_token"])


def status(one: GatewayProcess, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = httpx.post(one.url + "/graphql", json=QUERY, headers=named, timeout=30, trust_env=False)
    if response.status_code == 200:
        assert "errors" not in response.json()
        assert response.json()["data"]["orders"]["nodes"]
    return response.status_code


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The hosts that would have been served, without serving them, or changing how this process logs."""
    hosts: list[str] = []
    monkeypatch.setattr(logs, "configure", lambda form: None)
    monkeypatch.setattr(cli, "serve", lambda app, host, *rest, **more: hosts.append(host))
    for variable in (cli.CONFIG_VARIABLE, cli.OPEN_VARIABLE):
        monkeypatch.setenv(variable, "")
    (tmp_path / "open.toml").write_text(CONFIG)
    key = f'[auth.keys.reports]\nsha256 = "{"ab" * 32}"\nscopes = ["orders:read"]\naccounts = ["*"]\n'
    (tmp_path / "closed.toml").write_text(CONFIG + key)
    return hosts


def test_serve_starts_for_nobody_and_says_what_to_do(
    served: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["serve", "--config", str(tmp_path / "open.toml")]) == 2
    said = capsys.readouterr().err
    for way_out in ("auth: nobody may come in", "[auth.issuers.", "[auth.keys.", "--insecure-no-auth"):
        assert way_out in said
    assert served == []


@pytest.mark.usefixtures("served")
def test_a_key_is_printed_alone_and_its_lines_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["key", "nightly-reports"]) == 0
    said = capsys.readouterr()
    key = said.out.removesuffix("\n")
    assert SHAPE.fullmatch(key)
    assert key not in said.err
    assert f'[auth.keys.nightly-reports]\nsha256 = "{digest_of(key)}"\nrole = "client"\nscopes = ' in said.err
    assert cli.main(["key", "a b"]) == 2


@pytest.mark.parametrize(
    ("file", "arguments", "host"),
    [
        ("closed.toml", ["--host", "0.0.0.0"], "0.0.0.0"),  # noqa: S104 - nothing is served
        ("closed.toml", [], "127.0.0.1"),
        ("open.toml", ["--insecure-no-auth"], "127.0.0.1"),
        ("open.toml", ["--insecure-no-auth", "--host", "::1"], "::1"),
        ("open.toml", ["--insecure-no-auth", "--host", "localhost"], "localhost"),
        ("open.toml", ["--insecure-no-auth", "--host", "0.0.0.0"], None),  # noqa: S104 - it must be refused
        ("open.toml", ["--insecure-no-auth", "--host", "orders.example.com"], None),
        ("open.toml", ["--host", "127.0.0.1"], None),
        ("closed.toml", ["--insecure-no-auth"], None),
    ],
)
def test_where_anybody_may_come_in_only_this_machine_is_served(
    served: list[str], tmp_path: Path, file: str, arguments: list[str], host: str | None
) -> None:
    code = cli.main(["serve", "--config", str(tmp_path / file), *arguments])
    assert (code, served) == ((0, [host]) if host is not None else (2, []))


def test_a_worker_that_starts_later_lets_nobody_in_because_the_file_says_nothing_any_more(
    served: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "closed.toml"
    assert cli.main(["serve", "--config", str(file), "--host", "0.0.0.0"]) == 0  # noqa: S104 - nothing is served
    cli.app_from_environment()
    file.write_text(CONFIG)
    with pytest.raises(ConfigError, match="nobody may come in"):
        cli.app_from_environment()


@pytest.mark.slow
def test_a_service_with_its_key_and_a_person_with_a_token_are_let_in(tmp_path: Path) -> None:
    made = command("key", "reports")
    key = made.stdout.strip()
    with issuer_process() as (issuer, process), sandbox() as vendors:
        issuers = f'[auth.issuers.corporate]\nissuer = "{issuer}"\naudience = ["{AUDIENCE}"]\naccounts = ["*"]\n'
        with gateway(tmp_path / "gateway", vendors.known, more=issuers + made.stderr) as one:
            token, late, wrong = (token_of(issuer, **claims) for claims in ({}, {}, {"aud": "https://x.example"}))
            assert status(one, authorization=f"Bearer {token}") == 200
            assert status(one, x_api_key=key) == 200
            assert status(one, authorization=f"Bearer {key}") == 200
            assert status(one) == 401
            assert status(one, authorization=f"Bearer {wrong}") == 401
            assert status(one, x_api_key=key[:-1]) == 401
            process.kill()
            assert status(one, authorization=f"Bearer {late}") == 200  # by the keys known already
        log = (tmp_path / "gateway" / "log").read_text()
    assert "a token was refused: InvalidAudienceError, issuer corporate" in log
    for secret in (key, *token.split("."), *wrong.split(".")):
        assert secret not in log
