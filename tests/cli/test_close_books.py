"""Contract costs and other currencies, as a controller closes two months with them."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from cli_session import CliSession
from libreoffice import Converter
from openpyxl import load_workbook

SETTINGS = """
[profiles.default]
rate = 100000

[close]
method = "clearing"

[close.gl]
payable = "2010"

[close.remeasurement]
currency = "USD"
account = "7900"

[close.contract_cost]
plans = { "Referral plan" = 24 }
asset = "1450"
amortisation = "6230"
impairment = "6240"
"""
RATES = {"EUR": "1.0810", "GBP": "1.2920", "CAD": "0.6950", "JPY": "0.0067", "KWD": "3.2450"}


def _rates(cli: CliSession, day: str, **other: str) -> Path:
    file = cli.folder / f"rates-{day}.csv"
    rows = [f"{code},USD,{rate},{day}" for code, rate in (RATES | other).items()]
    file.write_text("\n".join(["currency,to,rate,date", *rows]) + "\n", encoding="utf-8")
    return file


def _table(cli: CliSession, folder: str, key: str) -> list[dict[str, str]]:
    said = json.loads((cli.folder / folder / "numbers.json").read_text(encoding="utf-8"))
    table = said["tables"][key]
    return [dict(zip(table["columns"], map(str, row), strict=True)) for row in table["rows"]]


def _close(cli: CliSession, period: str, rates: Path | None, *more: str) -> tuple[int, str, str]:
    given = ("--rates", rates) if rates else ()
    return cli.run("close", "--period", period, "-o", cli.folder / period, *given, *more)


@pytest.fixture
def closed(cli: CliSession) -> CliSession:
    """March and April are closed; the euro rose in April."""
    cli.settings(SETTINGS)
    for period, rates in (
        ("2026-03", _rates(cli, "2026-03-31")),
        ("2026-04", _rates(cli, "2026-04-30", EUR="1.1")),
    ):
        code, out, err = _close(cli, period, rates)
        assert code == 0, out + err
    return cli


def test_what_was_left_at_one_close_is_what_the_next_one_opens_with(closed: CliSession) -> None:
    march, april = (_table(closed, period, "contract_cost") for period in ("2026-03", "2026-04"))

    assert [row["closing"] for row in march] == [row["opening"] for row in april]
    assert all(Decimal(row["amortised"]) < 0 for row in april)
    assert {row["residual"] for row in (*march, *april)} == {"0.00"}
    before, now = (_table(closed, period, "remeasurement") for period in ("2026-03", "2026-04"))
    assert [row["closing"] for row in before] == [row["opening"] for row in now]


def test_only_what_the_euro_rose_is_booked_and_nothing_twice(closed: CliSession) -> None:
    gains = {row["currency"]: row for row in _table(closed, "2026-04", "gains")}
    rolled = {row["currency"]: row for row in _table(closed, "2026-04", "rollforward")}
    risen = Decimal(rolled["EUR"]["closing"]) * (Decimal("1.1") - Decimal(RATES["EUR"]))

    assert abs(Decimal(gains["EUR"]["loss"]) - risen) < Decimal("0.01")
    assert Decimal(gains["GBP"]["loss"]) == 0
    with (closed.folder / "2026-04" / "journal-EUR.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {(row["Journal"], row["Books currency"]) for row in rows} == {("FX-2026-04-EUR", "USD")}
    assert sum(Decimal(row["Books debit"] or 0) for row in rows) == Decimal(gains["EUR"]["loss"])
    assert {row["Reverses on"] for row in rows} == {""}


def test_kept_closes_come_out_the_same_and_the_last_can_be_made_again(closed: CliSession) -> None:
    code, out, _ = closed.run("close", "--verify")
    was = _table(closed, "2026-04", "assets")
    again, _, err = _close(
        closed, "2026-04", _rates(closed, "2026-04-30", EUR="1.1"), "--again", "looked twice"
    )

    assert code == 0
    assert out.count("the same, byte for byte") == 2
    assert again == 0, err
    assert _table(closed, "2026-04", "assets") == was


def test_the_formulas_give_the_same_numbers_in_a_real_program(
    closed: CliSession, convert: Converter, tmp_path: Path
) -> None:
    book = closed.folder / "2026-04" / "close-2026-04.xlsx"
    kept = load_workbook(book, data_only=True)
    computed = load_workbook(convert(book, tmp_path / "out"), data_only=True)
    for sheet in ("Gains and losses", "In other currencies", "Remeasurement", "Contract costs"):
        was = [[cell for cell in row if isinstance(cell, int | float)] for row in kept[sheet].values]
        now = [[cell for cell in row if isinstance(cell, int | float)] for row in computed[sheet].values]
        assert [pytest.approx(row) for row in was] == now
        assert any(row for row in now)
    kept.close()
    computed.close()


def test_a_plan_that_no_line_has_is_refused(cli: CliSession) -> None:
    cli.settings(SETTINGS.replace('"Referral plan" = 24', '"Referal plan" = 24'))
    code, _, err = _close(cli, "2026-03", _rates(cli, "2026-03-31"))

    assert code == 2
    assert "names the plan 'Referal plan', which no line has" in err
    assert "Did you mean Referral plan?" in err


def test_a_close_without_rates_is_refused_and_says_what_to_bring(cli: CliSession) -> None:
    cli.settings(SETTINGS)
    code, _, err = _close(cli, "2026-03", None)

    assert code == 2
    assert "amounts in CAD, EUR, GBP, JPY, KWD: bring their rates of 2026-03-31, --rates FILE." in err
    assert not (cli.folder / "2026-03").exists()


def test_a_layout_that_cannot_say_both_amounts_says_so(cli: CliSession) -> None:
    cli.settings(SETTINGS)
    code, _, err = _close(cli, "2026-03", _rates(cli, "2026-03-31"), "--journal", "netsuite")

    assert code == 0
    assert "The journal layout netsuite-2 has one amount to a line" in err
