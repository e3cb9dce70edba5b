"""No output of a command takes the place of a file that the command did not write before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_session import SET_AMOUNT, CliSession

OURS = "a file of ours\n"
OUTPUTS = (
    ("export", "-o", "there.xlsx"),
    ("export", "--split-by", "partner", "-o", "there"),
    ("diff", "edited.xlsx", "--save", "there.json"),
    ("diff", "edited.xlsx", "--save", "edited.xlsx"),
    ("diff", "edited.xlsx", "--save", "report.json"),
    *(("diff", "edited.xlsx", "--report", f"there{ending}") for ending in (".html", ".md", ".json", ".xlsx")),
    ("diff", "edited.xlsx", "--report", "plan.json"),
    ("apply", "edited.xlsx", "--yes", "--report", "there.md"),
    ("apply", "edited.xlsx", "--yes", "--result", "there.xlsx"),
    ("report", "--report", "there.html"),
    ("evidence", "RUN", "-o", "there.zip"),
    ("payments", "bank.csv", "-o", "there.xlsx"),
    ("state", "backup", "-o", "there.db"),
)


@pytest.fixture
def month(cli: CliSession) -> CliSession:
    """A month with a run, and files of ours under many names."""
    cli.edit(cli.export(), SET_AMOUNT)
    cli.run("diff", "edited.xlsx", "--save", "plan.json", "--report", "report.json")
    assert cli.run("apply", "edited.xlsx", "--yes")[0] == 0
    (cli.folder / "there").mkdir()
    (cli.folder / "there" / "notes.txt").write_text(OURS, encoding="utf-8")
    for ending in (".xlsx", ".json", ".html", ".md", ".zip", ".db"):
        (cli.folder / f"there{ending}").write_text(OURS, encoding="utf-8")
    bank = "Date,Amount,Currency,Payee\n2026-04-15,5.00,USD,Acme Partners\n"
    (cli.folder / "bank.csv").write_text(bank, encoding="utf-8")
    return cli


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted((*folder.glob("*"), *folder.glob("there/*")))
        if path.is_file() and not path.name.startswith("state.db")
    }


def test_no_output_replaces_a_file_that_is_not_an_earlier_one_of_its_kind(month: CliSession) -> None:
    run_id = json.loads(month.run("report", "--json")[1])["run"]["run_id"]
    before, replaced = _contents(month.folder), []
    for words in OUTPUTS:
        code, out, err = month.run(*(run_id if word == "RUN" else word for word in words))
        after = _contents(month.folder)
        if code != 2 or before.items() - after.items():
            replaced.append((words, code, out + err))
        before = after

    assert replaced == []


def test_a_report_and_a_plan_replace_their_earlier_ones_and_the_rest_does_by_force(month: CliSession) -> None:
    written = ("--save", "plan.json", "--report", "p.html", "--report", "p.md", "--report", "report.json")
    run_id = json.loads(month.run("report", "--json")[1])["run"]["run_id"]
    for _ in range(2):
        assert month.run("diff", "edited.xlsx", *written)[0] == 0
        assert month.run("evidence", run_id, "-o", "there.zip", "--force")[0] == 0
        assert month.run("export", "-o", "there.xlsx", "--force")[0] == 0
