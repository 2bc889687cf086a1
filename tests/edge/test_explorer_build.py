"""The script that builds the explorer, without Node: what it runs, and what it leaves when that fails."""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "web" / "build.py"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, working on a small `web/` of its own."""
    spec = importlib.util.spec_from_file_location("explorer_build", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    for name in ("src/main.tsx", "index.html", "package.json", "package-lock.json", "vite.config.ts"):
        (web / name).write_text(name)
    monkeypatch.setattr(module, "WEB", web)
    monkeypatch.setattr(module, "BUILT", web / "dist")
    monkeypatch.setattr(module, "usable_node", lambda path: ("/bin/node", "/bin/npm"))
    return module


@pytest.fixture
def commands(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that the script ran; the one that runs vite leaves a page behind."""
    ran: list[str] = []

    def run(command: Sequence[str], timeout: float, environment: dict[str, str] | None = None) -> None:
        ran.append(" ".join(command[:2]))
        if "vite" in command[1]:
            script.BUILT.mkdir()
            (script.BUILT / "index.html").write_text(f"build {len(ran)}")

    monkeypatch.setattr(script, "run", run)
    return ran


def test_a_build_is_made_once_and_again_only_after_a_change(
    script: ModuleType, commands: list[str], tmp_path: Path
) -> None:
    target = tmp_path / "out" / "graphiql"
    script.build(9, target)
    script.build(9, target)
    assert commands == ["/bin/npm ci", "/bin/node node_modules/vite/bin/vite.js"]
    (script.WEB / "src" / "main.tsx").write_text("changed")
    script.build(9, target)
    assert len(commands) == 4
    assert (target / "index.html").read_text() == "build 4"


def test_a_failed_build_leaves_the_old_one_in_place(
    script: ModuleType, commands: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "graphiql"
    script.build(9, target)
    (script.WEB / "src" / "main.tsx").write_text("changed")
    monkeypatch.setattr(script, "run", fail(script, "no network"))
    with pytest.raises(script.BuildError, match="no network"):
        script.build(9, target)
    assert (target / "index.html").read_text() == "build 2"


@pytest.mark.parametrize(("arguments", "status", "word"), [(["--optional"], 0, "warning"), ([], 1, "error")])
def test_a_failure_is_an_error_unless_the_page_is_optional(
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    word: str,
) -> None:
    monkeypatch.setattr(script, "build", fail(script, "no network"))
    assert script.main(arguments) == status
    assert capsys.readouterr().err == f"{word}: the explorer was not built: no network\n"


def test_where_there_is_no_node_it_is_installed_beside_this_python(
    script: ModuleType, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = str(Path(sys.executable).parent)
    found = iter([None, None, (f"{own}/node", f"{own}/npm")])
    monkeypatch.setattr(script, "usable_node", lambda path: next(found))
    assert script.find_node(9) == (f"{own}/node", f"{own}/npm")
    assert commands == [f"{sys.executable} -m"]


def test_a_command_that_fails_or_hangs_is_named(script: ModuleType) -> None:
    python = sys.executable
    with pytest.raises(script.BuildError, match=r"(?s)failed with status 3:.*the reason"):
        script.run([python, "-c", "print('the reason'); exit(3)"], 30)
    with pytest.raises(script.BuildError, match=r"took longer than 0\.1 seconds"):
        script.run([python, "-c", "import time; time.sleep(30)"], 0.1)
    with pytest.raises(script.BuildError, match="could not start"):
        script.run(["/nowhere/node"], 30)


def fail(script: ModuleType, reason: str) -> Callable[..., None]:
    def failing(*_: object) -> None:
        raise script.BuildError(reason)

    return failing
