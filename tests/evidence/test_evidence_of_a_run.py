"""The evidence of real runs: it is made again from the pack alone, and no secret is in it."""

from __future__ import annotations

import zipfile
from io import BytesIO

from cli_session import APPROVED, EVERY_KIND, KEY, SET_AMOUNT, SET_STAGE, CliSession, Keystroke
from evidence_packs import files_in

IBAN = "DE89370400440532013000"
SPACED = "GB29 NWBK 6016 1331 9268 19"
ACCOUNT = "4711081547"


def last_run(cli: CliSession) -> str:
    return cli.run("history")[1].split()[0]


def all_bytes(content: bytes) -> bytes:
    """Everything in a file, and in every zip file in it."""
    if not content.startswith(b"PK\x03\x04"):
        return content
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return b"\n".join(all_bytes(archive.read(name)) for name in archive.namelist())


def test_a_run_is_made_again_from_its_pack_without_network_store_and_key(cli: CliSession) -> None:
    code, out, err = cli.run("apply", cli.edit(cli.export(), *EVERY_KIND), "--yes")
    assert code == 0, out + err
    assert cli.run("evidence", last_run(cli), "-o", "pack.zip")[0] == 0
    cli.setenv("INTROW_BASE_URL", "http://127.0.0.1:1")
    cli.setenv("INTROW_API_KEY", "")
    (cli.folder / "state.db").unlink()

    assert cli.run("verify", "pack.zip")[0] == 0
    code, out, err = cli.run("replay", "pack.zip")
    assert (code, err) == (0, "")
    assert [line.split()[-1] for line in out.splitlines()] == ["plan.json", "report.json", "report.html"]


def test_a_saved_plan_is_made_again_and_its_workbook_is_the_one_of_the_diff(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    cli.plan(edited)
    edited.write_bytes(b"another file by now")
    code, out, err = cli.run("apply", "saved-plan.json", "--yes")
    assert code == 0, out + err
    cli.run("evidence", last_run(cli), "-o", "pack.zip")

    assert cli.run("replay", "pack.zip")[0] == 0
    assert files_in(cli.folder / "pack.zip")["workbooks/applied/edited.xlsx"] != b"another file by now"


def test_no_key_and_no_account_number_is_in_a_pack(cli: CliSession) -> None:
    """Somebody typed an IBAN into a note, another into a sheet of their own; the settings name an account."""
    bank = f'[bank]\n[[bank.accounts]]\nholder = "Me"\nrouting_number = "021000021"\naccount_number = "{ACCOUNT}"\n'
    cli.settings(f"[profiles.default]\nrate = 100000\nsettle_wait = 0.01\n{bank}")
    edits = (
        SET_STAGE,
        Keystroke("Payouts", APPROVED, "Statement note", f"paid to {IBAN}"),
        Keystroke("Payouts", APPROVED, "PO number", f"{ACCOUNT} {SPACED} {KEY}"),
    )
    # Introw's answer is shown without the key, so that the run counts as applied differently.
    assert cli.run("apply", cli.edit(cli.export(), *edits), "--yes")[0] in (0, 1)
    code, out, err = cli.run("evidence", last_run(cli), "-o", "pack.zip")
    assert code == 0, err

    content = all_bytes((cli.folder / "pack.zip").read_bytes()).decode("utf-8", "replace")
    for secret in (IBAN, SPACED, SPACED.replace(" ", ""), ACCOUNT, KEY):
        assert secret not in content
    assert "…3000" in content
    assert "workbooks/applied/edited.xlsx: it is not in the pack, since it holds a bank account number" in out
    code, out, _ = cli.run("verify", "pack.zip")
    assert (code, "shown without account numbers" in out) == (0, True)


def test_an_undo_is_evidence_too_and_says_that_its_plan_rests_on_the_run(cli: CliSession) -> None:
    cli.run("apply", cli.edit(cli.export(), SET_AMOUNT), "--yes")
    code, out, err = cli.run("undo", last_run(cli), "--yes")
    assert code == 0, out + err
    cli.run("evidence", last_run(cli), "-o", "pack.zip")

    assert cli.run("verify", "pack.zip")[0] == 0
    code, out, _ = cli.run("replay", "pack.zip")
    assert code == 1
    assert "not made      plan.json: it sets back what run-" in out
    assert "the same      report.json" in out
