"""The commands as an operator runs them, over a sandbox in a process of its own."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway import __version__
from tests.e2e.processes import command, free_port, group_alive, running, started, wait_until_logged, wait_until_up

SERVE = ("serve", "--insecure-no-auth")
CONFIG = """
public_url = "http://127.0.0.1:{port}"
signing_keys = ["a-key-for-tests-only"]
data_dir = "{data_dir}"
vault_key = "another-key-for-tests"

[accounts.contoso]
vendor = "partner_center"
base_url = "{partner_center[base_url]}"
authority = "{partner_center[authority]}"
tenant_id = "{partner_center[tenant_id]}"
client_id = "{partner_center[client_id]}"
client_secret = "{partner_center[client_secret]}"
refresh_token = "{partner_center[refresh_token]}"

[accounts.acme]
vendor = "sellercloud"
base_url = "{sellercloud[base_url]}"
username = "{sellercloud[username]}"
password_file = "{password_file}"

[accounts.market]
vendor = "softwareone"
base_url = "{softwareone[base_url]}"
token = "{softwareone[tokens][client]}"
actor = "client"
"""


@pytest.fixture(scope="module")
def credentials() -> Iterator[dict[str, Any]]:
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    with running(root + "/credentials", "sandbox", "--port", str(port), "--size", "0.1"):
        yield dict(httpx.get(root + "/credentials", trust_env=False).json())


def written(folder: Path, credentials: dict[str, Any], port: int, password: str | None = None) -> str:
    secret = folder / "password"
    secret.write_text(credentials["sellercloud"]["password"] if password is None else password)
    config = folder / "config.toml"
    config.write_text(CONFIG.format(port=port, data_dir=folder / "data", password_file=secret, **credentials))
    return str(config)


@pytest.mark.slow
def test_the_doctor_finds_good_accounts_well(tmp_path: Path, credentials: dict[str, Any]) -> None:
    done = command("doctor", "--config", written(tmp_path, credentials, 8000))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stdout
    assert {"contoso", "acme", "market"} <= {line.split()[0] for line in done.stdout.splitlines()}


@pytest.mark.slow
def test_the_doctor_names_the_account_that_is_ill_and_what_to_mend(tmp_path: Path, credentials: dict[str, Any]) -> None:
    done = command("doctor", "--config", written(tmp_path, credentials, 8000, password="wrong-password"))
    assert done.returncode == 1
    ill = [line for line in done.stdout.splitlines() if "FAILED" in line]
    assert ill
    assert all(line.startswith("acme") and len(line.split("FAILED")[1].strip()) > 10 for line in ill)
    assert "wrong-password" not in done.stdout + done.stderr


@pytest.mark.slow
def test_two_workers_serve_one_graph_and_keep_renewed_logins(tmp_path: Path, credentials: dict[str, Any]) -> None:
    port = free_port()
    config = written(tmp_path, credentials, port)
    url = f"http://127.0.0.1:{port}"
    query = "{ orders(first: 5) { nodes { id } sources { state } } agreements(first: 3) { nodes { id } } }"
    with running(url + "/health/ready", *SERVE, "--config", config, "--port", str(port), "--workers", "2"):
        for _ in range(4):
            answer = httpx.post(url + "/graphql", json={"query": query}, timeout=30, trust_env=False).json()
            assert "errors" not in answer
            assert [source["state"] for source in answer["data"]["orders"]["sources"]] == ["OK", "OK", "OK"]
    stored = (tmp_path / "data" / "state.db").read_bytes()
    assert credentials["partner_center"]["refresh_token"].encode() not in stored


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["serve", "--config", "/nowhere/config.toml"], "/nowhere/config.toml"),
        pytest.param([*SERVE, "--host", "0.0.0.0"], "--host", marks=pytest.mark.slow),  # noqa: S104 - it must be refused
        pytest.param(["doctor"], "--config", marks=pytest.mark.slow),
    ],
)
def test_what_cannot_run_says_why(arguments: list[str], named: str) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("key", ["data_dir", "signing_keys"])
def test_several_workers_need_what_they_share(tmp_path: Path, credentials: dict[str, Any], key: str) -> None:
    config = Path(written(tmp_path, credentials, free_port()))
    lines = config.read_text().splitlines(keepends=True)
    config.write_text("".join(line for line in lines if not line.startswith(key)))
    done = command(*SERVE, "--config", str(config), "--workers", "2")
    assert done.returncode == 2
    assert f"{key}: needed with several workers" in done.stderr


@pytest.mark.slow
def test_a_bad_configuration_names_all_its_keys(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        'public_url = "http://example.com"\n[accounts.x]\nvendor = "sellercloud"\npasword = "typo-secret"\n'
    )
    done = command("serve", "--config", str(config))
    assert done.returncode == 2
    for key in ("accounts.x.base_url", "accounts.x.username", "accounts.x.password", "accounts.x.pasword"):
        assert key in done.stderr
    assert "typo-secret" not in done.stderr


@pytest.mark.slow
def test_a_taken_port_is_told_with_a_way_out() -> None:
    port = free_port()
    with running(f"http://127.0.0.1:{port}/credentials", "sandbox", "--port", str(port), "--size", "0.05"):
        done = command("demo", "--port", str(free_port()), "--sandbox-port", str(port))
    assert done.returncode == 2
    assert f"port {port} is in use" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("early", [True, False], ids=["while it starts", "while it serves"])
def test_a_demo_that_is_stopped_takes_its_sandbox_along(tmp_path: Path, sign: signal.Signals, early: bool) -> None:
    port, sandbox_port = free_port(), free_port()
    log = tmp_path / "log"
    with started("demo", "--port", str(port), "--sandbox-port", str(sandbox_port), log=log) as process:
        if early:
            wait_until_logged(log, "Started server process")  # the sandbox, which comes first
        else:
            wait_until_up(f"http://127.0.0.1:{port}/health/ready", process)
        process.send_signal(sign)
        process.wait(timeout=30)
        assert not group_alive(process.pid), "the sandbox was left behind"
    assert "Traceback" not in log.read_text()


@pytest.mark.slow
def test_a_link_s_token_is_never_logged(tmp_path: Path, credentials: dict[str, Any]) -> None:
    port = free_port()
    log = tmp_path / "log"
    config = written(tmp_path, credentials, port)
    upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n"
    with running(f"http://127.0.0.1:{port}/health/ready", *SERVE, "--config", config, "--port", str(port), log=log):
        for line, headers in [
            ("GET /files/the-token HTTP/1.1", ""),
            ("HEAD /files/the-token HTTP/1.1", ""),
            ("POST /files/the-token?the-token HTTP/1.1", ""),
            ("GET /files/the-token/the-token HTTP/1.1", ""),
            ("GET /files/the-token HTTP/1.1", upgrade),
            ("GET /files/the-token HTTP/7.1", ""),
            ("GET /files/the-token\x00 HTTP/1.1", ""),
        ]:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(f"{line}\r\nHost: x\r\nConnection: close\r\n{headers}\r\n".encode())
                assert connection.recv(1_000).startswith(b"HTTP/1.1 4")
    written_down = log.read_text()
    assert "/files/…" in written_down
    assert "the-token" not in written_down


@pytest.mark.slow
def test_a_store_that_cannot_be_used_is_told_in_a_line(tmp_path: Path, credentials: dict[str, Any]) -> None:
    config = written(tmp_path, credentials, free_port())
    (tmp_path / "data").write_text("a file where the folder should be")
    for arguments in (SERVE, ("doctor",)):
        done = command(*arguments, "--config", config)
        assert done.returncode == 2
        assert "data_dir" in done.stderr
        assert "Traceback" not in done.stderr


def test_the_version_is_the_package_s() -> None:
    assert command("--version").stdout.strip() == __version__
