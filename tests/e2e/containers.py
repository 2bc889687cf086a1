"""Runs an image as an engine would with `--read-only --tmpfs /tmp`: as its user, in namespaces of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.e2e.image import Image

START_SECONDS: Final = 60

NETWORK: Final = "ip link set lo up; echo up; exec sleep infinity"

# The files of the image are its own alone, read-only; a volume is writable, and so is /tmp.
START: Final = """
root=$1 volume=$2 data=$3 settings=$4 user=$5; shift 5
mount --bind "$root" "$root"
mount --bind "$data" "$root$volume"
mount --bind -o ro "$settings" "$root/etc/order-gateway"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$root/tmp"
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs chroot --userspec="$user" "$root" env -i "$@"
"""

ASK: Final = """
import http.client, json, sys
port, method, path, headers, body = json.load(sys.stdin)
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
connection.request(method, path, body, headers)
response = connection.getresponse()
json.dump([response.status, dict(response.getheaders()), response.read().decode()], sys.stdout)
"""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class Container:
    """`process` is what the engine would be; `data` and `settings` are mounted into it."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def first(self) -> Path:
        """Of its first process, the folder that the kernel shows of it."""
        (first,) = self._children()
        return Path("/proc", first)

    def kill(self) -> None:
        """All of it ends with its first process, which would outlive the engine's own."""
        for first in self._children():
            os.kill(int(first), signal.SIGKILL)
        self.process.kill()

    def _children(self) -> list[str]:
        pid = self.process.pid
        if self.process.poll() is not None:
            return []
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@dataclass(frozen=True, slots=True)
class Network:
    """Reaches nothing but itself. Containers in it share 127.0.0.1 and all ports."""

    pid: int

    @property
    def entered(self) -> list[str]:
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", "--"]

    def ask(self, port: int, method: str, path: str, body: object = None, **headers: str) -> Answer | None:
        """What is answered at that port; None where nobody listens."""
        given = [port, method, path, {"content-type": "application/json", **headers}, body and json.dumps(body)]
        line = [*self.entered, sys.executable, "-c", ASK]
        done = subprocess.run(line, input=json.dumps(given), capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            assert "ConnectionRefusedError" in done.stderr, done.stderr
            return None
        return Answer(*json.loads(done.stdout))

    def wait(self, container: Container, port: int, path: str) -> Answer:
        """The first good answer at that port."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert container.process.poll() is None, container.log.read_text()
            answer = self.ask(port, "GET", path)
            if answer and answer.status == 200:
                return answer
            time.sleep(0.2)
        raise AssertionError(container.log.read_text())


@contextmanager
def network() -> Iterator[Network]:
    line = ["unshare", "--net", "--", "sh", "-ec", NETWORK]
    with subprocess.Popen(line, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"up\n"
            yield Network(process.pid)
        finally:
            process.kill()


@contextmanager
def container(image: Image, inside: Network, folder: Path, *command: str) -> Iterator[Container]:
    """The image with these words in place of its own command, until the block ends.

    In `folder`, `settings` holds its configuration, and `data` becomes its volume, which outlives it.
    """
    log = folder / "log"
    line = [*inside.entered, *start(image, folder), *(image.entry), *(command or image.command)]
    with log.open("wb") as out, subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=out, stderr=out) as process:
        made = Container(process, log)
        try:
            yield made
        finally:
            made.kill()


def execute(image: Image, inside: Network, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """These words in a container, to their end."""
    line = [*inside.entered, *start(image, folder), *words]
    return subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)


def start(image: Image, folder: Path) -> Sequence[str]:
    """The command line under which an image's program runs."""
    (volume,) = image.volumes
    settings, data = folder / "settings", folder / "data"
    settings.mkdir(exist_ok=True)
    if not data.exists():  # as an engine makes a new volume: with the owner and mode that the folder has in the image
        shutil.copytree(image.root / volume.strip("/"), data)
        owner = (image.root / volume.strip("/")).stat()
        os.chown(data, owner.st_uid, owner.st_gid)
    user = ":".join(map(str, image.ids))
    variables = [f"{name}={value}" for name, value in image.environment.items()]
    alone = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--", "sh", "-ec", START, "sh"]
    return [*alone, str(image.root), volume, str(data), str(settings), user, "-C", image.folder, *variables]
