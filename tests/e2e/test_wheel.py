"""The wheel, installed by plain pip into an environment with nothing else, far from the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.e2e.processes import ROOT, free_port, wait_until_up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PAGE = "gateway/edge/graphiql/index.html"
ORDERS = {"query": "{ orders(first: 30) { nodes { vendor } } }"}


@dataclass(frozen=True, slots=True)
class Installed:
    """`home` is an empty folder to run the program in."""

    wheel: Path
    sdist: Path
    program: Path
    home: Path

    def line(self, *arguments: str) -> list[str]:
        return [str(self.program), *arguments]

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of this Python's surroundings."""
        return {"PATH": os.defpath, "HOME": str(self.home)}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.line(*arguments),
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    built = build(ROOT, folder / "dist")
    assert built.returncode == 0, built.stderr
    (wheel,) = (folder / "dist").glob("*.whl")
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "deploy/requirements.txt")], check=True)
    subprocess.run([*pip, "--no-index", "--no-deps", str(wheel)], check=True)
    (folder / "home").mkdir()
    return Installed(wheel, sdist, python.parent / "order-gateway", folder / "home")


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """A source archive and a wheel of that folder."""
    line = [sys.executable, "-m", "hatchling", "build", "-d", str(target)]
    return subprocess.run(line, cwd=source, capture_output=True, text=True, timeout=60, check=False)


def test_the_wheel_holds_the_gateway_and_its_page_and_nothing_else(installed: Installed) -> None:
    names = zipfile.ZipFile(installed.wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"gateway", f"{installed.wheel.name.rsplit('-', 3)[0]}.dist-info"}
    assert PAGE in names
    assert "gateway/py.typed" in names
    assert not [name for name in names if "__pycache__" in name or "node_modules" in name]


def test_a_wheel_of_the_source_archive_is_the_same(installed: Installed, tmp_path: Path) -> None:
    with tarfile.open(installed.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    again = build(folder, tmp_path / "dist")
    assert again.returncode == 0, again.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert wheel.read_bytes() == installed.wheel.read_bytes()


def test_no_wheel_comes_out_without_the_page(installed: Installed, tmp_path: Path) -> None:
    with tarfile.open(installed.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    shutil.rmtree(folder / "gateway/edge/graphiql")
    refused = build(folder, tmp_path / "dist")
    assert refused.returncode != 0
    assert "run `python web/build.py` first" in refused.stderr
    assert not list((tmp_path / "dist").glob("*"))


def test_the_installed_demo_answers_and_shows_its_page(demo: str) -> None:
    page = httpx.get(demo + "/graphql", headers={"accept": "text/html"}, trust_env=False)
    assert "/graphql/assets/" in page.text
    answer = httpx.post(demo + "/graphql", json=ORDERS, timeout=30, trust_env=False).json()
    assert {order["vendor"] for order in answer["data"]["orders"]["nodes"]} == {
        "PARTNER_CENTER",
        "SELLERCLOUD",
        "SOFTWAREONE",
    }


def test_the_installed_schema_is_the_committed_one(installed: Installed) -> None:
    assert installed.run("schema").stdout == (ROOT / "schema.graphql").read_text("utf-8")


def test_the_installed_serve_lets_nobody_in_until_told_who(installed: Installed, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        'public_url = "https://orders.example.com"\n[accounts.market]\nvendor = "softwareone"\n'
        'token = "idt:TKN-0000-0000:secret"\nactor = "client"\n'
    )
    done = installed.run("serve", "--config", str(config))
    assert done.returncode == 2
    assert "auth: nobody may come in" in done.stderr


@pytest.fixture(scope="module")
def demo(installed: Installed) -> Iterator[str]:
    """The installed program's demo, started in an empty folder, which is empty still when it is over."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    line = installed.line("demo", "--port", str(port), "--sandbox-port", str(free_port()))
    with subprocess.Popen(line, cwd=installed.home, env=installed.environment, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_up(url + "/graphql?query={__typename}", process)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=30)
    assert list(installed.home.iterdir()) == []
