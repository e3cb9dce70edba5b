"""What waits, was decided, ended, stopped or went stale is told once, and never fails what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_session import SET_AMOUNT, CliSession
from notice_servers import webhook

from reconcile.close.months.month_states import Month, State
from reconcile.config import Choices, load
from reconcile.errors import ConfigurationError
from reconcile.jobs.approvals.waiting_approvals import Listed
from reconcile.jobs.notices.store_news import about_approvals, about_months
from reconcile.jobs.notices.tell import tell
from reconcile.jobs.session import open_session
from reconcile.notify.notice import Notice

BASE = "[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n"


class Nobody:
    """A caller that is not asked and hears nothing here."""


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[Any], list[int]]]:
    with webhook() as (port, posts, status):
        monkeypatch.setenv("RECONCILE_NOTIFY", f"json://127.0.0.1:{port}/")
        yield posts, status


def _titles(posts: list[Any]) -> list[str]:
    return [one["title"].removeprefix("reconcile: ") for one in posts]


def _listed(state: str, **given: Any) -> Listed:  # noqa: ANN401  fields of any kind
    return Listed("req-1", "plan", "march.xlsx", "Ana", "2026-04-05T09:30:00+00:00", state, 1, **given)


def test_a_plan_is_told_when_it_waits_when_it_was_approved_and_when_that_holds_no_longer() -> None:
    none: dict[str, Any] = {"approved_by": (), "waits_for": (), "why": (), "moves": {"USD": "-10"}}
    waiting = _listed("waiting", **none | {"waits_for": ("Ben", "Cleo")})
    half = replace(waiting, approved_by=("Ben",), waits_for=("Cleo",))
    approved = _listed("approved", **none | {"approved_by": ("Ben", "Cleo")})
    refused = _listed("refused", **none | {"why": ("It has expired.",)})

    found = list(about_approvals([waiting, half, approved, refused, _listed("used", **none)]))

    assert [one.kind for one in found] == ["waiting", "waiting", "approved", "refused"]
    assert len({one.about for one in found}) == 4
    assert [dict(one.facts).get("Waits for") for one in found] == ["Ben, Cleo", "Cleo", None, None]
    assert dict(found[3].facts)["Why"] == "It has expired."
    assert {one.told(amounts=True)[-1] for one in found} == {("Moves", "-10.00 USD")}
    assert "10" not in str([one.told(amounts=False) for one in found])


def test_a_closed_month_is_told_again_only_when_more_of_it_moved() -> None:
    months = [
        Month("2026-01", State.STALE, "moved since: 1 change, 20.00 USD"),
        Month("2026-01", State.STALE, "moved since: 2 changes, 30.00 USD"),
        Month("2026-02", State.CLOSED, "closed"),
    ]

    found = list(about_months(months))

    assert len({one.about for one in found}) == 2
    assert [one.facts for one in found] == [(("Period", "2026-01"),)] * 2


def test_a_run_is_told_once_when_it_stops_and_once_when_it_ends_and_earlier_runs_are_no_news(
    cli: CliSession, hook: tuple[list[Any], list[int]]
) -> None:
    posts, _ = hook
    cli.settings(f"{BASE}[notify]\namounts = true\n")
    edited = cli.edit(cli.export(), SET_AMOUNT)
    cli.fault("PATCH /commission-lines/*: 401")
    assert cli.run("apply", edited, "--yes")[0] == 4
    cli.run("notify", "--news")
    assert cli.run("notify", "--news") == (0, "", "")
    code, out, err = cli.run("resume", cli.run("history")[1].split()[0])
    assert code == 0, out + err
    cli.run("notify", "--news")
    cli.run("notify", "--news")

    assert _titles(posts) == ["A run stopped part-way", "A run ended"]
    assert "Steps: 1 applied" in posts[1]["message"]
    assert "Money of lines: " in posts[1]["message"]
    (cli.folder / "state.db.told").rename(cli.folder / "forgotten")
    cli.run("notify", "--news")
    assert len(posts) == 2


def test_an_address_that_does_not_take_it_is_told_the_next_time(
    cli: CliSession, hook: tuple[list[Any], list[int]]
) -> None:
    posts, status = hook
    session = open_session(Choices(), Nobody())  # type: ignore[arg-type]
    notices = [Notice("stale", "2026-03", "A month"), Notice("stale", "2026-04", "Another month")]
    status[0] = 503
    first = tell(session, notices)
    refused = len(posts)
    status[0] = 200
    again = tell(session, notices)
    tell(session, notices)

    assert ([one.partition(":")[0] for one in first], refused) == (["webhook (address 1) did not take it"], 1)
    assert (again, _titles(posts[refused:])) == ((), ["A month", "Another month"])


def test_a_text_of_a_persons_own_is_told_each_time(
    cli: CliSession, hook: tuple[list[Any], list[int]]
) -> None:
    posts, status = hook
    assert cli.run("notify", "Tonight's export failed") == (0, "", "")
    assert cli.run("notify", "Tonight's export failed") == (0, "", "")
    status[0] = 500
    code, _, err = cli.run("notify")

    assert [one["message"].splitlines()[0] for one in posts[:2]] == ["Message: Tonight's export failed"] * 2
    assert (code, "webhook (address 1) did not take it" in err) == (1, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[notify]\ntell = ["waitng"]\n', "there are: waiting"),
        ("[notify]\nseconds = 0\n", "seconds must be"),
        ("[notify]\ntarget = 1\n", "has no setting 'target'"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "named.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=words):
        load(Choices(config=file), {}, tmp_path)


def test_addresses_that_a_folder_names_are_used_only_after_they_were_trusted(tmp_path: Path) -> None:
    sandbox = {"INTROW_BASE_URL": "http://127.0.0.1:8080", "INTROW_API_KEY": "sandbox-key"}
    (tmp_path / "reconcile.toml").write_text('[notify]\ntargets_file = "~/.netrc"\n', encoding="utf-8")

    with pytest.raises(ConfigurationError, match="is not trusted"):
        load(Choices(), sandbox, tmp_path)


def test_without_addresses_notify_says_what_is_missing_and_the_rest_tells_nobody(cli: CliSession) -> None:
    session = open_session(Choices(), Nobody())  # type: ignore[arg-type]

    assert cli.run("notify")[0] == 2
    assert tell(session, [Notice("stale", "2026-03", "A month")]) == ()
