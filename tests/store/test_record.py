"""The record shows every later change, wherever somebody makes it, and names it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tampered_stores import HERE, MOMENT, NAME, NOW, changed, fill, found, places

from reconcile.cli import run as command
from reconcile.store.store import Store

RUN_1 = "run_id = 'run-1'"
INTENT = f"{RUN_1} AND number = 2"
END = "run_id = 'run-2' AND number = 4"
COPY_OF_BILL = (
    "INSERT INTO bills SELECT environment, 'B-9', payout_id, line_id, partner_id, amount, currency, layout, "
    "file, sha256, issued_at, issued_by, reason, dated FROM bills WHERE number = 'B-1'"
)
BILL_1 = f"bills: {NAME}/B-1/pay_1//2026-04-05T09:30:00+00:00"
PAID_1 = f"settlements: {NAME}/wb-1/pay_1/p-1/2026-04-05T09:30:00+00:00"

# What is done to the file, and the place that the audit names: table, key and columns.
TAMPERINGS = {
    "a statement of an approval": (
        ["UPDATE approvals SET statement = 'other' WHERE nonce = '1'"],
        "approvals: 1: statement",
    ),
    "who signed": (["UPDATE approvals SET by = 'Eve' WHERE nonce = '1'"], "approvals: 1: by"),
    "all statements": (["DELETE FROM approvals"], "approvals: 1"),
    "the use of an approval": (["DELETE FROM approval_uses WHERE request = 'req-2'"], "approval_uses: req-2"),
    "what used an approval": (
        ["UPDATE approval_uses SET what = 'run-9' WHERE request = 'req-2'"],
        "approval_uses: req-2: what",
    ),
    "the reason of a refusal": (
        ["DELETE FROM refusals WHERE reason = 'reason 1'"],
        f"refusals: {NAME}/f/{NOW}/reason 1",
    ),
    "the amount in an entry": (
        [f"UPDATE entries SET body = replace(body, '512.50', '999.00') WHERE {INTENT}"],
        "entries: run-1/2: body",
    ),
    "an entry's body with other spaces": (
        [f"UPDATE entries SET body = replace(body, ': ', ':') WHERE {INTENT}"],
        "entries: run-1/2: body",
    ),
    "a key twice in an entry's body": (
        [f"UPDATE entries SET body = '{{\"body\": 1, ' || substr(body, 2) WHERE {INTENT}"],
        "entries: run-1/2: body",
    ),
    "an entry's body that is no JSON": (
        [f"UPDATE entries SET body = '{{\"body' WHERE {INTENT}"],
        "entries: run-1/2: body",
    ),
    "an entry's body that is a list": (
        [f"UPDATE entries SET body = '[1]' WHERE {RUN_1} AND number = 1"],
        "entries: run-1/1: body",
    ),
    "an entry's body that is no text": (
        [f"UPDATE entries SET body = x'ff00fe' WHERE {INTENT}"],
        "entries: run-1/2: body",
    ),
    "an entry's body in broken UTF-8": (
        [f"UPDATE entries SET body = CAST(x'7bff7d' AS TEXT) WHERE {INTENT}"],
        "entries: run-1/2: body",
    ),
    "the time of an entry": (
        [f"UPDATE entries SET at = '2026-04-05T09:31:00+00:00' WHERE {END}"],
        "entries: run-2/4: at",
    ),
    "the kind of an entry": ([f"UPDATE entries SET kind = 'start' WHERE {END}"], "entries: run-2/4: kind"),
    "the operation of an entry": (
        [f"UPDATE entries SET operation_id = 'op-2' WHERE {INTENT}"],
        "entries: run-1/2: operation_id",
    ),
    "the hash of an entry": ([f"UPDATE entries SET hash = 'ab' WHERE {INTENT}"], "entries: run-1/2: hash"),
    "an entry in the middle": ([f"DELETE FROM entries WHERE {INTENT}"], "entries: run-1/2"),
    "the last entry": ([f"DELETE FROM entries WHERE {END}"], "entries: run-2/4"),
    "all entries of a run": (["DELETE FROM entries WHERE run_id = 'run-2'"], "entries: run-2/1"),
    "an entry that was slipped in": (
        [
            f"INSERT INTO entries SELECT run_id, 5, at, operation_id, kind, body, hash FROM entries WHERE {INTENT}"
        ],
        "entries: run-1/5",
    ),
    "two entries that changed places": (
        [
            f"UPDATE entries SET number = 30 WHERE {INTENT}",
            f"UPDATE entries SET number = 2 WHERE {RUN_1} AND number = 3",
            f"UPDATE entries SET number = 3 WHERE {RUN_1} AND number = 30",
        ],
        "entries: run-1/3: body hash kind",
    ),
    "the number of an entry as text": (
        [f"UPDATE entries SET number = 'two' WHERE {INTENT}"],
        "entries: run-1/two",
    ),
    "the state of a run": ([f"UPDATE runs SET state = 'set aside' WHERE {RUN_1}"], "runs: run-1: state"),
    "the person of a run": ([f"UPDATE runs SET started_by = 'eve' WHERE {RUN_1}"], "runs: run-1: started_by"),
    "the end of a run": (
        [f"UPDATE runs SET ended_at = '2026-05-05T09:30:00+00:00' WHERE {RUN_1}"],
        "runs: run-1: ended_at",
    ),
    "no end of a run": ([f"UPDATE runs SET ended_at = NULL WHERE {RUN_1}"], "runs: run-1: ended_at"),
    "the plan of another run": (
        [f"UPDATE runs SET plan = (SELECT plan FROM runs WHERE run_id = 'run-2') WHERE {RUN_1}"],
        "runs: run-1: plan",
    ),
    "a plan that is damaged": ([f"UPDATE runs SET plan = x'00ff' WHERE {RUN_1}"], "runs: run-1: plan"),
    "a plan that is no plan": ([f"UPDATE runs SET plan = 'text' WHERE {RUN_1}"], "runs: run-1: plan"),
    "a whole run": (
        [f"DELETE FROM entries WHERE {RUN_1}", f"DELETE FROM runs WHERE {RUN_1}"],
        "runs: run-1",
    ),
    "a run that was slipped in": (
        [
            "UPDATE runs SET run_id = 'run-9' WHERE run_id = 'run-2'",
        ],
        "runs: run-9",
    ),
    "the line that an effect names": (
        ["UPDATE effects SET result_id = 'cln_9' WHERE record_id = 'key-run-1'"],
        "effects: wb-1/create line/key-run-1: result_id",
    ),
    "an effect that was removed": (
        ["DELETE FROM effects WHERE record_id = 'key-run-1'"],
        "effects: wb-1/create line/key-run-1",
    ),
    "an effect that was slipped in": (
        [f"INSERT INTO effects VALUES ('wb-2', '{NAME}', 'create line', 'key-9', 'cln_9')"],
        "effects: wb-2/create line/key-9",
    ),
    "the baseline of an export": (
        ["UPDATE exports SET baseline = x'00' WHERE workbook_id = 'wb-1'"],
        "exports: wb-1: baseline",
    ),
    "who exported": (
        ["UPDATE exports SET export = replace(export, 'ana', 'eve') WHERE workbook_id = 'wb-2'"],
        "exports: wb-2: export",
    ),
    "an export that was removed": (["DELETE FROM exports WHERE workbook_id = 'wb-2'"], "exports: wb-2"),
    "who got a workbook": (
        ["UPDATE handouts SET recipient = 'eve' WHERE workbook_id = 'wb-1'"],
        "handouts: wb-1: recipient",
    ),
    "when a workbook came back": (["UPDATE returns SET at = '2026-01-01'"], "returns: wb-1: at"),
    "the amount of a bill": (
        ["UPDATE bills SET amount = '9' WHERE number = 'B-1'"],
        f"{BILL_1}: amount",
    ),
    "the number of a bill": (["UPDATE bills SET number = 'B-8' WHERE number = 'B-1'"], BILL_1),
    "a bill that was removed": (["DELETE FROM bills WHERE number = 'B-1'"], BILL_1),
    "a bill that was slipped in": ([COPY_OF_BILL], BILL_1.replace("B-1", "B-9")),
    "bills in another order": (["UPDATE bills SET rowid = 99 WHERE number = 'B-1'"], BILL_1),
    "the state of a settlement": (
        ["UPDATE settlements SET state = 'differs' WHERE payout_id = 'pay_1'"],
        f"{PAID_1}: state",
    ),
    "a settlement that was removed": (["DELETE FROM settlements WHERE payout_id = 'pay_1'"], PAID_1),
    "what a close was made of": (
        ["UPDATE closes SET inputs = x'00' WHERE close_id = 'close-2'"],
        "closes: close-2: inputs",
    ),
    "an older close made to count again": (
        ["UPDATE closes SET superseded = '' WHERE close_id = 'close-1'"],
        "closes: close-1: superseded",
    ),
    "the files of a close": (
        ["UPDATE closes SET files = '{}' WHERE close_id = 'close-2'"],
        "closes: close-2: files",
    ),
    "the reason of a reopening": (
        ["UPDATE reopenings SET reason = 'none'"],
        f"reopenings: {NAME}/2026-03/2026-04-05T09:30:00+00:00/run-2: reason",
    ),
    "a reopening that was removed": (
        ["DELETE FROM reopenings"],
        f"reopenings: {NAME}/2026-03/2026-04-05T09:30:00+00:00/run-2",
    ),
    "an account that was paid": (
        ["UPDATE paid_accounts SET fingerprint = 'b' WHERE fingerprint = 'a'"],
        f"paid_accounts: {NAME}/ptn_1/a.xml/2026-04-05T09:30:00+00:00: fingerprint",
    ),
    "a paid account that was removed": (
        ["DELETE FROM paid_accounts WHERE fingerprint = 'a'"],
        f"paid_accounts: {NAME}/ptn_1/a.xml/2026-04-05T09:30:00+00:00",
    ),
    "where a payment went": (
        ["UPDATE payments_read SET allotted = '[]' WHERE key = 'k-1'"],
        f"payments_read: {NAME}/wb-1/k-1/bank.csv//line k-1: allotted",
    ),
    "a payment that was removed": (
        ["DELETE FROM payments_read WHERE key = 'k-2'"],
        f"payments_read: {NAME}/wb-1/k-2/bank.csv//line k-2",
    ),
    "which solution a person chose": (
        ["UPDATE answers SET chosen = 1 WHERE suggestion = 1"],
        f"answers: {NAME}/wb-1/1/run-1/applied/2026-04-05T09:30:00+00:00: chosen",
    ),
    "a No that was removed": (
        ["DELETE FROM answers WHERE chosen = 0"],
        f"answers: {NAME}/wb-1/2/run-1/applied/2026-04-05T09:30:00+00:00",
    ),
    "who holds the lock": (["UPDATE locks SET who = 'eve'"], f"locks: {NAME}: who"),
    "a lock that was removed": (["DELETE FROM locks"], f"locks: {NAME}"),
    "a lock that was slipped in": (
        ["INSERT INTO locks VALUES ('there', 'run-9', 'eve', 'far-away', 1, '2026-01-01')"],
        "locks: there",
    ),
    "a seal's digest": (["UPDATE seals SET digest = 'ab' WHERE number = 5"], "seals: 5"),
    "a seal's marks": (["UPDATE seals SET marks = 'not JSON' WHERE number = 5"], "seals: 5"),
    "a seal's key": (["UPDATE seals SET key = '{' WHERE number = 5"], "seals: 5"),
    "a seal's entry number": (["UPDATE seals SET entry_number = 'x' WHERE number = 5"], "seals: 5"),
    "a seal in the middle": (["DELETE FROM seals WHERE number = 5"], "seals: 6"),
    "the last seals": (
        ["DELETE FROM seals WHERE number > (SELECT max(number) - 2 FROM seals)"],
        "seals: 46",
    ),
    "all seals": (["DELETE FROM seals", "DELETE FROM head"], "entries: run-1/1"),
    "the end of the chain": (["UPDATE head SET hash = 'ab'"], "head"),
    "the row that names the end": (["DELETE FROM head"], "head"),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that nobody touched."""
    path = tmp_path_factory.mktemp("store") / "state.db"
    fill(path)
    return path


