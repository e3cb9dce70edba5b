"""A headless Chromium, driven through its DevTools protocol: enough to look at a page as a reader does."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import websocket

_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    "about:blank",
)
_PATIENCE = 120
"""Seconds until a browser that does not answer is given up; no test depends on how long anything takes."""


@dataclass
class Page:
    """The one page of a browser. events: what the browser reported, in its order."""

    socket: websocket.WebSocket
    session: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    _number: int = 0

    def call(self, method: str, **given: object) -> dict[str, Any]:
        """Calls a method of the protocol and waits for its answer."""
        self._number += 1
        sent = {"id": self._number, "method": method, "params": given}
        self.socket.send(json.dumps(sent | ({"sessionId": self.session} if self.session else {})))
        while True:
            told = self._receive()
            if told.get("id") == self._number:
                assert "error" not in told, told
                answer: dict[str, Any] = told["result"]
                return answer

    def _receive(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.socket.recv())
        if "method" in told:
            self.events.append(told)
        return told

    def open(self, file: Path) -> None:
        """Opens a file and waits until it is loaded."""
        self.visit(file.as_uri())

    def visit(self, url: str) -> None:
        """Opens an address and waits until it is loaded, and not what the page before still loads."""
        self.events.clear()
        loader = self.call("Page.navigate", url=url)["loaderId"]
        while not any(
            (one["params"].get("name"), one["params"].get("loaderId")) == ("load", loader)
            for one in self.events
        ):
            self._receive()

    def value(self, expression: str) -> Any:  # noqa: ANN401  whatever the page answers
        """The value of an expression in the page; a promise is waited for."""
        given = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        answer = self.call("Runtime.evaluate", **given)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def choose(self, **fields: str) -> None:
        """Sets fields by their ids as a reader does, and waits until the page has followed."""
        for name, value in fields.items():
            self.value(
                f"(() => {{ const one = document.getElementById({json.dumps(name)});"
                f" one.value = {json.dumps(value)};"
                " one.dispatchEvent(new Event('input', {bubbles: true})); })()"
            )
        self.value("new Promise((done) => setTimeout(done, 300))")

    def press(self, selector: str) -> None:
        """Presses a button or a link, and waits until the page that it leads to is loaded."""
        before = self.call("Page.getFrameTree")["frameTree"]["frame"]["loaderId"]
        self.events.clear()
        self.value(f"document.querySelector({json.dumps(selector)}).click()")
        while not any(
            one["params"].get("name") == "load" and one["params"]["loaderId"] != before for one in self.events
        ):
            self._receive()

    def look(self, width: int, *, dark: bool = False) -> None:
        """Looks at the page on a screen of this width, by day or by night."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def speak(self, language: str) -> None:
        """Asks for the next pages in this language, as the browser of somebody who speaks it does."""
        agent = self.value("navigator.userAgent")
        self.call("Network.setUserAgentOverride", userAgent=agent, acceptLanguage=language)

    def copied(self, expression: str) -> str:
        """The text that the clipboard has when a reader marks an element and copies it. expression: the element."""
        mark = "getSelection().removeAllRanges(); getSelection().selectAllChildren(one);"
        self.value(f"((one) => {{ {mark} }})({expression})")
        self._key("c", "copy")
        self.value(
            "(() => { const one = document.createElement('textarea'); one.id = 'pasted';"
            " document.body.append(one); one.focus(); })()"
        )
        self._key("v", "paste")
        pasted: str = self.value(
            "(() => { const one = document.getElementById('pasted'); one.remove(); return one.value; })()"
        )
        return pasted

    def _key(self, key: str, command: str) -> None:
        """Presses Ctrl and a key. command: what the editor does for it."""
        for kind in ("keyDown", "keyUp"):
            given = {"commands": [command]} if kind == "keyDown" else {}
            self.call(
                "Input.dispatchKeyEvent", type=kind, modifiers=2, key=key, code=f"Key{key.upper()}", **given
            )

    def printed(self) -> bytes:
        """The page as a PDF file, on A4."""
        made = self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"]
        return base64.b64decode(made)

    def violations(self, axe: Path) -> list[str]:
        """What axe-core finds wrong with the page, for people who see little or nothing. axe: its file."""
        self.value(axe.read_text(encoding="utf-8") + "\n;true")
        done = json.loads(self.value("axe.run().then((done) => JSON.stringify(done))"))
        assert done["passes"]
        return [f"{one['id']}: {node['html']}" for one in done["violations"] for node in one["nodes"]]

    @property
    def complaints(self) -> list[str]:
        """What the page wrote to the console, and the errors that nobody caught."""
        wanted = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [json.dumps(one["params"]) for one in self.events if one["method"] in wanted]

    @property
    def requests(self) -> list[str]:
        """What the page asked for, itself included."""
        return [
            one["params"]["request"]["url"]
            for one in self.events
            if one["method"] == "Network.requestWillBeSent"
        ]


@contextmanager
def browser(program: str) -> Iterator[Page]:
    """A browser with one empty page, in a profile of its own that goes with it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        words = [program, f"--user-data-dir={folder}", *_OPTIONS]
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, encoding="utf-8") as running:
            try:
                socket = websocket.create_connection(
                    _address(running), timeout=_PATIENCE, suppress_origin=True
                )
                try:
                    yield _page(socket)
                finally:
                    socket.close()
            finally:
                running.terminate()
                running.communicate(timeout=_PATIENCE)


def _address(running: subprocess.Popen[str]) -> str:
    assert running.stderr
    for line in running.stderr:
        if line.startswith("DevTools listening on "):
            return line.removeprefix("DevTools listening on ").strip()
    raise AssertionError("the browser ended before it could be driven")


def _page(socket: websocket.WebSocket) -> Page:
    page = Page(socket)
    target = page.call("Target.createTarget", url="about:blank")["targetId"]
    page.session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
        page.call(f"{domain}.enable")
    page.call("Page.setLifecycleEventsEnabled", enabled=True)
    return page
