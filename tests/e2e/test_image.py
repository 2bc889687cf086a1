"""The image, built from its Dockerfile in a fresh Debian and run as an engine would: read-only, and not as root."""

from __future__ import annotations

import os
import re
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.containers import Network, container, execute, network
from tests.e2e.gateways import CONFIG
from tests.e2e.image import Image, build
from tests.e2e.processes import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

QUERY = {"query": "{ orders(first: 30) { nodes { number vendor } sources { state } } }"}
MOST_MEGABYTES = 230  # all files; `docs/deploying.md` says how many are whose


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    with tempfile.TemporaryDirectory(dir=memory()) as workshop:
        yield build(ROOT, Path(workshop))


def memory() -> str | None:
    """A folder that no disk slows down, where one has room for the 1.3 GB and may hold programs and devices."""
    folder = "/dev/shm"  # noqa: S108 - the folder made in it has a name of its own, for root alone
    if not os.path.isdir(folder):
        return None
    room = os.statvfs(folder)
    fit = room.f_bavail * room.f_frsize > 4 * 1024**3 and not room.f_flag & (os.ST_NOEXEC | os.ST_NODEV)
    return folder if fit else None


@pytest.fixture
def inside() -> Iterator[Network]:
    with network() as made:
        yield made


@pytest.mark.parametrize("more", [[], ["--workers", "2"]], ids=["as it is", "two workers"])
def test_it_serves_those_who_have_a_key_without_a_file_of_its_own_changed(
    image: Image, inside: Network, tmp_path: Path, more: list[str]
) -> None:
    before = files(image.root)
    with sandbox(image, inside, tmp_path) as known:
        folder = tmp_path / "gateway"
        folder.mkdir()
        key, lines = made_key(image, inside, folder)
        (folder / "settings/config.toml").write_text(configuration(known) + lines)
        with container(image, inside, folder, *image.command, *more) as gateway:
            inside.wait(gateway, 8000, "/health/live")
            assert execute(image, inside, folder, *image.health).returncode == 0

            refused = inside.ask(8000, "POST", "/graphql", QUERY)
            assert refused is not None
            assert refused.status == 401
            answer = inside.ask(8000, "POST", "/graphql", QUERY, authorization=f"Bearer {key}")
            assert answer is not None
            assert answer.status == 200, answer.text
            listed = answer.json()["data"]["orders"]
            assert {source["state"] for source in listed["sources"]} == {"OK"}
            assert len(listed["nodes"]) == 30

            status = (gateway.first / "status").read_text()
            assert re.findall(r"^[UG]id:\t(\d+)\t\1\t\1\t\1$", status, re.M) == [str(one) for one in image.ids]
            assert 0 not in image.ids
            assert re.search(r"^CapEff:\t0+$", status, re.M)

            os.kill(int(gateway.first.name), signal.SIGTERM)
            assert gateway.process.wait(timeout=60) == 0, gateway.log.read_text()
        assert (folder / "data/state.db").stat().st_uid == image.ids[0]
    assert files(image.root) == before


def test_the_health_check_fails_where_nothing_serves(image: Image, inside: Network, tmp_path: Path) -> None:
    assert execute(image, inside, tmp_path, *image.health).returncode == 1


def test_without_a_configuration_it_does_not_start(image: Image, inside: Network, tmp_path: Path) -> None:
    done = execute(image, inside, tmp_path, *image.entry, *image.command)
    assert done.returncode == 2
    assert "/etc/order-gateway/config.toml" in done.stderr


def test_its_demo_answers_and_has_the_page_inside(image: Image, inside: Network, tmp_path: Path) -> None:
    with container(image, inside, tmp_path, "demo") as demo:
        inside.wait(demo, 8000, "/health/live")
        page = inside.ask(8000, "GET", "/graphql", accept="text/html")
        assert page is not None
        scripts = re.findall(r'src="\.(/graphql/assets/[^"]+\.js)"', page.text)
        assert scripts, page.text
        for script in scripts:
            answer = inside.ask(8000, "GET", script)
            assert answer is not None
            assert answer.status == 200
        answer = inside.ask(8000, "POST", "/graphql", QUERY)
        assert answer is not None
        assert len(answer.json()["data"]["orders"]["nodes"]) == 30


def test_it_can_write_its_volume_and_tmp_alone(image: Image, inside: Network, tmp_path: Path) -> None:
    found = execute(image, inside, tmp_path, "find", "/", "-xdev", "-writable", "!", "-type", "c", "!", "-type", "l")
    assert found.stdout.split() == ["/tmp", *image.volumes]  # noqa: S108 - its own /tmp
    mine = [path for path in image.root.rglob("*") if path.lstat().st_uid == image.ids[0]]
    assert mine == [image.root / volume.strip("/") for volume in image.volumes]


def test_it_has_no_tools_to_build_with_and_no_way_to_become_another(image: Image) -> None:
    tools = {"pip", "pip3", "node", "npm", "gcc", "cc", "git", "hatchling", "curl", "wget"}
    programs = [path for path in image.root.rglob("*") if path.is_file() and os.access(path, os.X_OK)]
    assert not tools & {path.name for path in programs}
    assert not [path for path in programs if path.stat().st_mode & 0o6000]
    assert not (image.root / "src").exists()
    packages = image.root / "opt/order-gateway/lib"
    assert list(packages.glob("*/site-packages/gateway/app.py"))
    assert not list(packages.glob("*/site-packages/tests"))


def test_it_trusts_the_authorities_that_vendors_have(image: Image, inside: Network, tmp_path: Path) -> None:
    count = "import ssl; print(ssl.create_default_context().cert_store_stats()['x509_ca'])"
    assert int(execute(image, inside, tmp_path, "python", "-c", count).stdout) > 50


def test_it_is_as_small_as_the_docs_say(image: Image) -> None:
    blocks = {seen.st_ino: seen.st_blocks for seen in (path.lstat() for path in image.root.rglob("*"))}
    assert sum(blocks.values()) * 512 < MOST_MEGABYTES * 1_000_000


@contextmanager
def sandbox(image: Image, inside: Network, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The vendors' emulators in a container of their own; what they know of logins."""
    folder = tmp_path / "vendors"
    folder.mkdir()
    with container(image, inside, folder, "sandbox", "--size", "0.1") as vendors:
        known: dict[str, Any] = inside.wait(vendors, 9000, "/credentials").json()
        yield known


def made_key(image: Image, inside: Network, folder: Path) -> tuple[str, str]:
    """A key as an operator makes one, and the lines of it for the configuration."""
    done = execute(image, inside, folder, *image.entry, "key", "shop")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


def configuration(known: dict[str, Any]) -> str:
    return CONFIG.format(port=8000, data_dir="/var/lib/order-gateway", **known)


def files(root: Path) -> dict[str, tuple[int, int, int]]:
    """Every file with its size, mode and time of change."""
    found = ((str(path), path.lstat()) for path in root.rglob("*"))
    return {name: (seen.st_size, seen.st_mode, seen.st_mtime_ns) for name, seen in found}
