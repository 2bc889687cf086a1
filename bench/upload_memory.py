"""What a large upload costs in memory: the gateway as a process of its own, a sandbox with raised limits as another.

Run: `.venv/bin/python bench/upload_memory.py`. Prints the gateway's resident memory before, and at its peak during one
upload of 1 MB, one of 200 MB and four of 50 MB at once, from a client over HTTP to the vendor's emulator over HTTP.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

MB = 1_000_000
BOUNDARY = "upload-memory-boundary"
ORDERS = "{ orders(first: 50, filter: {vendors: [PARTNER_CENTER]}) { nodes { id } } }"
MUTATION = """mutation($input: AddAttachmentsInput!) { addAttachments(input: $input) {
  attachments { id } outcome { state } userErrors { code message field } } }"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def memory(pid: int, what: str) -> float:
    """Megabytes, `what` being VmRSS (now) or VmHWM (the most so far)."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def reset_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


@contextmanager
def process(*arguments: str, ready: str) -> Iterator[int]:
    """A command of the project's, ready to be asked; its process id."""
    running = subprocess.Popen([sys.executable, "-m", "gateway", *arguments], stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            time.sleep(0.2)
            try:
                if httpx.get(ready, trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                continue
        yield running.pid
    finally:
        running.terminate()
        running.wait()


def configuration(directory: Path, sandbox: str, port: int) -> Path:
    account = httpx.get(f"{sandbox}/credentials", trust_env=False).json()["partner_center"]
    raised = {"attachment_max_bytes": 10**9, "upload_any_status": True}
    httpx.put(f"{sandbox}/control/partner_center/settings", json=raised, trust_env=False).raise_for_status()
    lines = [
        f'public_url = "http://127.0.0.1:{port}"',
        f"data_dir = {json.dumps(str(directory / 'data'))}",
        f"max_upload_bytes = {300 * MB}",
        "[accounts.contoso]",
        'vendor = "partner_center"',
        f"max_attachment_bytes = {300 * MB}",
        "timeout_seconds = 120",
        *(f"{key} = {json.dumps(value)}" for key, value in account.items() if key != "customers"),
    ]
    path = directory / "config.toml"
    path.write_text("\n".join(lines))
    return path


def form(order: str, size: int) -> tuple[AsyncIterator[bytes], int]:
    """The body of one upload, made as it is sent, and its length."""
    price = {"amount": "1.00", "currency": "EUR"}
    variables = {
        "input": {
            "parentId": order,
            "purchaseOrder": {"customerPrice": price},
            "files": [{"file": None, "kind": "PURCHASE_ORDER"}],
        }
    }
    operations = json.dumps({"query": MUTATION, "variables": variables})
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{operations}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="map"\r\n\r\n'
        '{"0": ["variables.input.files.0.file"]}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="0"; filename="order.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n%PDF-1.7\n"
    ).encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield head
        block = bytes(range(256)) * 256
        for start in range(0, size, len(block)):
            yield block[: size - start]
        yield tail

    return pieces(), len(head) + size + len(tail)


async def upload(client: httpx.AsyncClient, url: str, order: str, size: int) -> dict[str, Any]:
    content, length = form(order, size)
    headers = {
        "content-type": f"multipart/form-data; boundary={BOUNDARY}",
        "content-length": str(length),
        "graphql-require-preflight": "1",
    }
    answer = (await client.post(url, content=content, headers=headers)).json()
    assert "errors" not in answer, answer["errors"]
    result: dict[str, Any] = answer["data"]["addAttachments"]
    return result


async def measure(url: str, pid: int) -> None:
    async with httpx.AsyncClient(timeout=600, trust_env=False) as client:
        answer = (await client.post(url, json={"query": ORDERS})).json()
        orders = iter([node["id"] for node in answer["data"]["orders"]["nodes"]])
        await upload(client, url, next(orders), MB)  # fills what lives on
        before = memory(pid, "VmRSS")
        print(f"before           {before:7.1f} MB")
        for name, size, at_once in (("1 MB", MB, 1), ("200 MB", 200 * MB, 1), ("4 of 50 MB", 50 * MB, 4)):
            reset_peak(pid)
            started = time.perf_counter()
            work = (upload(client, url, next(orders), size) for _ in range(at_once))
            results = await asyncio.gather(*work)
            peak = memory(pid, "VmHWM")
            seconds = time.perf_counter() - started
            print(f"{name:16} {peak:7.1f} MB at most (+{peak - before:.1f}), {seconds:.1f} s")
            assert all(one["outcome"]["state"] == "DONE" for one in results), results


def main() -> None:
    port, sandbox_port = free_port(), free_port()
    sandbox, gateway = f"http://127.0.0.1:{sandbox_port}", f"http://127.0.0.1:{port}"
    with (
        tempfile.TemporaryDirectory() as directory,
        process("sandbox", "--port", str(sandbox_port), ready=f"{sandbox}/credentials"),
    ):
        config = configuration(Path(directory), sandbox, port)
        arguments = ("serve", "--insecure-no-auth", "--config", str(config), "--port", str(port))
        with process(*arguments, ready=f"{gateway}/health/live") as pid:
            asyncio.run(measure(f"{gateway}/graphql", pid))


if __name__ == "__main__":
    main()
