"""A server whose every text tries to give orders, and the tools of an assistant over a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import anyio
import httpx
import pytest
from assistant.injections import INJECTIONS
from cli_session import KEY, SEED
from mcp import Client

from reconcile.assistant.own_folder import OwnFolder
from reconcile.assistant.quiet_caller import QuietCaller
from reconcile.assistant.server import server_of
from reconcile.assistant.tools import Tools
from reconcile.config import Choices as Settings
from reconcile.config import load
from reconcile.jobs.session import Session
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running

_AT: Final = "2026-03-31T23:59:59.000Z"
_START: Final = "2026-03-01T00:00:00.000Z"


@dataclass(frozen=True)
class Assistant:
    """The tools over a folder, and the server's own view of what was asked of it."""

    tools: Tools
    folder: Path
    url: str
    config: Path

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
        """Calls a tool; answers the structured content."""
        (answer,) = self.calls((name, arguments))
        return answer

    def calls(self, *wanted: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """Calls tools by the real client of the SDK, in memory."""

        async def called() -> list[dict[str, Any]]:
            async with Client(server_of(self.tools)) as client:
                results = [await client.call_tool(name, arguments) for name, arguments in wanted]
            assert [one.content for one in results if one.is_error] == []
            return [dict(one.structured_content or {}) for one in results]

        return anyio.run(called)

    def writes(self) -> list[str]:
        """The requests that reached the server and were no reads."""
        answer = httpx.get(f"{self.url}/_sandbox/requests", headers={"x-api-key": KEY}, timeout=600)
        return [one["path"] for one in answer.raise_for_status().json()["requests"] if one["method"] != "GET"]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant at an organisation where every name and text is an injection, with a profile that writes."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("folder")
    seed, key, config = home / "seed.json", home / "introw.key", home / "reconcile.toml"
    seed.write_text(json.dumps(_seed()), encoding="utf-8")
    key.write_text(KEY, encoding="utf-8")
    key.chmod(0o600)
    with running(seed, Choices(rate=100_000)) as url:
        config.write_text(
            f'[profiles.default]\nbase_url = "{url}"\napi_key_file = "{key}"\nrate = 100000\n',
            encoding="utf-8",
        )
        settings = load(Settings(config=config, state=str(home / "state.db")), {}, home)
        tools = Tools(Session(settings, QuietCaller(), "ana"), OwnFolder(folder))
        yield Assistant(tools, folder, url, config)


def _seed() -> dict[str, Any]:
    sample: dict[str, Any] = json.loads(SEED.read_text(encoding="utf-8"))
    times = {"createdAt": _START, "updatedAt": _START}
    of_month = {"periodEnd": _AT, **times}
    numbers = range(len(INJECTIONS))
    return {
        "organisation": sample["organisation"],
        "rates": sample["rates"],
        "named": {},
        "batches": sample["batches"][:1],
        "partners": [
            {"id": f"ptn_{one}", "name": INJECTIONS[one], "domain": "p.example", "externalId": None}
            | {"details": {}}
            | times
            for one in numbers
        ],
        "payouts": [
            {
                "id": f"pay_{one}",
                "partnerId": f"ptn_{one}",
                "batchId": sample["batches"][0]["id"],
                "periodStart": _START,
            }
            | {"stage": "DRAFT", "poNumber": INJECTIONS[one][:60]}
            | of_month
            for one in numbers
        ],
        "lines": [
            {"id": f"cln_{one}", "partnerId": f"ptn_{one}", "payoutId": f"pay_{one}", "amount": "500.00"}
            | {"description": INJECTIONS[one], "sourceAmount": "5000.00", "currency": "USD"}
            | {"planName": INJECTIONS[one]}
            | of_month
            for one in numbers
        ],
    }
