"""What a page of 500 merged orders with lines costs in memory: the gateway as a process of its own over the sandbox.

Run: `.venv/bin/python bench/page_memory.py`. Prints the process's resident memory before, at its peak during 20 such
pages in a row and during 8 at once, and after.
"""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

QUERY = """{ orders(first: 500) { nodes {
  id number status createdAt customer { key } total { amount currency }
  lines { id number quantity item { key name } unitPrice { amount } total { amount } }
} pageInfo { endCursor hasNextPage } } }"""


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


async def measure(url: str, pid: int) -> None:
    async with httpx.AsyncClient(timeout=120, trust_env=False) as client:

        async def page() -> int:
            answer = (await client.post(url, json={"query": QUERY})).json()
            assert "errors" not in answer, answer["errors"]
            return len(answer["data"]["orders"]["nodes"])

        await client.post(url, json={"query": "{ orders(first: 1) { nodes { id } } }"})
        await page()  # fills caches that live on
        before = memory(pid, "VmRSS")
        print(f"before            {before:7.1f} MB")
        for name, rounds, at_once in (("20 in a row", 20, 1), ("8 at once, twice", 2, 8)):
            reset_peak(pid)
            rows = 0
            for _ in range(rounds):
                rows = sum(await asyncio.gather(*(page() for _ in range(at_once))))
            peak = memory(pid, "VmHWM")
            print(f"{name:17} {peak:7.1f} MB at most (+{peak - before:.1f}), {rows // at_once} orders a page")
        await asyncio.sleep(1)
        print(f"after             {memory(pid, 'VmRSS'):7.1f} MB")


def main() -> None:
    port, sandbox_port = free_port(), free_port()
    command = [sys.executable, "-m", "gateway", "demo", "--port", str(port), "--sandbox-port", str(sandbox_port)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            time.sleep(0.2)
            try:
                if httpx.get(f"http://127.0.0.1:{port}/health/live", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                continue
        asyncio.run(measure(f"http://127.0.0.1:{port}/graphql", process.pid))
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
