"""The Dockerfile and its `.dockerignore`, as read: the promises that need no build to check."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from tests.e2e.dockerfile import Stage, ignored, lines, stages
from tests.e2e.processes import ROOT

RULES = lines((ROOT / ".dockerignore").read_text("utf-8"))


@pytest.fixture(scope="module")
def ours() -> list[Stage]:
    return stages((ROOT / "Dockerfile").read_text("utf-8"))


def test_its_steps_are_read_with_flags_and_continued_lines() -> None:
    text = "# a comment\nFROM some:1 AS first\nRUN one \\\n  # inside\n  && two\nFROM first\nCOPY --from=first /a b/\n"
    first, second = stages(text)
    assert (first.base, first.name, second.base, second.name) == ("some:1", "first", "first", "")
    assert [(one.word, one.flags, one.text) for one in (*first.instructions, *second.instructions)] == [
        ("RUN", {}, "one && two"),
        ("COPY", {"from": "first"}, "/a b/"),
    ]


@pytest.mark.parametrize("text", ["RUN before any stage", "FROM a\nADD b c", "FROM a\nrun lower case"])
def test_what_it_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not understood"):
        stages(text)


def test_the_last_rule_that_fits_decides_what_a_builder_gets() -> None:
    rules = ["*", "!kept", "kept/not", "**/never"]
    seen = {
        name: not ignored(PurePosixPath(name), rules) for name in ("other", "kept/a", "kept/not/a", "kept/b/never/c")
    }
    assert seen == {"other": False, "kept/a": True, "kept/not/a": False, "kept/b/never/c": False}


@pytest.mark.parametrize(
    "name",
    [
        ".git/config",
        ".venv/bin/python",
        "tests/conftest.py",
        "config.toml",
        "data/state.db",
        "gateway/edge/graphiql/index.html",
    ],
)
def test_a_builder_gets_nothing_of_this_machine(name: str) -> None:
    assert ignored(PurePosixPath(name), RULES)


def test_all_that_it_copies_reaches_the_builder(ours: list[Stage]) -> None:
    copied = [
        source
        for stage in ours
        for one in stage.instructions
        if one.word == "COPY" and "from" not in one.flags
        for source in one.words[:-1]
    ]
    assert {"gateway", "web", "deploy/requirements.txt"} <= set(copied)
    assert not [name for name in copied if not Path(ROOT, name).exists() or ignored(PurePosixPath(name), RULES)]


def test_it_installs_pinned_packages_alone(ours: list[Stage]) -> None:
    installs = [
        part for stage in ours for one in stage.instructions for part in one.text.split("&&") if " install -q " in part
    ]
    assert len(installs) == 3
    assert all("--require-hashes" in part or "--no-index" in part for part in installs)


def test_it_ends_as_a_user_by_number_who_is_not_root(ours: list[Stage]) -> None:
    (user,) = [one.text for one in ours[-1].instructions if one.word == "USER"]
    assert int(user) > 1000
