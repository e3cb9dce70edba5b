"""A pack proves what it holds; every change of it is found."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evidence.pack_cases import Files
from evidence_packs import (
    WORKBOOK,
    edited,
    filled,
    pack_of,
    replaced,
    written,
)
from tampered_stores import changed

from reconcile.cli import run as command
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.evidence.pack import VERIFIER
from reconcile.evidence.verify import main
from reconcile.jobs.evidence.check_pack import check_pack

Json = dict[str, Any]


def row_of(record: Json, table: str, number: int = 0) -> Json:
    return [one for one in record["rows"] if one["table"] == table][number]["columns"]


def in_body(before: str, after: str, number: int = 1) -> Callable[[Json], None]:
    def change(record: Json) -> None:
        columns = row_of(record, "entries", number)
        columns["body"] = columns["body"].replace(before, after)

    return change


def without_entry(record: Json, number: int) -> None:
    record["rows"].remove([one for one in record["rows"] if one["table"] == "entries"][number])


def hide_amount(record: Json) -> None:
    """Shows another body than the one that was sealed, as if an account number were in it."""
    columns = row_of(record, "entries", 1)
    text = columns["body"]
    digest = hashlib.sha256(f"str\x1f{text}".encode()).hexdigest()
    columns["body"] = {"hash": digest, "shown": text.replace("512.50", "5.00")}


def swap_seals(proofs: Json) -> None:
    first, second = sorted(proofs["seals"], key=int)[:2]
    seals = proofs["seals"]
    seals[first], seals[second] = seals[second], seals[first]


def first_seal(proofs: Json) -> Json:
    return proofs["seals"][min(proofs["seals"], key=int)]


def forge(files: Files) -> Files:
    """A changed amount whose seal and hashes are made anew, up to the seal itself."""
    made = edited(files, "record.json", in_body("512.50", "999.00"))
    record = json.loads(made["record.json"])
    row = [one for one in record["rows"] if one["table"] == "entries"][1]
    proofs = json.loads(made["proofs.json"])
    seal, columns = proofs["seals"][str(row["seal"])], row["columns"]
    hashes = {
        name: hashlib.sha256(f"{type(value).__name__}\x1f{value}".encode()).hexdigest()
        for name, value in columns.items()
    }
    names = "\x1f".join(f"{name}={hashes[name]}" for name in sorted(hashes))
    seal["digest"] = hashlib.sha256(names.encode()).hexdigest()
    parts = (seal["sealed"], seal["key"], str(seal["entry_number"]), seal["digest"], seal["marks"])
    text = "\x1f".join((seal["previous"], str(row["seal"]), *parts))
    seal["hash"] = hashlib.sha256(text.encode()).hexdigest()
    own = proofs["manifest"]["columns"]
    own["sha256"] = hashlib.sha256(made["manifest.json"]).hexdigest()
    return {**made, "proofs.json": json.dumps(proofs).encode()}


TAMPERINGS: dict[str, Callable[[Files], Files]] = {
    "a letter of the plan": lambda files: {**files, "plan.json": files["plan.json"] + b" "},
    "the plan, and its hash": lambda files: replaced(files, "plan.json", b"{}"),
    "the workbook as applied": lambda files: {**files, "workbooks/applied/march.xlsx": b"another"},
    "the workbook, and its hash": lambda files: replaced(files, "workbooks/applied/march.xlsx", b"another"),
    "an amount in the journal": lambda files: edited(files, "record.json", in_body("512.50", "999.00")),
    "an amount, with every hash made anew": forge,
    "an outcome": lambda files: edited(files, "record.json", in_body("applied", "refused", 2)),
    "an entry that is gone": lambda files: edited(files, "record.json", lambda one: without_entry(one, 1)),
    "the end of the journal": lambda files: edited(files, "record.json", lambda one: without_entry(one, 3)),
    "two entries in another order": lambda files: edited(
        files, "record.json", lambda one: one["rows"].insert(2, one["rows"].pop(1))
    ),
    "an entry told twice": lambda files: edited(
        files, "record.json", lambda one: one["rows"].insert(2, one["rows"][2])
    ),
    "who ran it": lambda files: edited(
        files, "record.json", lambda one: row_of(one, "runs").update(started_by="eve")
    ),
    "the state of the run": lambda files: edited(
        files, "record.json", lambda one: row_of(one, "runs").update(state="set aside")
    ),
    "the time of an entry": lambda files: edited(
        files, "record.json", lambda one: row_of(one, "entries").update(at="2026-04-05T09:31:00+00:00")
    ),
    "a value that is said to be withheld": lambda files: edited(files, "record.json", hide_amount),
    "what is not proved": lambda files: edited(files, "record.json", lambda one: one["notes"].clear()),
    "the hash of a kept file": lambda files: edited(
        files, "record.json", lambda one: row_of(one, "kept_files").update(sha256="ab" * 32)
    ),
    "a seal": lambda files: edited(files, "proofs.json", lambda one: first_seal(one).update(digest="ab")),
    "two seals that changed places": lambda files: edited(files, "proofs.json", swap_seals),
    "a path in the tree": lambda files: edited(
        files,
        "proofs.json",
        lambda one: first_seal(one).update(path=base64.b64encode(bytes(160)).decode()),
    ),
    "the root": lambda files: edited(files, "proofs.json", lambda one: one["tree"].update(root="ab" * 32)),
    "the size of the tree": lambda files: edited(
        files, "proofs.json", lambda one: one["tree"].update(size=one["tree"]["size"] + 1)
    ),
    "the head that is stamped": lambda files: {**files, "head.txt": b"reconcile evidence\n"},
    "the journal for people": lambda files: replaced(files, "journal.csv", b"run,number\n"),
    "the read-back": lambda files: replaced(files, "tie-out.json", b"{}"),
    "a file too many": lambda files: {**files, "approvals/ana.json": b"{}"},
    "a file too many, in the manifest": lambda files: edited(
        {**files, "approvals/ana.json": b"{}"},
        "manifest.json",
        lambda one: one["files"].update(
            {"approvals/ana.json": {"sha256": hashlib.sha256(b"{}").hexdigest(), "bytes": 2}}
        ),
    ),
    "a file too few": lambda files: {name: files[name] for name in files if name != "journal.csv"},
    "another run's name": lambda files: edited(files, "manifest.json", lambda one: one.update(id="run-2")),
    "the manifest of a period": lambda files: edited(
        files, "manifest.json", lambda one: one.update(kind="period")
    ),
}


def test_a_pack_proves_what_it_holds(pack: Path, files: Files) -> None:
    checked = check_pack(pack)
    text = "\n".join(checked.lines)

    assert not checked.was_changed
    assert f"All {len(files)} files are as they were" in text
    assert "The journal of run-1, 4 entries, is whole and names its plan." in text
    assert "workbooks/applied/march.xlsx is the file that the record names." in text
    assert "Not proved by this pack:" in text
    assert files["workbooks/applied/march.xlsx"] == WORKBOOK
    assert files["verify.py"] == VERIFIER.read_bytes()


def test_the_single_file_says_the_same_with_nothing_but_python(
    pack: Path, files: Files, tmp_path: Path
) -> None:
    alone = tmp_path / "verify.py"
    alone.write_bytes(files["verify.py"])
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(alone), str(pack)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert tuple(done.stdout.splitlines()) == check_pack(pack).lines
    assert len(VERIFIER.read_text(encoding="utf-8").splitlines()) < 200


def test_the_same_run_gives_the_same_bytes_whatever_is_written_later(tmp_path: Path) -> None:
    filled(tmp_path).close()
    first = pack_of(tmp_path).path.read_bytes()
    pack_of(tmp_path, "run-2")

    assert pack_of(tmp_path).path.read_bytes() == first


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_change_is_found(
    name: str, files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = written(tmp_path / "changed.zip", TAMPERINGS[name](files))

    assert command(["verify", str(there)]) == 1
    by_command = capsys.readouterr().out
    assert main([str(there)]) == 1
    assert "This pack was CHANGED:" in by_command
    assert "This pack was CHANGED:" in capsys.readouterr().out


def test_a_pack_of_a_record_that_was_written_anew_is_found_by_an_end_from_elsewhere(
    store_folder: Path, tmp_path: Path
) -> None:
    """Who rewrites everything makes a pack that agrees with itself; the old end gives it away."""
    mine = pack_of(store_folder).head
    filled(tmp_path).close()
    with_other_end = pack_of(tmp_path, "run-2")

    assert not check_pack(with_other_end.path, with_other_end.head).was_changed
    assert check_pack(with_other_end.path, mine).was_changed
    assert main([str(with_other_end.path), "--head", mine]) == 1


def test_an_end_of_an_earlier_day_is_known_to_a_later_pack(store_folder: Path, files: Files) -> None:
    proofs = json.loads(files["proofs.json"])
    number, seal = next(iter(proofs["seals"].items()))

    assert main([str(pack_of(store_folder).path), "--head", f"{number}:{seal['hash']}"]) == 0


def test_the_proof_of_one_entry_among_a_million_is_under_2_kb(files: Files) -> None:
    proofs = json.loads(files["proofs.json"])
    number = next(
        str(row["seal"]) for row in json.loads(files["record.json"])["rows"] if row["table"] == "entries"
    )
    seal = {**proofs["seals"][number], "path": base64.b64encode(bytes(20 * 32)).decode()}

    assert len(json.dumps({"1048576": seal})) < 2048


def test_a_changed_record_gives_no_pack(tmp_path: Path) -> None:
    filled(tmp_path).close()
    changed(tmp_path / "state.db", "UPDATE entries SET body = replace(body, '512.50', '999.00')")

    with pytest.raises(DecisionNeeded, match="No pack was made: the record was changed past this program"):
        pack_of(tmp_path)
    assert not (tmp_path / "run-1.zip").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [("run-9", "There is no run run-9"), ("march", "neither a run"), ("2026-02", "is not closed")],
)
def test_what_is_not_there_is_named(name: str, said: str, store_folder: Path) -> None:
    with pytest.raises((ConfigurationError, DecisionNeeded), match=said):
        pack_of(store_folder, name)
