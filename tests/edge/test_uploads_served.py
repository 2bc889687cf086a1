"""Uploads over real connections to a real process: what clients of a server see that answers before they are done."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.e2e.processes import command, free_port, running
from tests.edge.upload_desk import MIB, PREFLIGHT, TYPE, file, form, one_file, operations, text

pytestmark = pytest.mark.slow

CONFIG = """
public_url = "http://127.0.0.1:{port}"
data_dir = "{directory}/data"
max_upload_bytes = 8_000_000
[accounts.acme]
vendor = "sellercloud"
base_url = "http://127.0.0.1:9/rest/api"
username = "ada"
password = "secret"
"""
HEAD = (operations(one_file(), "{ accounts { id } }"), text("map", {"0": ["variables.input.files.0.file"]}))


@contextmanager
def served(directory: Path) -> Iterator[tuple[str, int]]:
    """The gateway's address and its process."""
    port = free_port()
    config = directory / "config.toml"
    config.write_text(CONFIG.format(port=port, directory=directory))
    arguments = ("serve", "--insecure-no-auth", "--config", str(config), "--port", str(port))
    with running(f"http://127.0.0.1:{port}/health/live", *arguments) as process:
        yield f"http://127.0.0.1:{port}", process.pid


def wait_for_spooled(spool: Path, pid: int, count: int) -> None:
    """Until the process holds so many files in the spool; they have no names to be listed by."""
    until = time.monotonic() + 30
    while sum(handle.startswith(str(spool)) for handle in handles(pid)) != count:
        assert time.monotonic() < until, f"there are never {count} files"
        time.sleep(0.05)


def handles(pid: int) -> Iterator[str]:
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            yield str(handle.readlink())


def slowly(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 100_000):
        yield body[start : start + 100_000]


def test_a_server_tells_every_client_what_is_wrong_although_it_still_sends(tmp_path: Path) -> None:
    whole = form(*HEAD, file("0", b"x" * 5 * MIB))
    too_long = form(*HEAD, file("0", b"x" * 30 * MIB))
    wrong = form(HEAD[1], HEAD[0], file("0", b"x" * 5 * MIB))
    headers = {"content-type": TYPE, **PREFLIGHT}
    with served(tmp_path) as (url, _), httpx.Client(trust_env=False, timeout=30) as client:
        for body, sent, status in (
            (whole, headers, 200),
            (too_long, headers, 413),
            (wrong, headers, 400),
            (whole, {"content-type": TYPE}, 400),
            (whole, headers, 200),
        ):
            for content in (body, slowly(body)):
                response = client.post(f"{url}/graphql", content=content, headers=sent)
                assert response.status_code == status
                assert ("errors" in response.json()) == (status != 200)
        # An upload's larger bound is an upload's alone.
        sent = {"content-type": "application/json", **PREFLIGHT}
        assert client.post(f"{url}/graphql", content=whole, headers=sent).status_code == 413
        assert client.post(f"{url}/health/live", content=whole, headers=headers).status_code in (405, 413)


def test_a_client_that_hangs_up_leaves_nothing_behind(tmp_path: Path) -> None:
    body = form(*HEAD, file("0", b"x" * 5 * MIB))
    lines = [
        "POST /graphql HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: {TYPE}",
        f"Content-Length: {len(body)}",
        "GraphQL-Require-Preflight: 1",
    ]
    with served(tmp_path) as (url, pid), ExitStack() as connections:
        for _ in range(5):
            connection = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
            connections.enter_context(connection)
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body[: 3 * MIB])
        wait_for_spooled(tmp_path / "data" / "spool", pid, 5)
        connections.close()
        wait_for_spooled(tmp_path / "data" / "spool", pid, 0)


def test_a_spool_that_cannot_be_used_is_told_before_anything_is_served(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(port=free_port(), directory=tmp_path))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "spool").touch()
    result = command("serve", "--insecure-no-auth", "--config", str(config))
    assert result.returncode == 2
    assert "order-gateway: the spool in data_dir cannot be used" in result.stderr
    assert "Traceback" not in result.stderr
