"""Builds the image without an engine: carries out a Dockerfile's instructions in a fresh Debian, as root."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from tests.e2e.dockerfile import Instruction, copy_context, stages

SUITES: Final = {"debian:13-slim": "trixie"}
# What the slim image leaves out of Debian's smallest.
UNSLIM: Final = (
    "usr/share/doc",
    "usr/share/man",
    "usr/share/info",
    "usr/share/locale",
    "var/cache/apt",
    "var/lib/apt/lists",
)
# What the published images set: apt keeps nothing, dpkg does not wait for the disk.
CLEAN: Final = 'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache ""; APT::Keep-Downloaded-Packages "false";\n'
HASTE: Final = "force-unsafe-io\n"
STEP_SECONDS: Final = 300

# How this machine reaches package registries is lent to each step and leaves nothing behind in the image.
AUTHORITIES: Final = Path(os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"))
LENT_AUTHORITIES: Final = "/run/authorities.pem"
TRUST: Final = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
WAYS: Final = ("PIP_INDEX_URL", "npm_config_registry", "http_proxy", "https_proxy", "no_proxy")

STEP: Final = """
root=$1 authorities=$2; shift 2
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
[ ! -e "$authorities" ] || cp "$authorities" "$root/run/authorities.pem"
exec chroot "$root" env -i "$@"
"""


@dataclass(slots=True)
class Image:
    """Files and what the last stage says of how to run them."""

    root: Path
    environment: dict[str, str] = field(
        default_factory=lambda: {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    )
    user: str = "0"
    folder: str = "/"
    volumes: list[str] = field(default_factory=list)
    entry: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    @property
    def ids(self) -> tuple[int, int]:
        """The user's number and its group's, by the image's own list of users."""
        for line in (self.root / "etc/passwd").read_text("utf-8").splitlines():
            name, _, uid, gid, *_ = line.split(":")
            if self.user in (name, uid):
                return int(uid), int(gid)
        raise LookupError(self.user)


def build(source: Path, workshop: Path) -> Image:
    """The image of the folder `source`, made in the empty folder `workshop`. Needs root, debootstrap and a network."""
    context = workshop / "context"
    copy_context(source, context)
    bases: dict[str, Path] = {}
    made: dict[str, Image] = {}
    for number, stage in enumerate(stages((source / "Dockerfile").read_text("utf-8"))):
        if stage.base not in bases:
            bases[stage.base] = debian(SUITES[stage.base], workshop / "base")
        root = workshop / f"stage-{number}"
        run(["cp", "-a", str(bases[stage.base]), str(root)])
        image = made[stage.name] = Image(root)
        for instruction in stage.instructions:
            carry_out(instruction, image, context, made)
    return image


def debian(suite: str, root: Path) -> Path:
    """A Debian with nothing but what Debian itself needs."""
    assert shutil.which("debootstrap"), "debootstrap is missing: .ci/run installs it"
    (root / "etc/dpkg/dpkg.cfg.d").mkdir(parents=True)
    (root / "etc/dpkg/dpkg.cfg.d/docker-apt-speedup").write_text(HASTE)
    run(["debootstrap", "--variant=minbase", suite, str(root)])
    for name in UNSLIM:
        shutil.rmtree(root / name)
    for name in ("var/cache/apt/archives/partial", "var/lib/apt/lists/partial"):
        (root / name).mkdir(parents=True)
    (root / "etc/apt/apt.conf.d/docker-clean").write_text(CLEAN)
    (root / "etc/resolv.conf").write_text("")
    return root


def carry_out(instruction: Instruction, image: Image, context: Path, made: dict[str, Image]) -> None:
    """One instruction. An image that was made under the name in `--from` lends its files to COPY."""
    match instruction.word:
        case "RUN":
            shell(image, instruction.text)
        case "COPY":
            origin = made[instruction.flags["from"]].root if "from" in instruction.flags else context
            *sources, target = instruction.words
            inside = str(PurePosixPath(image.folder, target)).strip("/")
            for source in sources:
                copy(origin / source.strip("/"), image.root / inside, into=target.endswith("/"))
        case "ENV":
            image.environment |= instruction.pairs
        case "WORKDIR":
            image.folder = instruction.text
            (image.root / instruction.text.strip("/")).mkdir(parents=True, exist_ok=True)
        case "USER":
            image.user = instruction.text
        case "VOLUME":
            image.volumes += instruction.words
        case "HEALTHCHECK":
            image.health = instruction.command
        case "ENTRYPOINT":
            image.entry = instruction.command
        case "CMD":
            image.command = instruction.command


def shell(image: Image, text: str) -> None:
    """RUN: in the image's files, with its environment and a /proc of its own; all that it started ends with it."""
    assert image.user == "0", "a step as somebody else is not understood"
    lent = dict.fromkeys(TRUST, LENT_AUTHORITIES) if AUTHORITIES.exists() else {}
    lent |= {name: os.environ[name] for name in WAYS if name in os.environ}
    variables = [f"{name}={value}" for name, value in (image.environment | lent).items()]
    alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--", "sh", "-ec", STEP, "sh"]
    run([*alone, str(image.root), str(AUTHORITIES), "-C", image.folder, *variables, "/bin/sh", "-c", text])


def copy(source: Path, target: Path, *, into: bool) -> None:
    """COPY of one source: what a folder has inside goes into the target, a file becomes it or goes `into` it."""
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        target = target / source.name if into else target
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def run(line: list[str]) -> None:
    """Silent unless it fails: then an AssertionError with the end of what it printed."""
    done = subprocess.run(
        line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=STEP_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{line[-1]}\n{done.stdout[-4000:]}"
