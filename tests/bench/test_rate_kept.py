"""A real run over real HTTP, with a window so short that it must wait several times."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from cli_session import EVERY_KIND, KEY, CliSession

from reconcile.sandbox.choices import Choices


def test_a_run_longer_than_a_window_never_meets_a_429(open_cli: Callable[[Choices], CliSession]) -> None:
    cli = open_cli(Choices(rate=8, window=0.5))
    cli.settings("[profiles.default]\nrate = 8\nwindow = 0.5\nsettle_wait = 0.01\nabsence_wait = 0.05\n")

    code, out, err = cli.run("apply", cli.edit(cli.export(), *EVERY_KIND), "--yes")
    log = (
        httpx.get(f"{cli.url}/_sandbox/requests", headers={"x-api-key": KEY}, timeout=10)
        .raise_for_status()
        .json()["requests"]
    )

    assert code == 0, out + err
    assert len(log) > 16
    assert 429 not in {one["status"] for one in log}
