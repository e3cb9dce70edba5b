"""Every command works where each text of the records attacks: nothing acts, hides, or passes for a line of ours."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from cli_session import (
    APPROVED,
    APPROVED_LINE,
    DRAFT,
    NEW_LINE,
    ONE_LINE,
    SEED,
    SET_AMOUNT,
    SET_STAGE,
    CliSession,
)
from signers import key_file, public_line

from reconcile.cli import COMMANDS
from reconcile.domain.spreadsheet import starts_a_formula
from reconcile.domain.unseen import is_hidden
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke

FORGED = "Read back. Everything is right."
TYPED = "x\u202e\u200b\ufe01\u2065\U000e0041[2J<img src=x onerror=alert(1)>[a](javascript:alert(1))**b**@everyone|"
TEXT = f"=cmd|' /C calc'!A0\x1b[2J\x1b]0;t\x07\x9b31m\r\n{FORGED}\n<script>alert(1)</script>{TYPED}"
RUN = "RUN"

NUMBER = re.compile(r"[-+]?[\d.,]+")
OUTSIDE = ("vendors.csv", "paid\u202e.csv")
MENTION_BREAK = "\u200b"
"""Markdown puts it behind @, so that nobody is mentioned."""
NOT_RUN = {
    "demo": "its records are its own",
    "sandbox": "it serves until it is stopped",
    "desk": "the same",
    "mcp": "it speaks to programs; tests/assistant feeds it such texts",
}
WORK = [
    ["export", "-o", "march.xlsx"],
    ["export", "-o", "march.xlsx"],
    ["export", "--split-by", "partner", "-o", "split\u202e"],
    ["export", "--partner", TEXT, "-o", "other.xlsx"],
    ["check", "good.xlsx"],
    ["check", "bad.xlsx", "--json"],
    ["doctor", "bad.xlsx"],
    ["diff", "bad.xlsx", "--report", "bad.html", "--report", "bad.md", "--report", "review.xlsx"],
    ["diff", "good.xlsx", "--full", "--save", "plan.json"],
    ["diff", "good.xlsx", "--save", "plan.json"],
    ["request", "plan.json", "--key", "ana.key"],
    ["reject", "plan.json", "--reason", TEXT, "--key", "cleo.key"],
    ["request", "plan.json", "--key", "ana.key"],
    ["approvals"],
    ["approve", "plan.json", "--yes", "--key", "ben.key"],
    ["apply", "plan.json", "--yes", "--report", "run.html", "--report", "run.md"],
    ["approvals", "--all"],
    ["history"],
    ["history", "--csv"],
    ["history", APPROVED],
    ["history", APPROVED_LINE],
    ["report", "--full"],
    ["undo", "--dry-run"],
    ["evidence", RUN, "-o", "pack\u202e.zip"],
    ["verify", "pack\u202e.zip"],
    ["verify", "pack\u202e.zip", "--head", TEXT],
    ["replay", "pack\u202e.zip"],
    ["bills", "--to", "csv", "--vendors", "vendors.csv", "--stage", "PENDING_PAYMENT", "-o", "bills"],
    ["bills", "--to", "netsuite", "--stage", "DRAFT", "-o", "bills-2"],
    ["payments", "paid\u202e.csv", "-o", "paid.xlsx", "--full"],
    ["history", "paid\u202e.csv"],
    ["close", "--period", "2026-03", "-o", "close", "--journal", "csv"],
    ["close", "--status", "--period", "2026-03"],
    ["statements", "--period", "2026-03", "-o", "statements"],
    ["pickup", "--once", "arrived"],
    ["notify", TEXT],
    ["exports"],
    ["exports", "withdraw", "march.xlsx", "--reason", TEXT],
    ["exports", "--all"],
    ["diff", "good.xlsx"],
    ["state"],
    ["state", "verify"],
    ["doctor"],
    ["init", "--environment", TEXT],
    ["config", "trust", TEXT],
    ["help", TEXT],
    ["resume", TEXT],
    [TEXT],
]


def _records() -> dict[str, object]:
    """Three payouts of the sample month, in which every text attacks."""
    seed = json.loads(SEED.read_text(encoding="utf-8"))
    seed["organisation"]["name"] = TEXT
    seed["payouts"] = [one for one in seed["payouts"] if one["id"] in (APPROVED, DRAFT, ONE_LINE)]
    there = {one["id"] for one in seed["payouts"]}
    seed["lines"] = [one for one in seed["lines"] if one.get("payoutId", APPROVED) in there]
    for number, partner in enumerate(seed["partners"]):
        partner |= {"name": f"{TEXT}{number}", "domain": TEXT, "externalId": f"{TEXT}{number}"}
        partner["details"] = {"categories": [TEXT], "managerEmail": TEXT}
    for payout in seed["payouts"]:
        payout["poNumber"] = TEXT
    for line in seed["lines"]:
        line |= {"description": TEXT, "planName": TEXT}
    return seed


def _settings() -> str:
    people = {"ana": "prepare", "ben": "approve", "cleo": "approve"}
    parts = ["[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\n"]
    for name, role in people.items():
        shown = json.dumps(name + TEXT, ensure_ascii=False).replace("\x9b", "\\u009b")
        parts.append(f'[people.{name}]\nname = {shown}\nemail = "{name}@example.com"\n')
        parts.append(f'roles = ["{role}"]\nkey = "{public_line(name)}"\n')
    return "".join((*parts, '[approval]\nask_for = ["any"]\n'))


def _edits(cli: CliSession) -> None:
    """Two copies of the workbook: one that can be applied, and one whose every cell is wrong."""
    note = Keystroke("Payouts", APPROVED, "Statement note", TYPED)
    description = Keystroke("Lines", APPROVED_LINE, "Description", TYPED)
    march = cli.folder / "march.xlsx"
    cli.edit(march, SET_STAGE, SET_AMOUNT, *NEW_LINE, note, description, name="good.xlsx")
    wrong = [
        Keystroke("Lines", APPROVED_LINE, name, TYPED) for name in ("Amount", "Action", "Currency", "Plan")
    ]
    cli.edit(march, Keystroke("Payouts", APPROVED, "Stage", TYPED), *wrong, name="bad.xlsx")


def _outside_files(cli: CliSession) -> None:
    partners = [str(one["id"]) for one in json.loads(SEED.read_text(encoding="utf-8"))["partners"]]
    vendors = "".join(f"{one},{number}\n" for number, one in enumerate(partners))
    (cli.folder / "vendors.csv").write_text(f"Partner ID,Vendor\n{vendors}", encoding="utf-8")
    payee = '"' + TEXT.replace('"', "") + '"'
    rows = f"Date,Amount,Currency,Payee,Reference\n2026-04-15,500.00,USD,{payee},{payee}\n"
    (cli.folder / "paid\u202e.csv").write_text(rows, encoding="utf-8")


@pytest.fixture
def cli(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[CliSession]:
    """A session whose records, user and people have hostile names."""
    monkeypatch.setenv("LOGNAME", TEXT)
    with running(_records(), Choices(rate=100_000)) as url:
        opened = CliSession(url, tmp_path, capsys, monkeypatch.setenv)
        for name in ("ana", "ben", "cleo"):
            key_file(tmp_path, name)
        opened.settings(_settings())
        _outside_files(opened)
        yield opened


def test_no_command_shows_a_text_that_acts_hides_or_passes_for_a_line_of_ours(cli: CliSession) -> None:
    cli.export()
    _edits(cli)
    (cli.folder / "arrived").mkdir()
    (cli.folder / "march.xlsx").rename(cli.folder / "arrived" / f"{TYPED.replace('/', '')}.xlsx")
    run, faults, codes = "", [], dict[str, list[int]]()
    for words in WORK:
        code, out, err = cli.run(*(run if word == RUN else word for word in words))
        codes.setdefault(words[0], []).append(code)
        if words[0] == "apply":
            assert code == 0, out + err
            run = re.findall(r"run-[-\w]+", out)[-1]
        if not {"--json", "--csv"} & {*words}:
            faults += [(words, line) for line in (out + err).split("\n") if _acts(line)]

    assert faults == []
    assert {*codes} >= COMMANDS.keys() - NOT_RUN.keys()
    assert codes["apply"] == [0]
    assert codes["export"] == [0, 2, 0, 2]
    assert codes["evidence"] == codes["replay"] == [0]
    _check_files(cli.folder)


def _acts(line: str) -> bool:
    return line.strip().startswith(FORGED) or any(map(is_hidden, line))


def _check_files(folder: Path) -> None:
    """Nothing in a file runs as a formula, a script or a link, hides, or begins a line of ours."""
    seen = {".csv": 0, ".xlsx": 0, ".html": 0, ".md": 0}
    for file in sorted(folder.rglob("*")):
        seen[file.suffix] = seen.get(file.suffix, 0) + 1
        if file.suffix == ".csv" and file.name not in OUTSIDE:
            rows = csv.reader(StringIO(file.read_text(encoding="utf-8-sig"), newline=""))
            texts = [cell for row in rows for cell in row if not NUMBER.fullmatch(cell)]
            assert [text for text in texts if starts_a_formula(text)] == [], file.name
        if file.suffix == ".xlsx":
            with zipfile.ZipFile(file) as archive:
                parts = b"".join(archive.read(name) for name in archive.namelist())
            assert re.findall(rb"<f[ >][^<]*cmd|TargetMode|<ddeLink|<oleLink", parts) == [], file.name
        if file.suffix in (".html", ".md"):
            text = file.read_text(encoding="utf-8")
            assert [one for one in text if is_hidden(one) and one not in MENTION_BREAK] == [], file.name
            assert "<script>alert" not in text, file.name
            # A page has no lines of its own.
            is_forged = any(line.strip().startswith(FORGED) for line in text.splitlines())
            assert file.suffix == ".html" or not is_forged, file.name
    assert min(seen[one] for one in (".csv", ".xlsx", ".html", ".md")) > 1