@pytest.fixture
def store(written: Path, tmp_path: Path) -> Path:
    """A copy of it, with the file that names its last seal."""
    for file in written.parent.iterdir():
        if file.suffix != ".lock":
            shutil.copy(file, tmp_path / file.name)
    return tmp_path / "state.db"


def test_a_record_that_nobody_touched_has_no_breaks(store: Path) -> None:
    assert found(store) == ()


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_change_shows_with_its_place(name: str, store: Path) -> None:
    statements, place = TAMPERINGS[name]
    changed(store, *statements)

    assert place in places(store)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_quick_look_shows_every_change_but_those_of_whole_months(name: str, store: Path) -> None:
    statements, place = TAMPERINGS[name]
    assert found(store, whole=False) == ()
    changed(store, *statements)
    of_a_month = place.split(": ")[2:] in (["baseline"], ["inputs"])

    assert (place in places(store, whole=False)) is not of_a_month


@pytest.mark.parametrize("name", TAMPERINGS)
def test_the_command_names_every_change_and_ends_with_1(
    name: str, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    statements, place = TAMPERINGS[name]
    changed(store, *statements)
    code = command(["history", "--verify", "--state", str(store)])
    out, err = capsys.readouterr()

    assert code == 1
    assert "not what was written" in out
    assert ", ".join(["Table " + place.split(": ")[0], *place.split(": ")[1:2]]) in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "name",
    [name for name, (sql, place) in TAMPERINGS.items() if len(place.split(": ")) == 3 and len(sql) == 1],
)
def test_a_changed_column_is_all_that_is_named(name: str, store: Path) -> None:
    statements, place = TAMPERINGS[name]
    changed(store, *statements)

    assert places(store) == {place}


