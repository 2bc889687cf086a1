"""How long the gateway looks at documents made to be expensive, over HTTP against a process of its own.

    .venv/bin/python -m bench.attacks [--size 230]

Prints for each: the answer's code or OK, its length, and the median milliseconds of its first sight (each time with
another name in it, so that nothing is remembered) and of its repeats, beside those of a plain small query.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from tests.e2e.gateways import gateway, sandbox
from tests.schema.attacks import HARMLESS, REFUSED

ROUNDS = 7
PLAIN = "{ __typename }"


def main() -> None:
    parser = argparse.ArgumentParser(description="Times the refusal of expensive documents.")
    parser.add_argument("--size", type=int, default=230)
    size = parser.parse_args().size
    roomy = "[limits]\nmax_cost_per_minute = 100000000\n"
    with (
        tempfile.TemporaryDirectory() as folder,
        sandbox() as vendors,
        gateway(Path(folder), vendors.known, more=roomy) as running,
        httpx.Client(trust_env=False) as client,
    ):
        url = running.url
        texts = {"a plain query": PLAIN, **{name: write(size) for name, (write, _) in REFUSED.items()}}
        texts |= {name: write(size) for name, write in HARMLESS.items()}
        print(f"{'document':45} {'bytes':>8} {'answer':22} {'first ms':>9} {'again ms':>9}")
        for name, text in texts.items():
            answer = asked(client, url, text)[1]
            first = statistics.median(asked(client, url, f"{text} #{n}")[0] for n in range(ROUNDS))
            again = statistics.median(asked(client, url, text)[0] for _ in range(ROUNDS))
            print(f"{name:45} {len(text):>8} {answer:22} {first:>9.1f} {again:>9.1f}")


def asked(client: httpx.Client, url: str, text: str) -> tuple[float, str]:
    started = time.perf_counter()
    answer = client.post(f"{url}/graphql", json={"query": text}, timeout=60).json()
    milliseconds = (time.perf_counter() - started) * 1_000
    errors = answer.get("errors")
    said = errors[0]["extensions"] if errors else {}
    return milliseconds, str(said.get("limit") or said.get("code") or "OK")


if __name__ == "__main__":
    main()
