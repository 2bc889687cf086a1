"""A headless Chromium with one page, driven over the DevTools protocol, that notes all it asks for and complains of."""

import asyncio
import base64
import json
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--window-size=1400,900",
    "--remote-debugging-port=0",
)
_REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.effectiveDirective} refused ${event.blockedURI}`));
"""

# The middle of an element, if a click there would reach the element: it is drawn, has its size and is not covered.
_MIDDLE = """(selector) => {
  const element = document.querySelector(selector);
  const box = element.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  return element.contains(document.elementFromPoint(x, y)) && [x, y];
}"""


@asynccontextmanager
async def open_page() -> AsyncIterator["Page"]:
    """An empty page in a fresh browser profile; the browser is gone when the block ends."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, _browser(profile) as process:
        address = await _devtools_address(Path(profile), process)
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(address, max_msg_size=0) as socket,
            Page(socket) as page,
        ):
            yield page


@dataclass
class Page:
    """One page and its workers.

    `complaints` are errors, failed loads and CSP violations; `requests` and `workers` are URLs.
    """

    socket: aiohttp.ClientWebSocketResponse
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    workers: list[str] = field(default_factory=list)
    _answers: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    _sent: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _session: str | None = None
    _chooser: asyncio.Future[int] | None = None

    async def __aenter__(self) -> Self:
        self._start(self._listen())
        target = await self._call("Target.createTarget", {"url": "about:blank"}, browser=True)
        attach = {"targetId": target["targetId"], "flatten": True}
        self._session = (await self._call("Target.attachToTarget", attach, browser=True))["sessionId"]
        await self._watch(self._session)
        await self._call("Page.enable")
        await self.prepare(_REPORT_VIOLATIONS)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def prepare(self, script: str) -> None:
        """Runs a script in every page opened from now on, before the page's own."""
        await self._call("Page.addScriptToEvaluateOnNewDocument", {"source": script})

    async def goto(self, url: str) -> None:
        await self._call("Page.navigate", {"url": url})

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression; a promise is awaited, an exception raised."""
        answer = await self._call(
            "Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True}
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, condition: str, seconds: float = 30) -> None:
        """Waits for a JavaScript expression to be truthy; fails with the page's complaints after `seconds`."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not await self.evaluate(f"Boolean({condition})"):
            assert asyncio.get_running_loop().time() < deadline, f"never true: {condition}; {self.complaints}"
            await asyncio.sleep(0.05)

    async def click(self, selector: str) -> None:
        """Brings what the CSS selector finds into view and clicks its middle once nothing else is there."""
        await self.until(f"document.querySelector({json.dumps(selector)})")
        await self.evaluate(f"document.querySelector({json.dumps(selector)}).scrollIntoViewIfNeeded()")
        await self.until(f"({_MIDDLE})({json.dumps(selector)})")
        x, y = await self.evaluate(f"({_MIDDLE})({json.dumps(selector)})")
        mouse = {"x": x, "y": y, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            await self._call("Input.dispatchMouseEvent", {"type": kind, **mouse})

    async def press(self, key: str) -> None:
        """Presses and lets go of Enter or Tab, wherever the focus is."""
        code, text = {"Enter": (13, "\r"), "Tab": (9, "")}[key]
        event = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        await self._call("Input.dispatchKeyEvent", {"type": "keyDown", "text": text, **event})
        await self._call("Input.dispatchKeyEvent", {"type": "keyUp", **event})

    @asynccontextmanager
    async def choosing(self, *files: Path) -> AsyncIterator[None]:
        """Answers the file dialog that the block's work opens."""
        self._chooser = asyncio.get_running_loop().create_future()
        await self._call("Page.setInterceptFileChooserDialog", {"enabled": True})
        yield
        node = await asyncio.wait_for(self._chooser, 30)
        await self._call("DOM.setFileInputFiles", {"files": [str(file) for file in files], "backendNodeId": node})

    async def insert(self, text: str) -> None:
        """Enters `text` where the caret is, as a paste does."""
        await self._call("Input.insertText", {"text": text})

    async def screenshot(self) -> bytes:
        """The visible page as PNG."""
        answer = await self._call("Page.captureScreenshot", {"format": "png"})
        return base64.b64decode(answer["data"])

    async def _call(
        self, method: str, params: dict[str, Any] | None = None, *, browser: bool = False
    ) -> dict[str, Any]:
        return await self._send(method, params or {}, None if browser else self._session)

    async def _send(self, method: str, params: dict[str, Any], session: str | None) -> dict[str, Any]:
        self._sent += 1
        number = self._sent
        self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": params}
        await self.socket.send_json(message if session is None else {**message, "sessionId": session})
        answer = await asyncio.wait_for(self._answers[number], 30)
        assert "error" not in answer, (method, answer["error"])
        result: dict[str, Any] = answer["result"]
        return result

    async def _watch(self, session: str) -> None:
        """Asks for the events of the page or worker behind `session` before its first script runs.

        All is sent before the first answer is awaited: a worker that is held back does not always answer.
        """
        auto = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        await asyncio.gather(
            *(self._send(method, {}, session) for method in ("Runtime.enable", "Log.enable", "Network.enable")),
            self._send("Target.setAutoAttach", auto, session),
            self._send("Runtime.runIfWaitingForDebugger", {}, session),
        )

    async def _listen(self) -> None:
        async for message in self.socket:
            event = json.loads(message.data)
            if "id" in event:
                answer = self._answers.pop(event["id"])
                if not answer.done():
                    answer.set_result(event)
            else:
                self._note(event["method"], event["params"])

    def _note(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Page.fileChooserOpened" if self._chooser:
                self._chooser.set_result(params["backendNodeId"])
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(params["url"])
            case "Network.loadingFailed" if not params.get("canceled"):
                self.complaints.append(f"load failed: {params['errorText']}")
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                self.complaints.append(details.get("exception", {}).get("description", details["text"]))
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "assert"}:
                self.complaints.append(" ".join(str(a.get("value", a.get("description"))) for a in params["args"]))
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
            case "Target.attachedToTarget" if params["targetInfo"]["type"] == "worker":
                self.workers.append(params["targetInfo"]["url"])
                self._start(self._watch(params["sessionId"]))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.add(asyncio.get_running_loop().create_task(work))


@contextmanager
def _browser(profile: str) -> Iterator[subprocess.Popen[bytes]]:
    """The running browser's process, ended with the block."""
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert binary, "no Chromium here: apt-get install chromium"
    command = [binary, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _devtools_address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """The browser's WebSocket address, which it writes into its profile once it listens."""
    file = profile / "DevToolsActivePort"
    for _ in range(600):
        assert process.poll() is None, f"Chromium ended with status {process.returncode}"
        lines = file.read_text("ascii").splitlines() if file.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        await asyncio.sleep(0.05)
    raise AssertionError("Chromium did not open its DevTools port within 30 seconds")
