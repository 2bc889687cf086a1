"""The demo: sandbox vendors in a process of their own, and a gateway connected to them over real HTTP."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

import httpx

from gateway.app import create_app
from gateway.config import load_table
from gateway.server import serve
from gateway.vendors.registry import REGISTRY

STARTUP_SECONDS = 60
STOP_SECONDS = 5


class DemoError(Exception):
    """The demo cannot start; the text says why."""


def run(port: int, sandbox_port: int) -> None:
    """Serves until interrupted or terminated, and takes the sandbox down with it. Raises DemoError."""
    for name, number in (("PORT", port), ("SANDBOX_PORT", sandbox_port)):
        if taken(number):
            raise DemoError(f"port {number} is in use; try `make demo {name}={number + 100}`.")
    # Being terminated would otherwise end this process at once and leave the sandbox behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sandbox = subprocess.Popen([sys.executable, "-m", "gateway", "sandbox", "--port", str(sandbox_port)])  # noqa: S603 - our own module
    try:
        credentials = wait_for(f"http://127.0.0.1:{sandbox_port}/credentials", sandbox)
        if credentials is None:
            raise DemoError("the sandbox did not start.")
        document = demo_document(credentials, f"http://127.0.0.1:{port}")
        app = create_app(load_table(document, {}, REGISTRY))
        sys.stderr.write(
            f"\n  GraphiQL   http://127.0.0.1:{port}/graphql\n"
            f"  Sandbox    http://127.0.0.1:{sandbox_port}/credentials\n"
            "  Stop       Ctrl-C\n\n"
        )
        serve(app, "127.0.0.1", port)
    finally:
        stop(sandbox)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def demo_document(credentials: Mapping[str, Any], public_url: str) -> dict[str, Any]:
    """The configuration that a reader of `/credentials` would write: one account per vendor."""
    partner_center = {key: value for key, value in credentials["partner_center"].items() if key != "customers"}
    softwareone = credentials["softwareone"]
    return {
        "public_url": public_url,
        "log_format": "text",
        "drain_seconds": 0,
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
