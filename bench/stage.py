"""A sandbox and a gateway, each a process of its own, with what they take of the machine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.gateways import CONFIG, SandboxProcess
from tests.e2e.processes import ROOT, free_port, wait_until_up

TICKS = os.sysconf("SC_CLK_TCK")
ROOMY = "[limits]\nmax_cost_per_minute = 100000000\n"  # it is the vendors' budgets that count here
Settings = Mapping[str, Mapping[str, Any]]  # of accounts, by their names


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the stage. `log` is where it writes."""

    pid: int
    log: Path

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> float:
        """Megabytes that are resident now."""
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found is not None
        return int(found[1]) / 1024


@dataclass(frozen=True, slots=True)
class Stage:
    """`url` is the gateway's."""

    sandbox: SandboxProcess
    vendors: Process
    url: str
    gateway: Process


@contextmanager
def stage(folder: Path, size: float, settings: Settings, root: Path = ROOT) -> Iterator[Stage]:
    """A sandbox of that size, and a gateway by the code in `root` over it."""
    with sandbox(folder, size) as (known, vendors), gateway(folder, known.known, settings, root) as (url, process):
        yield Stage(known, vendors, url, process)


@contextmanager
def sandbox(folder: Path, size: float) -> Iterator[tuple[SandboxProcess, Process]]:
    url = f"http://127.0.0.1:{(port := free_port())}"
    arguments = ("sandbox", "--port", str(port), "--size", str(size))
    with ExitStack() as stack:
        process = stack.enter_context(running(*arguments, ready=url + "/credentials", log=folder / "sandbox.log"))
        client = stack.enter_context(httpx.Client(base_url=url, trust_env=False, timeout=60))
        yield SandboxProcess(client, client.get("/credentials").json()), process


@contextmanager
def gateway(
    folder: Path, known: Mapping[str, Any], settings: Settings, root: Path = ROOT
) -> Iterator[tuple[str, Process]]:
    """A gateway by the code in `root`: its address and its process."""
    home = folder / f"gateway-{(port := free_port())}"
    home.mkdir()
    url, config = f"http://127.0.0.1:{port}", home / "config.toml"
    config.write_text(CONFIG.format(port=port, data_dir=home / "data", **known) + ROOMY)
    over = {
        f"ORDER_GATEWAY_ACCOUNTS__{account}__{key}".upper(): str(value)
        for account, keys in settings.items()
        for key, value in keys.items()
    }
    arguments = ("serve", "--insecure-no-auth", "--config", str(config), "--port", str(port))
    with running(*arguments, ready=url + "/health/ready", log=home / "log", root=root, over=over) as process:
        yield url, process


@contextmanager
def running(
    *arguments: str, ready: str, log: Path, root: Path = ROOT, over: Mapping[str, str] | None = None
) -> Iterator[Process]:
    """A command of the project by the code in `root`, ready to be asked; killed at the end, if it does not end."""
    with log.open("wb") as stderr:
        command = [sys.executable, "-m", "gateway", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(root), **(over or {})}
        process = subprocess.Popen(command, cwd=root, env=environment, stderr=stderr, start_new_session=True)
    try:
        wait_until_up(ready, process)
        yield Process(process.pid, log)
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


@dataclass(slots=True)
class Work:
    """How busy the machine and some processes were since this was made."""

    processes: Mapping[str, Process]
    began: float
    before: dict[str, float]

    @classmethod
    def of(cls, processes: Mapping[str, Process]) -> Work:
        return cls(processes, time.monotonic(), cls._now(processes))

    def shares(self) -> dict[str, float]:
        """What each took of one processor, and as "idle" what the machine did not take of all of its own."""
        seconds, now = time.monotonic() - self.began, self._now(self.processes)
        spent = {name: (now[name] - self.before[name]) / seconds for name in now}
        return {**spent, "idle": spent["idle"] / (os.cpu_count() or 1)}

    @staticmethod
    def _now(processes: Mapping[str, Process]) -> dict[str, float]:
        idle = Path("/proc/stat").read_text().split("\n", 1)[0].split()[4]
        return {"idle": int(idle) / TICKS, **{name: process.cpu() for name, process in processes.items()}}
