"""Bad input gets one sentence that says what, where and what to do; an exit code; and nothing is written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_session import APPROVED, APPROVED_LINE, DRAFT_LINE, SET_AMOUNT, CliSession
from openpyxl import Workbook, load_workbook

from reconcile.sandbox.choices import Choices, Key
from reconcile.workbook.copy.cell_editor import Keystroke


def _spoilt(path: Path, spoil: Callable[[Workbook], object]) -> Path:
    book = load_workbook(path)
    spoil(book)
    target = path.with_name("damaged.xlsx")
    book.save(target)
    return target


def _meta(book: Workbook, old: str, new: str) -> None:
    for row in book["_meta"].iter_rows():
        for cell in row:
            if cell.value is not None and str(cell.value) == old:
                cell.value = new


FILES: dict[str, tuple[bytes, str]] = {
    "empty.xlsx": (b"", "empty"),
    "text.xlsx": (b"Partner;Amount\nAcme;1\n", "not an Excel workbook"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, r"old|\.xls"),
    "locked.xlsx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000 + "EncryptedPackage".encode("utf-16-le"),
        "password",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_workbook_is_refused_in_one_sentence(name: str, cli: CliSession) -> None:
    content, words = FILES[name]
    path = cli.folder / name
    path.write_bytes(content)
    for command in ("diff", "apply"):
        code, out, err = cli.run(command, path)

        assert code == 1
        assert out == ""
        assert name in err
        assert re.search(words, err, re.IGNORECASE), err
        assert len(err.strip().splitlines()) == 1
    code, out, err = cli.run("check", path)

    assert (code, err) == (1, "")
    assert re.search(words, out, re.IGNORECASE), out
    assert f"{name}: 1 error" in out


def test_a_file_that_is_not_there_is_a_usage_error(cli: CliSession) -> None:
    code, _, err = cli.run("check", cli.folder / "nothing.xlsx")

    assert code == 2
    assert "nothing.xlsx" in err


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda book: book.remove(book["_meta"]), "not a workbook"),
        (lambda book: book.remove(book["Lines"]), "Lines"),
        (lambda book: book["Payouts"].delete_cols(16), "Payout ID"),
        (lambda book: setattr(book["Lines"]["K1"], "value", "Amount"), r"Amount.*F1|F1.*Amount|K1"),
        (lambda book: _meta(book, "1", "99"), "newer"),
    ],
    ids=["not ours", "a sheet missing", "a header missing", "a header twice", "a newer schema"],
)
def test_a_workbook_that_lost_its_shape_is_refused_with_its_place(
    spoil: Callable[[Workbook], object], words: str, cli: CliSession
) -> None:
    code, _, err = cli.run("diff", _spoilt(cli.export(), spoil))

    assert code == 1
    assert "damaged.xlsx" in err
    assert re.search(words, err), err
    assert cli.writes() == []


def test_a_workbook_of_another_environment_is_refused(
    cli: CliSession, open_cli: Callable[[Choices], CliSession]
) -> None:
    exported = cli.export()
    other = open_cli(Choices(rate=100_000))
    code, _, err = other.run("diff", exported)

    assert code == 1
    assert cli.url in err
    assert other.url in err


@pytest.mark.parametrize(
    ("keystrokes", "words"),
    [
        ((Keystroke("Payouts", APPROVED, "Payout ID", None),), "has no Payout ID"),
        (
            (Keystroke("Lines", APPROVED_LINE, "Line ID", "cln_unheard"),),
            "cln_unheard was not in this export",
        ),
        ((Keystroke("Lines", APPROVED_LINE, "Line ID", DRAFT_LINE),), "stands in rows"),
    ],
    ids=["blank", "unknown", "repeated"],
)
def test_an_id_that_names_no_record_or_two_is_an_error_at_its_cell(
    keystrokes: tuple[Keystroke, ...], words: str, cli: CliSession
) -> None:
    edited = cli.edit(cli.export(), *keystrokes)
    code, out, _ = cli.run("check", edited)

    assert code == 1
    assert words in out
    assert re.search(r"edited\.xlsx, (Payouts|Lines)![A-Z]+\d+: ", out)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--stage", ""), "--stage is empty"),
        (("--stage", "APROVED"), "no stage 'APROVED'"),
        (("--partner", " "), "--partner is empty"),
        (("--partner", "Nobody Ltd"), "no partner 'Nobody Ltd'"),
        (("--partner", "Twin Peaks Ltd"), "partner"),
        (("--period", "March"), "2026-03"),
        (("--period", "2031-03"), "Nothing is in scope"),
        (("--batch", "pbt_unheard"), "scope|batch"),
    ],
)
def test_a_filter_that_matches_nothing_never_means_everything(
    arguments: tuple[str, ...], words: str, cli: CliSession
) -> None:
    target = cli.folder / "out.xlsx"
    code, _, err = cli.run("export", *arguments, "-o", target)

    assert code == 2
    assert re.search(words, err), err
    assert not target.exists()


def test_a_workbook_is_not_overwritten_by_accident(cli: CliSession) -> None:
    exported = cli.export()
    before = exported.read_bytes()
    code, _, err = cli.run("export", "-o", exported)

    assert code == 2
    assert "--force" in err
    assert exported.read_bytes() == before


def test_a_plan_that_was_touched_is_refused(cli: CliSession) -> None:
    saved = cli.folder / "plan.json"
    cli.run("diff", cli.edit(cli.export(), SET_AMOUNT), "--save", saved)
    saved.write_text(saved.read_text(encoding="utf-8").replace("512.50", "51250.00"), encoding="utf-8")
    code, _, err = cli.run("apply", saved, "--yes")

    assert code == 2
    assert "was changed after it was made" in err
    assert cli.writes() == []


def test_nothing_is_applied_without_an_answer(cli: CliSession) -> None:
    code, _, err = cli.run("apply", cli.edit(cli.export(), SET_AMOUNT))

    assert code == 2
    assert "--yes" in err
    assert cli.writes() == []


def test_without_a_key_the_sentence_says_where_to_put_one(cli: CliSession) -> None:
    cli.setenv("INTROW_API_KEY", "")
    code, _, err = cli.run("export", "-o", cli.folder / "out.xlsx")

    assert code == 2
    assert "INTROW_API_KEY" in err


def test_a_wrong_key_ends_with_3_and_is_never_shown(cli: CliSession) -> None:
    cli.setenv("INTROW_API_KEY", "a-wrong-secret")
    code, out, err = cli.run("export", "-o", cli.folder / "out.xlsx")

    assert code == 3
    assert "a-wrong-secret" not in out + err


def test_a_key_without_the_scope_is_told_which_one(open_cli: Callable[[Choices], CliSession]) -> None:
    reading = Key("sandbox-key", frozenset({"commissions:read", "partners:read"}))
    cli = open_cli(Choices(rate=100_000, keys=(reading,)))
    code, out, err = cli.run("apply", cli.edit(cli.export(), SET_AMOUNT), "--yes")

    assert code == 4
    assert "commissions:write" in out + err
    assert cli.run("history")[1].split()[1] == "stopped"


def test_a_key_file_that_others_can_read_is_refused(cli: CliSession) -> None:
    cli.setenv("INTROW_API_KEY", "")
    key = cli.folder / "key"
    key.write_text("sandbox-key\n", encoding="utf-8")
    cli.settings(f'[profiles.default]\napi_key_file = "{key}"\n')
    key.chmod(0o644)
    refused = cli.run("doctor")
    key.chmod(0o600)
    accepted = cli.run("doctor")

    assert refused[0] == 2
    assert "chmod 600" in refused[1]
    assert accepted[0] == 0


def test_a_pipe_as_key_file_is_refused_and_not_waited_for(cli: CliSession) -> None:
    cli.setenv("INTROW_API_KEY", "")
    pipe = cli.folder / "key"
    os.mkfifo(pipe, 0o600)
    cli.settings(f'[profiles.default]\napi_key_file = "{pipe}"\n')
    code, out, err = cli.run("doctor")

    assert code == 2
    assert "is not a file" in out + err
