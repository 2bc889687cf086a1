"""A sandbox and a gateway over it, each in processes of its own. The gateway may be killed and started again."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.processes import free_port, started, wait_until_up
from tests.edge.upload_desk import PREFLIGHT

WAIT_SECONDS = 20
CONFIG = """
public_url = "http://127.0.0.1:{port}"
signing_keys = ["a-key-for-tests-only"]
data_dir = "{data_dir}"
vault_key = "another-key-for-tests"
write_seconds = 5
write_lease_seconds = 1

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
password = "{sellercloud[password]}"

[accounts.market]
vendor = "softwareone"
base_url = "{softwareone[base_url]}"
token = "{softwareone[tokens][client]}"
actor = "client"

[accounts.seller]
vendor = "softwareone"
base_url = "{softwareone[base_url]}"
token = "{softwareone[tokens][vendor]}"
actor = "vendor"
"""
File = tuple[str, str, bytes]  # name, content type, content


@dataclass(frozen=True, slots=True)
class SandboxProcess:
    """`client` reaches the sandbox; `known` are its credentials."""

    client: httpx.Client
    known: dict[str, Any]

    def fault(self, vendor: str, kind: str, **more: Any) -> None:
        assert self.client.post(f"/control/{vendor}/faults", json={"kind": kind, **more}).status_code == 201

    def clear(self, vendor: str) -> None:
        """No faults wait any more."""
        self.client.delete(f"/control/{vendor}/faults")

    def forget(self, vendor: str) -> None:
        """No faults wait any more, and the journal is empty."""
        self.clear(vendor)
        self.client.delete("/journal", params={"vendor": vendor})

    def calls(self, vendor: str) -> list[dict[str, Any]]:
        """What reached the vendor since `forget`, oldest first."""
        return list(self.client.get("/journal", params={"vendor": vendor}).json()["calls"])

    def count(self, vendor: str, method: str, path: str) -> int:
        """How many calls came by that method whose path has that pattern."""
        return sum(call["method"] == method and bool(re.search(path, call["path"])) for call in self.calls(vendor))

    def orders(self, vendor: str) -> int:
        """How many orders there are, by the sandbox's own list."""
        return len(self.client.get(f"/control/{vendor}/orders").json()["orders"])

    def set(self, vendor: str, **settings: Any) -> None:
        assert self.client.put(f"/control/{vendor}/settings", json=settings).status_code == 200


@contextmanager
def sandbox(size: float = 0.1) -> Iterator[SandboxProcess]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        started("sandbox", "--port", str(port), "--size", str(size)) as process,
        httpx.Client(base_url=url, trust_env=False, timeout=30) as client,
    ):
        wait_until_up(url + "/credentials", process)
        yield SandboxProcess(client, client.get("/credentials").json())


@dataclass(slots=True)
class GatewayProcess:
    """`folder` holds its configuration and its data, which outlive the process. `more` is TOML for the configuration's
    end; anybody is served unless it says who may come in."""

    folder: Path
    known: dict[str, Any]
    workers: int = 1
    more: str = ""
    url: str = ""
    _pid: int = 0
    _stack: ExitStack = field(default_factory=ExitStack)

    @property
    def database(self) -> Path:
        return self.folder / "data" / "state.db"

    def start(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        config = self.folder / "config.toml"
        config.write_text(CONFIG.format(port=port, data_dir=self.folder / "data", **self.known) + self.more)
        arguments = ["serve", "--config", str(config), "--port", str(port), "--workers", str(self.workers)]
        if "[auth." not in self.more:
            arguments.append("--insecure-no-auth")
        process = self._stack.enter_context(started(*arguments, log=self.folder / "log"))
        self._pid = process.pid
        wait_until_up(self.url + "/health/ready", process)

    def kill(self) -> None:
        """All of its processes at once, in the middle of whatever they do."""
        if self._pid:
            os.killpg(self._pid, signal.SIGKILL)
            self._pid = 0
        self._stack.close()

    def ask(self, query: str, given: dict[str, Any], files: Sequence[File] = ()) -> dict[str, Any] | None:
        """The answer to a mutation over a connection of its own; None where it was cut off. `files` go, in their order,
        to the entries of the input's `files`."""
        operations = {"query": query, "variables": {"input": given}}
        with httpx.Client(base_url=self.url, trust_env=False, timeout=WAIT_SECONDS) as client:
            try:
                if not files:
                    response = client.post("/graphql", json=operations)
                else:
                    mapped = {str(n): [f"variables.input.files.{n}.file"] for n in range(len(files))}
                    texts = {"operations": json.dumps(operations), "map": json.dumps(mapped)}
                    parts = {str(n): (name, content, kind) for n, (name, kind, content) in enumerate(files)}
                    response = client.post("/graphql", data=texts, files=parts, headers=PREFLIGHT)
            except httpx.TransportError:
                return None
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    @contextmanager
    def held_database(self) -> Iterator[None]:
        """Nothing can be recorded inside this block: another process has begun to write."""
        connection = sqlite3.connect(self.database, isolation_level=None, timeout=30)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
        finally:
            connection.close()


@contextmanager
def gateway(folder: Path, known: dict[str, Any], workers: int = 1, more: str = "") -> Iterator[GatewayProcess]:
    folder.mkdir(parents=True, exist_ok=True)
    one = GatewayProcess(folder, known, workers, more)
    try:
        one.start()
        yield one
    finally:
        one.kill()


def wait_for(true: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not true():
        assert time.monotonic() < until, f"it never came to this: {what}"
        time.sleep(0.02)
