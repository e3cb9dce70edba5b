"""The time zone of the settings reaches every command that makes a day of a moment."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
from cli_session import APPROVED, CliSession

FAR = "Pacific/Kiritimati"
PROFILE = "[profiles.default]\nrate = 100000\n"
SETTINGS = f'{PROFILE}[policy]\ntime_zone = "{FAR}"\n'


def _cells(workbook: Path, header: str) -> dict[str, str]:
    """The column of the sheet `Payouts`, by payout."""
    rows = list(openpyxl.load_workbook(workbook)["Payouts"].iter_rows(values_only=True))
    head = next(row for row in rows if "Payout ID" in row)
    place, ids = head.index(header), head.index("Payout ID")
    return {str(row[ids]): str(row[place])[:10] for row in rows[rows.index(head) + 1 :] if row[ids]}


def test_the_workbook_shows_the_days_of_the_time_zone_and_comes_back_unchanged(cli: CliSession) -> None:
    cli.settings(SETTINGS)
    exported = cli.export("--period", "2026-03")
    live = cli.state()[APPROVED]
    made = datetime.fromisoformat(live["createdAt"]).astimezone(ZoneInfo(FAR)).date()
    known = cli.plan(exported)
    cli.setenv("RECONCILE_STATE", str(cli.folder / "elsewhere.db"))
    unknown = cli.plan(exported)

    assert _cells(exported, "Created")[APPROVED] == str(made)
    assert set(_cells(exported, "Period end").values()) == {"2026-03-31"}
    assert known["operations"] == unknown["operations"] == []


def test_the_cover_of_a_pack_names_the_time_zone(cli: CliSession) -> None:
    cli.settings(SETTINGS)
    code, out, err = cli.run("close", "--period", "2026-03", "-o", cli.folder / "close")
    numbers = json.loads((cli.folder / "close" / "numbers.json").read_text(encoding="utf-8"))

    assert code == 0, out + err
    assert numbers["facts"]["Period"] == f"2026-03-01 to 2026-03-31, {FAR}"


def test_a_period_is_over_when_it_is_over_there(cli: CliSession) -> None:
    today = datetime.now(UTC).astimezone(ZoneInfo("Pacific/Pago_Pago")).date()
    cli.settings('[policy]\ntime_zone = "Pacific/Pago_Pago"\n')
    code, _, err = cli.run("close", "--period", f"{today}..{today}", "-o", cli.folder / "close")

    assert code == 2
    assert f"today is {today} (Pacific/Pago_Pago)" in err


def test_an_unknown_time_zone_is_refused(cli: CliSession) -> None:
    cli.settings('[policy]\ntime_zone = "Europe/Berln"\n')
    code, _, err = cli.run("export", "-o", cli.folder / "x.xlsx")

    assert code == 2
    assert "policy.time_zone: there is no time zone 'Europe/Berln'" in err
    assert "Europe/Berlin" in err
