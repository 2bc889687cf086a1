"""The demo: sandbox vendors in a process of their own, and a gateway connected to them over real HTTP."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from gateway.config import Config

STARTUP_SECONDS = 60


def run(port: int, sandbox_port: int) -> int:
    """Serves until interrupted; returns the exit code."""
    from gateway.app import create_app
    from gateway.cli import complain, serve

    for name, number in (("PORT", port), ("SANDBOX_PORT", sandbox_port)):
        if taken(number):
            return complain(f"port {number} is in use; try `make demo {name}={number + 100}`.")
    sandbox = subprocess.Popen([sys.executable, "-m", "gateway", "sandbox", "--port", str(sandbox_port)])  # noqa: S603 - our own module
    try:
        credentials = wait_for(f"http://127.0.0.1:{sandbox_port}/credentials", sandbox)
        if credentials is None:
            return complain("the sandbox did not start.")
        app = create_app(demo_config(credentials, f"http://127.0.0.1:{port}"))
        sys.stderr.write(
            f"\n  GraphiQL   http://127.0.0.1:{port}/graphql\n"
            f"  Sandbox    http://127.0.0.1:{sandbox_port}/credentials\n"
            "  Stop       Ctrl-C\n\n"
        )
        serve(app, "127.0.0.1", port)
    finally:
        sandbox.terminate()
        sandbox.wait(timeout=10)
    return 0


def demo_config(credentials: Mapping[str, Any], public_url: str) -> Config:
    """The configuration that a reader of `/credentials` would write: one account per vendor."""
    from gateway.config import load_table
    from gateway.vendors.registry import REGISTRY

    partner_center = {key: value for key, value in credentials["partner_center"].items() if key != "customers"}
    softwareone = credentials["softwareone"]
    document = {
        "public_url": public_url,
        "allow_private_redirects": True,
        "accounts": {
            "contoso": {"vendor": "partner_center", **partner_center},
            "acme": {"vendor": "sellercloud", **credentials["sellercloud"]},
            "marketplace": {
                "vendor": "softwareone",
                "base_url": softwareone["base_url"],
                "token": softwareone["tokens"]["client"],
                "actor": "client",
            },
        },
    }
    return load_table(document, {}, REGISTRY)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> dict[str, Any] | None:
    until = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            answer = httpx.get(url, timeout=2, trust_env=False)
            if answer.status_code == 200:
                return dict(answer.json())
        except httpx.TransportError:
            time.sleep(0.1)
    return None


def taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
