"""`--result`: the edited workbook comes back with what became of each row, and can be sent in again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_session import (
    APPROVED,
    APPROVED_LINE,
    DRAFT_LINE,
    DUPLICATE,
    EVERY_KIND,
    NEW_LINE,
    SET_AMOUNT,
    CliSession,
)
from openpyxl import load_workbook
from struck_runs import small_month

from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke

HEADERS = ["Outcome", "Message", "New ID", "Time"]


@pytest.fixture
def cli(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[CliSession]:
    """A cli with a month of a few rows, on a server that honours idempotency keys unless told otherwise."""
    choices = Choices(rate=100_000, honour_keys=getattr(request, "param", True))
    with running(small_month(), choices) as url:
        yield CliSession(url, tmp_path, capsys, monkeypatch.setenv)


def results(path: Path) -> dict[str, list[str]]:
    """Outcome, message, new id and time by the row's id, of new lines by their row number."""
    book = load_workbook(path)
    found = {}
    for sheet, key in (("Payouts", "Payout ID"), ("Lines", "Line ID"), ("New lines", "")):
        names, *rows = book[sheet].iter_rows(values_only=True)
        first = names.index("Outcome")
        assert list(names[first : first + 4]) == HEADERS
        for number, row in enumerate(rows, start=2):
            if row[first]:
                found[row[names.index(key)] if key else f"new {number}"] = list(row[first : first + 4])
    book.close()
    return found


def test_every_row_that_asked_for_something_says_what_became_of_it(cli: CliSession) -> None:
    code, out, err = cli.run(
        "apply", cli.edit(cli.export(), *EVERY_KIND), "--yes", "--result", cli.folder / "result.xlsx"
    )
    found = results(cli.folder / "result.xlsx")
    (made,) = [key for key, record in cli.state().items() if record.get("description") == "True-up"]

    assert code == 0, out + err
    assert "result.xlsx" in err
    assert {key: row[0] for key, row in found.items()} == dict.fromkeys(
        [APPROVED, APPROVED_LINE, DUPLICATE, DRAFT_LINE, "new 2"], "applied"
    )
    assert found["new 2"][2] == made
    assert found[APPROVED_LINE][2] is None
    assert all(row[3].endswith(" UTC") for row in found.values())


@pytest.mark.parametrize("cli", [True, False], ids=["keys honoured", "keys ignored"], indirect=True)
def test_the_result_asks_only_for_what_was_not_applied(cli: CliSession) -> None:
    cli.fault("POST /commission-lines/*/decline: 401")
    # The new line comes first: nothing is on the payout with more money.
    edited = cli.edit(cli.export(), *NEW_LINE)
    assert cli.run("apply", edited, "--yes", "--result", cli.folder / "first.xlsx")[0] == 0
    second = cli.edit(cli.folder / "first.xlsx", *EVERY_KIND, name="second.xlsx")
    stopped = cli.run("apply", second, "--yes", "--result", cli.folder / "stopped.xlsx")
    run_id = stopped[2].strip().split("reconcile resume ")[1].split()[0]
    assert cli.run("resume", run_id, "--set-aside", "the rest goes with the result")[0] == 0
    after = cli.run("apply", cli.folder / "stopped.xlsx", "--yes", "--result", cli.folder / "last.xlsx")

    assert stopped[0] == 4
    partly = results(cli.folder / "stopped.xlsx")
    assert partly[DUPLICATE][0] == "skipped"
    assert "401" in partly[DUPLICATE][1]
    assert "not tried yet" in partly[DRAFT_LINE][1]
    assert after[0] == 0, after
    words = {row[0] for row in results(cli.folder / "last.xlsx").values()}
    assert words == {"applied", "already-applied"}
    made = [one for one in cli.state().values() if one.get("description") == "True-up"]
    assert len(made) == 1


def test_a_resumed_run_writes_the_result_of_the_whole_run(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), *EVERY_KIND)
    cli.fault("POST /commission-lines/*/decline: 402")
    cli.run("apply", edited, "--yes")
    run_id = cli.run("history")[1].split()[0]
    nameless = cli.run("resume", run_id, "--result", cli.folder / "x.xlsx", "--workbook", "nowhere.xlsx")
    code, out, err = cli.run("resume", run_id, "--result", cli.folder / "result.xlsx", "--workbook", edited)

    assert nameless[0] == 2
    assert code == 0, out + err
    assert {row[0] for row in results(cli.folder / "result.xlsx").values()} == {"applied"}


