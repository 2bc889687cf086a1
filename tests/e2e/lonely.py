"""A gateway in processes of its own whose one vendor is nowhere: for tests of the door alone."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.e2e.processes import free_port, running

WAIT_SECONDS = 20
CONFIG = """
public_url = "http://127.0.0.1:{port}"
signing_keys = ["a-key-for-tests-only"]
data_dir = "{directory}/data"
vault_key = "another-key-for-tests"
{top}
[accounts.acme]
vendor = "sellercloud"
base_url = "http://127.0.0.1:9/rest/api"
username = "ada"
password = "secret"
[limits]
{limits}
"""


@dataclass(slots=True)
class Lonely:
    port: int
    pid: int
    log: Path
    stack: ExitStack = field(default_factory=ExitStack)

    def connect(self, sent: bytes = b"", buffer: int | None = None) -> socket.socket:
        connection = self.stack.enter_context(socket.socket())
        connection.settimeout(WAIT_SECONDS)
        if buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.connect(("127.0.0.1", self.port))
        connection.sendall(sent)
        return connection

    def answers(self) -> bool:
        """Whether somebody else is served."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=WAIT_SECONDS) as client:
            response = client.post("/graphql", json={"query": "{ accounts { name } }"})
        return response.status_code == 200 and response.json()["data"] == {"accounts": [{"name": "acme"}]}

    def sockets(self) -> int:
        """How many sockets the process has open."""
        count = 0
        for handle in Path(f"/proc/{self.pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                count += str(handle.readlink()).startswith("socket:")
        return count


@contextmanager
def lonely(directory: Path, limits: str = "", top: str = "", workers: int = 1) -> Iterator[Lonely]:
    port = free_port()
    config = directory / "config.toml"
    config.write_text(CONFIG.format(port=port, limits=limits, top=top, directory=directory))
    arguments = ("serve", "--insecure-no-auth", "--config", str(config), "--port", str(port), "--workers", str(workers))
    with running(f"http://127.0.0.1:{port}/health/live", *arguments, log=directory / "log") as process:
        one = Lonely(port, process.pid, directory / "log")
        with one.stack:
            yield one