def test_an_end_that_was_cut_off_consistently_is_missed(store: Path) -> None:
    last = "(SELECT max(number) FROM seals)"
    changed(
        store,
        "DELETE FROM locks",
        f"DELETE FROM seals WHERE number = {last}",
        f"UPDATE head SET seals = {last}, hash = (SELECT hash FROM seals WHERE number = {last})",
    )

    (one,) = found(store)
    assert (one.table, one.key) == ("seals", "46")
    assert "state.db.seal names it, and the store does not hold it" in one.what


def test_an_earlier_copy_in_its_place_is_told_even_after_more_was_written(
    store: Path, tmp_path: Path
) -> None:
    earlier = tmp_path / "earlier.db"
    shutil.copy(store, earlier)
    with Store(store) as open_store:
        open_store.note_returns([("wb-2", "wb-2.xlsx")], MOMENT)
    shutil.copy(earlier, store)
    with Store(store) as open_store:
        open_store.record_bills(HERE, open_store.bills(HERE)[:1])
    told = [one for one in found(store) if one.table == "seals"]

    assert len(told) == 1
    assert "an earlier copy of the store was put in its place" in told[0].what


@pytest.mark.parametrize("text", ["", "nonsense", "\x00" * 40])
def test_a_damaged_note_of_the_end_is_no_traceback(text: str, store: Path) -> None:
    store.with_name("state.db.seal").write_text(text, encoding="ascii")

    assert [one.table for one in found(store)] == (["seals"] if text else [])


@pytest.mark.parametrize(
    "listing", [[], ["--json"], ["--csv"], ["run-1"], ["run-1", "--json"], ["run-1", "--csv"]]
)
@pytest.mark.parametrize(
    "name", ["an entry's body that is no JSON", "an entry's body that is a list", "a plan that is damaged"]
)
def test_a_damaged_record_can_still_be_listed(
    name: str, listing: list[str], store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(store, *TAMPERINGS[name][0])
    code = command(["history", *listing, "--state", str(store)])
    out, err = capsys.readouterr()

    assert code == 1
    assert "finished" in out
    assert "was changed" in err


def test_rows_that_say_the_same_twice_are_each_under_seal(store: Path) -> None:
    with Store(store) as open_store:
        open_store.record_bills(HERE, open_store.bills(HERE)[:1])
    assert found(store) == ()

    changed(store, "UPDATE bills SET amount = '9' WHERE rowid = 4")
    assert places(store) == {f"{BILL_1}: amount"}
