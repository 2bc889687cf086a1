"""Reads a Dockerfile and its `.dockerignore`: as much of their languages as ours use, and an error for the rest."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

WORDS = {"RUN", "COPY", "ENV", "LABEL", "WORKDIR", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}


@dataclass(frozen=True, slots=True)
class Instruction:
    """`COPY --from=build /a /b` has the word COPY, the flag `from` and the text `/a /b`."""

    word: str
    flags: dict[str, str]
    text: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text)

    @property
    def pairs(self) -> dict[str, str]:
        """Of ENV and LABEL. Raises ValueError for the old form without an equals sign."""
        return dict(word.split("=", 1) for word in self.words)

    @property
    def command(self) -> list[str]:
        """Of ENTRYPOINT, CMD and HEALTHCHECK: the exec form alone, for a shell would be between it and its signals."""
        words = json.loads(self.text.removeprefix("CMD ") if self.word == "HEALTHCHECK" else self.text)
        if not isinstance(words, list):
            raise TypeError(f"{self.word} has no list of words")
        return [str(word) for word in words]


@dataclass(slots=True)
class Stage:
    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)


def stages(text: str) -> list[Stage]:
    """The stages in their order. Raises ValueError for what it does not know."""
    found: list[Stage] = []
    for line in lines(text):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, *name = rest.split(" AS ")
            found.append(Stage(base, name[0] if name else ""))
            continue
        if word not in WORDS or not found:
            raise ValueError(f"not understood: {line}")
        flags: dict[str, str] = {}
        while match := re.match(r"--([a-z-]+)=(\S+)\s+", rest):
            flags[match[1]] = match[2]
            rest = rest[match.end() :]
        found[-1].instructions.append(Instruction(word, flags, rest))
    return found


def lines(text: str) -> list[str]:
    """Without comments, and each continued line as one."""
    kept = "\n".join(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return [re.sub(r"\s+", " ", line).strip() for line in kept.replace("\\\n", " ").splitlines()]


def copy_context(source: Path, target: Path) -> None:
    """What a builder gets of the folder `source`: all that its `.dockerignore` leaves in."""
    rules = lines((source / ".dockerignore").read_text("utf-8"))

    def left_out(folder: str, names: list[str]) -> list[str]:
        inside = PurePosixPath(Path(folder).relative_to(source))
        return [name for name in names if ignored(inside / name, rules)]

    shutil.copytree(source, target, symlinks=True, ignore=left_out)


def ignored(path: PurePosixPath, rules: list[str]) -> bool:
    """The last rule that matches the path or a folder above it decides."""
    verdict = False
    for rule in rules:
        pattern = rule.removeprefix("!")
        if any(matches(each, pattern) for each in (path, *path.parents[:-1])):
            verdict = not rule.startswith("!")
    return verdict


def matches(path: PurePosixPath, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatchcase(path.name, pattern.removeprefix("**/"))
    parts = pattern.split("/")
    return len(parts) == len(path.parts) and all(map(fnmatchcase, path.parts, parts))