def test_a_refusal_is_told_in_its_row(cli: CliSession) -> None:
    cli.fault("PATCH /commission-lines/*: 500 9")
    code, _, _ = cli.run(
        "apply", cli.edit(cli.export(), SET_AMOUNT), "--yes", "--result", cli.folder / "result.xlsx"
    )

    assert code == 4
    assert results(cli.folder / "result.xlsx")[APPROVED_LINE][0] == "unknown"


def test_nothing_to_apply_still_gives_a_result(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    cli.run("apply", edited, "--yes")
    code, out, _ = cli.run("apply", edited, "--yes", "--result", cli.folder / "result.xlsx")

    assert code == 0
    assert "Nothing to apply." in out
    assert results(cli.folder / "result.xlsx")[APPROVED_LINE][0] == "already-applied"


def test_a_result_that_cannot_be_written_stops_before_the_first_write(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    itself = cli.run("apply", edited, "--yes", "--result", edited)
    nowhere = cli.run("apply", edited, "--yes", "--result", cli.folder / "no" / "result.xlsx")
    other = cli.run("apply", edited, "--yes", "--result", cli.folder / "result.csv")

    assert [one[0] for one in (itself, nowhere, other)] == [2, 2, 2]
    assert "another .xlsx file" in itself[2]
    assert "no folder" in nowhere[2]
    assert cli.writes() == []


def test_a_workbook_of_another_export_is_refused(cli: CliSession) -> None:
    edited, other = cli.edit(cli.export(), SET_AMOUNT), cli.export(name="other.xlsx")
    plan = cli.folder / "plan.json"
    cli.run("diff", edited, "--save", plan)
    code, _, err = cli.run(
        "apply", plan, "--yes", "--result", cli.folder / "result.xlsx", "--workbook", other
    )

    assert code == 2
    assert "not a workbook of this run" in err


def test_the_results_of_several_workbooks_go_to_a_folder_under_their_names(cli: CliSession) -> None:
    first = cli.edit(cli.export("--stage", "APPROVED", name="a.xlsx"), SET_AMOUNT, name="first.xlsx")
    draft = Keystroke("Lines", DRAFT_LINE, "Description", "Seen")
    second = cli.edit(cli.export("--stage", "DRAFT", name="b.xlsx"), draft, name="second.xlsx")
    file = cli.run("apply", first, second, "--yes", "--result", cli.folder / "result.xlsx")
    (cli.folder / "results").mkdir()
    code, out, err = cli.run("apply", first, second, "--yes", "--result", cli.folder / "results")

    assert file[0] == 2
    assert "need a folder" in file[2]
    assert code == 0, out + err
    assert {key: row[0] for key, row in results(cli.folder / "results" / "first.xlsx").items()} == {
        APPROVED_LINE: "applied"
    }
    assert {key: row[0] for key, row in results(cli.folder / "results" / "second.xlsx").items()} == {
        DRAFT_LINE: "applied"
    }


def test_a_new_line_below_the_ready_rows_is_told_of_though_its_partner_is_named(cli: CliSession) -> None:
    name = next(one["partner"]["name"] for one in cli.state().values() if one["id"] == APPROVED)
    below = 2 + 250
    typed = {"Partner": name, "Amount": 99.5, "Currency": "USD", "Description": "True-up"}
    edited = cli.edit(cli.export(), *(Keystroke("New lines", below, *one) for one in typed.items()))
    code, out, err = cli.run("apply", edited, "--yes", "--result", cli.folder / "result.xlsx")

    assert code == 0, out + err
    assert results(cli.folder / "result.xlsx")[f"new {below}"][0] == "applied"


def test_two_workbooks_of_one_name_are_refused_before_the_first_write(cli: CliSession) -> None:
    first = cli.edit(cli.export("--stage", "APPROVED", name="a.xlsx"), SET_AMOUNT)
    second = cli.export("--stage", "DRAFT", name="b.xlsx")
    for name in ("other", "results"):
        (cli.folder / name).mkdir()
    same = second.rename(cli.folder / "other" / first.name)
    code, _, err = cli.run("apply", first, same, "--yes", "--result", cli.folder / "results")

    assert code == 2
    assert "the same name" in err
    assert cli.writes() == []
