"""What the app opened is closed, at whichever point it fails."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

import gateway.app
from gateway import cli
from gateway.app import create_app, utc_now
from gateway.config import load_table
from gateway.edge.identity import Identities
from gateway.policy import Auth
from gateway.store.sqlite import StoreError
from gateway.telemetry import logs
from gateway.telemetry.traces import Traces
from gateway.vendors.registry import REGISTRY
from gateway.watching import Watching
from gateway.writing import Writer
from tests.edge.http_desk import ACCOUNT, TABLE, URL, Ran, schema_noting


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was closed, in its order."""
    names: list[str] = []

    def noted(owner: type, method: str) -> None:
        real = getattr(owner, method)

        async def close(self: object) -> None:
            names.append(owner.__name__)
            await real(self)

        monkeypatch.setattr(owner, method, close)

    noted(Traces, "close")
    noted(Identities, "close")
    noted(Writer, "close")
    noted(Watching, "close")
    noted(httpx.MockTransport, "aclose")
    return names


async def run() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(500))
    config = load_table(TABLE, {}, REGISTRY)
    app = create_app(config, transport, utc_now, schema_noting(Ran()), Identities(Auth()), Traces())
    async with app.router.lifespan_context(app):
        pass


async def test_all_is_closed_the_accounts_after_what_uses_them(closed: list[str]) -> None:
    await run()
    assert closed == ["Watching", "Writer", "Identities", "MockTransport", "Traces"]


@pytest.mark.parametrize(
    ("what", "left"),
    [
        ("open_spool", ["Identities", "MockTransport", "Traces"]),
        ("open_writer", ["Identities", "MockTransport", "Traces"]),
        ("open_watching", ["Writer", "Identities", "MockTransport", "Traces"]),
        ("Operations", ["Watching", "Writer", "Identities", "MockTransport", "Traces"]),
    ],
)
async def test_a_start_that_fails_half_way_closes_what_was_open(
    what: str, left: list[str], closed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(gateway.app, what, fail)
    with pytest.raises(StoreError):
        await run()
    assert closed == left


async def test_what_fails_to_close_keeps_nothing_else_open(closed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(self: Watching) -> None:
        raise RuntimeError("no end")

    monkeypatch.setattr(Watching, "close", fail)
    with pytest.raises(RuntimeError):
        await run()
    assert closed == ["Writer", "Identities", "MockTransport", "Traces"]


def test_serve_says_which_document_of_the_manifest_cannot_run_and_starts_no_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[str] = []
    monkeypatch.setattr(cli, "serve", lambda *_: served.append("served"))
    monkeypatch.setattr(logs, "configure", lambda _: None)
    for variable in (cli.CONFIG_VARIABLE, cli.OPEN_VARIABLE):
        monkeypatch.setenv(variable, "")
    (tmp_path / "manifest.json").write_text('{"good": "{ accounts { name } }", "bad": "{ nope }"}')
    account = "\n".join(f'{key} = "{value}"' for key, value in ACCOUNT.items())
    (tmp_path / "c.toml").write_text(
        f'public_url = "{URL}"\nsigning_keys = ["a-key-for-tests-only"]\ndocuments = "manifest.json"\n'
        f"[accounts.acme]\n{account}\n"
    )
    assert cli.main(["serve", "--config", str(tmp_path / "c.toml"), "--insecure-no-auth"]) == 2
    said = capsys.readouterr().err
    assert ("documents: bad:" in said, "good" in said, served) == (True, False, [])
