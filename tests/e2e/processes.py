"""Starts the project's commands as processes of their own and stops them again."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
START_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    ready: str, *arguments: str, stop: signal.Signals = signal.SIGINT, log: Path = Path(os.devnull)
) -> Iterator[subprocess.Popen[bytes]]:
    """`order-gateway` with these arguments, until the block ends; `ready` is the URL that answers once it is up.

    It is then stopped by the signal `stop`, sent to the first process alone; `log` is where it writes its log.
    """
    with started(*arguments, log=log) as process:
        try:
            wait_until_up(ready, process)
            yield process
        finally:
            process.send_signal(stop)
            process.wait(timeout=30)
            assert not group_alive(process.pid), "a process was left behind"


@contextmanager
def started(*arguments: str, log: Path = Path(os.devnull)) -> Iterator[subprocess.Popen[bytes]]:
    """The command as soon as its process exists; what is left of it at the end is killed."""
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", *arguments], cwd=ROOT, stderr=stderr, start_new_session=True
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_up(url: str, process: subprocess.Popen[bytes], verify: ssl.SSLContext | bool = True) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "the command ended by itself"
        try:
            if httpx.get(url, trust_env=False, verify=verify).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer")


def wait_until_logged(log: Path, text: str) -> None:
    until = time.monotonic() + START_SECONDS
    while text not in log.read_text():
        assert time.monotonic() < until, f"{text} was not logged"
        time.sleep(0.01)


def group_alive(group: int) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "gateway", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
