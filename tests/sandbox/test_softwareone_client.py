"""The vendor's published Python client works against the SoftwareOne emulator over real HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from gateway.sandbox.control import Desk
from gateway.sandbox.softwareone import SoftwareOne
from tests.sandbox.softwareone_bench import TODAY

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
CHECK = Path(__file__).with_name("mpt_client_check.py")
PYTHON = "MPT_CLIENT_PYTHON"
HELP = f"""No interpreter with the vendor's client at {{path}}. It needs Python 3.12 or later and one package:
    python3.12 -m venv .venv-mpt && .venv-mpt/bin/pip install mpt-api-client==7.0.0
or name another interpreter that has it in {PYTHON}."""


@contextmanager
def served(emulator: SoftwareOne) -> Iterator[str]:
    """The emulator at its mount on a free port; gives the sandbox's root URL."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        app = Starlette(routes=[Mount(emulator.mount, Desk(emulator))])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            deadline = time.monotonic() + 10
            while not server.started and time.monotonic() < deadline:
                time.sleep(0.02)
            assert server.started
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_vendors_own_client_lists_orders_places_one_and_downloads_a_file() -> None:
    python = Path(os.environ.get(PYTHON) or ROOT / ".venv-mpt" / "bin" / "python")
    if not python.exists():
        pytest.fail(HELP.format(path=python))
    emulator = SoftwareOne(1, 1.0, TODAY)
    # In production files live on another host, where the client drops its token by itself.
    emulator.settings.storage_host = "localhost"
    with served(emulator) as root:
        given = emulator.credentials(root)
        tokens = given["tokens"]
        command = [str(python), str(CHECK), given["base_url"], tokens["client"], tokens["vendor"]]
        run = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    assert run.stdout.count("ok   ") > 20
