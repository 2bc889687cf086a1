"""The gateway behind a real nginx with the site of `deploy/nginx.conf`: TLS, files, sockets and events go through."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.sync.client import connect

from tests.e2e.gateways import gateway, sandbox
from tests.e2e.processes import ROOT, free_port, wait_until_up
from tests.edge.upload_desk import PREFLIGHT

pytestmark = pytest.mark.slow

# What stands around a site, with nothing outside the folder.
MAIN = """
daemon off;
user root;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  include {folder}/site.conf;
}}
"""
WAITING = """{ orders(first: 1, filter: { vendors: [PARTNER_CENTER], documents: [REQUIRED] }) {
  nodes { id total { amount currency } } } }"""
ATTACH = """mutation ($input: AddAttachmentsInput!) {
  addAttachments(input: $input) { outcome { state } userErrors { message } } }"""
WATCH = "subscription ($ids: [ID!]!) { orderChanged(ids: $ids) { kind } }"
LINKS = "{ agreements(first: 20) { nodes { attachments { downloadUrl sizeInBytes } } } }"
BIG = b"%PDF-1.7\n" + b"x" * 3_000_000  # more than nginx takes unless told


@dataclass(frozen=True, slots=True)
class Proxy:
    url: str
    trust: ssl.SSLContext
    folder: Path

    @property
    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, verify=self.trust, trust_env=False, timeout=30)

    def ask(self, query: str) -> dict[str, Any]:
        with self.client as client:
            answer: dict[str, Any] = client.post("/graphql", json={"query": query}).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def waiting_order(self) -> dict[str, Any]:
        order: dict[str, Any] = self.ask(WAITING)["orders"]["nodes"][0]
        return order


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy")
    with pytest.MonkeyPatch.context() as environment, sandbox() as vendors:
        environment.setenv("ORDER_GATEWAY_ALLOW_PRIVATE_REDIRECTS", "true")  # the sandbox's storage is on this machine
        with gateway(folder / "gateway", vendors.known) as behind, before(behind.url, folder) as one:
            yield one


@contextmanager
def before(url: str, folder: Path) -> Iterator[Proxy]:
    """nginx with the committed site before the gateway at `url`."""
    program = shutil.which("nginx")
    assert program, "nginx is missing: .ci/run installs it"
    port = free_port()
    certificate, key = made_certificate(folder)
    site = (ROOT / "deploy/nginx.conf").read_text("utf-8")
    for there, here in {
        "server 127.0.0.1:8000;": f"server {url.removeprefix('http://')};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/etc/ssl/orders.example.com/fullchain.pem": str(certificate),
        "/etc/ssl/orders.example.com/key.pem": str(key),
    }.items():
        assert site.count(there) == 1
        site = site.replace(there, here)
    (folder / "site.conf").write_text(site)
    (folder / "main.conf").write_text(MAIN.format(folder=folder))
    with subprocess.Popen([program, "-e", str(folder / "error.log"), "-c", str(folder / "main.conf")]) as process:
        try:
            trust = ssl.create_default_context(cafile=certificate)
            wait_until_up(f"https://127.0.0.1:{port}/graphql?query={{__typename}}", process, verify=trust)
            yield Proxy(f"https://127.0.0.1:{port}", trust, folder)
        finally:
            process.terminate()


def made_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


def test_a_file_larger_than_a_proxy_takes_by_itself_goes_through(proxy: Proxy) -> None:
    order = proxy.waiting_order()
    given = {
        "parentId": order["id"],
        "files": [{"kind": "PURCHASE_ORDER", "file": None}],
        "purchaseOrder": {"customerPrice": order["total"]},
    }
    form = {
        "operations": json.dumps({"query": ATTACH, "variables": {"input": given}}),
        "map": json.dumps({"0": ["variables.input.files.0.file"]}),
    }
    files = {"0": ("order.pdf", BIG, "application/pdf")}
    with proxy.client as client:
        answer = client.post("/graphql", data=form, files=files, headers=PREFLIGHT)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["addAttachments"] == {"outcome": {"state": "DONE"}, "userErrors": []}


def test_events_come_through_as_they_happen(proxy: Proxy) -> None:
    operation = {"query": WATCH, "variables": {"ids": [proxy.waiting_order()["id"]]}}
    with (
        proxy.client as client,
        client.stream("POST", "/graphql", json=operation, headers={"accept": "text/event-stream"}) as events,
    ):
        # The stream stays open: a proxy that gathers would show nothing of it.
        seen = next(line for line in events.iter_lines() if line.startswith("data: {"))
    assert json.loads(seen.removeprefix("data: "))["data"] == {"orderChanged": {"kind": "CURRENT"}}


def test_sockets_come_through(proxy: Proxy) -> None:
    address = proxy.url.replace("https", "wss") + "/graphql"
    with connect(address, subprotocols=["graphql-transport-ws"], ssl=proxy.trust, proxy=None) as client:  # type: ignore[list-item]  # a NewType of str
        client.send('{"type": "connection_init"}')
        assert json.loads(client.recv(timeout=20)) == {"type": "connection_ack"}
        client.send('{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}}')
        assert json.loads(client.recv(timeout=20))["payload"]["data"] == {"__typename": "Query"}


def test_downloads_come_through_and_no_link_is_written_down(proxy: Proxy) -> None:
    nodes = proxy.ask(LINKS)["agreements"]["nodes"]
    file = next(one for node in nodes for one in node["attachments"] or () if one["downloadUrl"])
    path = httpx.URL(file["downloadUrl"]).path
    with proxy.client as client:
        response = client.get(path)
    assert len(response.content) == file["sizeInBytes"]
    logged = (proxy.folder / "access.log").read_text()
    assert "POST /graphql" in logged
    assert "/files/" not in logged


@pytest.mark.parametrize("path", ["/metrics", "/health/live", "/health/ready"])
def test_what_is_for_operators_is_not_shown_outside(proxy: Proxy, path: str) -> None:
    with proxy.client as client:
        assert client.get(path).status_code == 404
