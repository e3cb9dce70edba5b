"""`reconcile state` shows, makes, copies and verifies the state; a store that knows nothing says so first."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cli_session import EVERY_KIND, CliSession
from postgres_server import PASSWORD, PostgresServer
from tampered_stores import changed, fill

from reconcile.domain.snapshot import Environment
from reconcile.store.holdings import begin_for, has_seen
from reconcile.store.store import Store
from reconcile.store.tables import STORE_VERSION

FAR = "https://api.introw.example"


@pytest.fixture
def team(postgres: PostgresServer, cli: CliSession, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty database, named in the profile of the working folder."""
    url = postgres.url(postgres.database())
    monkeypatch.delenv("RECONCILE_STATE")
    monkeypatch.setenv("RECONCILE_STATE_PASSWORD", PASSWORD)
    cli.settings(f'[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nstate = "{url}"\n')
    return url


def test_a_month_is_applied_with_the_state_of_a_team(cli: CliSession, team: str) -> None:
    code, _, err = cli.run("export", "-o", "march.xlsx")
    assert code == 2
    assert "reconcile state migrate" in err

    code, out, _ = cli.run("state", "migrate")
    assert (code, f"was made, version {STORE_VERSION}" in out) == (0, True)
    code, out, err = cli.run("apply", cli.edit(cli.export(), *EVERY_KIND), "--yes")
    assert code == 0, out + err
    code, out, _ = cli.run("state")
    assert code == 0
    assert f"State store: {team}, PostgreSQL" in out
    assert "1 export, 1 run" in out
    assert "Held: nothing" in out
    assert cli.run("state", "verify")[0] == 0
    assert PASSWORD not in "".join(cli.run("doctor")[1:])
    assert cli.run("apply", "edited.xlsx", "--yes")[1].count("Nothing to apply") == 1


def test_the_state_of_one_goes_to_the_team_and_a_backup_comes_back(
    cli: CliSession, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILE_STATE_PASSWORD", PASSWORD)
    url, edited = postgres.url(postgres.database()), cli.edit(cli.export(), *EVERY_KIND)
    cli.run("apply", edited, "--yes")

    code, out, err = cli.run("state", "copy", "--to", url)
    assert code == 0, err
    assert "Every table has the same fingerprint" in out
    code, out, err = cli.run("state", "backup", "-o", cli.folder / "backup.db", "--state", url)
    assert code == 0, err
    shown = [json.loads(cli.run("state", "--json", *where)[1]) for where in ((), ("--state", url))]
    back = json.loads(cli.run("state", "--json", "--state", cli.folder / "backup.db")[1])
    assert shown[0]["rows"] == shown[1]["rows"] == back["rows"]
    assert cli.run("state", "verify", "--state", cli.folder / "backup.db")[0] == 0


def test_a_copy_goes_into_no_file_that_is_there(cli: CliSession) -> None:
    cli.export()
    (cli.folder / "there.db").write_text("mine")
    code, _, err = cli.run("state", "copy", "--to", cli.folder / "there.db")

    assert (code, (cli.folder / "there.db").read_text()) == (2, "mine")
    assert "is there already" in err


def test_a_backup_of_a_record_that_was_changed_says_so(cli: CliSession) -> None:
    fill(cli.folder / "state.db")
    changed(cli.folder / "state.db", "UPDATE bills SET amount = '99.00' WHERE number = 'B-2'")
    code, out, _ = cli.run("state", "backup", "-o", cli.folder / "backup.db")

    assert code == 1
    assert "amount was changed" in out


def test_a_state_that_is_not_made_yet_is_shown_and_not_made(cli: CliSession) -> None:
    code, out, _ = cli.run("state")

    assert code == 0
    assert "SQLite, not made yet" in out
    assert not (cli.folder / "state.db").exists()


def test_who_holds_what_is_shown(cli: CliSession) -> None:
    fill(cli.folder / "state.db")
    out = cli.run("state")[1]

    assert "by ana (process 7 on far-away)" in out
    assert "cannot be seen from this computer" in out


@pytest.mark.parametrize(
    "words",
    [
        ("bills", "--to", "xero", "-o", "bills"),
        ("payments", "bank.csv", "--sign", "positive", "-o", "paid.xlsx"),
        ("close", "--period", "2026-03", "-o", "pack"),
    ],
)
def test_a_store_that_never_saw_the_organisation_says_so_before_anything_is_done_twice(
    words: tuple[str, ...], cli: CliSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cli.folder / "bank.csv").write_text("Date,Amount,Currency,Reference\n2026-04-02,12.50,USD,R-1\n")
    monkeypatch.setenv("INTROW_BASE_URL", FAR)
    code, _, err = cli.run(*words)

    assert code == 1
    assert f"has never seen default at {FAR}" in err
    assert "--new-store" in err


def test_an_export_makes_a_store_known_to_apply_and_to_nothing_else(tmp_path: Path) -> None:
    fill(tmp_path / "state.db")
    other = Environment(FAR)
    with Store(tmp_path / "state.db") as store:
        (export, _) = store.exports(Environment("https://api.introw.io"))
        baseline = store.baseline(export.workbook_id)
        assert baseline is not None
        store.save_export(replace(export, workbook_id="wb-far", environment=other), baseline)

        assert has_seen(store, other, by_export=True)
        assert not has_seen(store, other, by_export=False)
        begin_for(store, other, "2026-04-05T09:30:00+00:00", "ana")
        begin_for(store, other, "2026-04-06T09:30:00+00:00", "ana")
        assert has_seen(store, other, by_export=False)
