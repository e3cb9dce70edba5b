"""A pack proves what it holds; every change of it is found, by the command and by the single file in it."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from evidence_packs import (
    WORKBOOK,
    edited,
    files_in,
    filled,
    pack_of,
    raw_zip,
    replaced,
    session_in,
    written,
)
from signers import approved
from tampered_stores import HERE, NOW, changed

from reconcile.cli import run as command
from reconcile.domain.unseen import is_hidden
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.evidence.pack import VERIFIER
from reconcile.evidence.verify import LARGEST, main
from reconcile.jobs.evidence.check_pack import check_pack
from reconcile.jobs.evidence.make import make_pack
from reconcile.store.approval.kept_approvals import KeptStatement, add_statement
from reconcile.store.evidence.kept_files import APPLIED, KeptFile, content_of, keep_files
from reconcile.store.sealing import add
from reconcile.store.store import Store
from reconcile.store.tables import APPROVAL_USES

Files = dict[str, bytes]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def store_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    filled(folder).close()
    return folder


@pytest.fixture(scope="module")
def pack(store_folder: Path) -> Path:
    return pack_of(store_folder).path


@pytest.fixture(scope="module")
def files(pack: Path) -> Files:
    return files_in(pack)


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


def _deepen(some: Iterable[dict[str, Any]], name: str) -> None:
    for one in some:
        one[name] = "[" * 100_000


def _columns_of(record: dict[str, Any], table: str) -> list[dict[str, Any]]:
    return [row["columns"] for row in record["rows"] if row["table"] == table]


HOSTILE: dict[str, Callable[[Files], bytes]] = {
    "nothing": lambda _: b"",
    "no zip": lambda _: b"PK\x03\x04 and no more",
    "an empty zip": lambda _: raw_zip([]),
    "a file outside": lambda files: raw_zip([*files.items(), ("../evil.txt", b"")]),
    "a file at the root": lambda files: raw_zip([*files.items(), ("/etc/evil", b"")]),
    "a drive": lambda files: raw_zip([*files.items(), ("C:evil", b"")]),
    "a backslash": lambda files: raw_zip([*files.items(), ("a\\..\\evil", b"")]),
    "a control character": lambda files: raw_zip([*files.items(), ("a\nb", b"")]),
    "one name in two spellings": lambda files: raw_zip([*files.items(), ("PLAN.json", b"{}")]),
    "a packing that is not a pack's": lambda files: raw_zip(list(files.items()), packing=zipfile.ZIP_LZMA),
    "JSON that is none": lambda files: raw_zip(list({**files, "record.json": b"{"}.items())),
    "JSON that is deep": lambda files: raw_zip(list({**files, "proofs.json": b"[" * 200_000}.items())),
    "a manifest that is deep": lambda files: raw_zip(
        list({**files, "manifest.json": b"[" * 100_000 + b"]" * 100_000}.items())
    ),
    "a record that is deep": lambda files: raw_zip(
        list({**files, "record.json": b'{"a":' * 100_000 + b"1" + b"}" * 100_000}.items())
    ),
    "marks of a seal that are deep": lambda files: raw_zip(
        list(edited(files, "proofs.json", lambda one: _deepen(one["seals"].values(), "marks")).items())
    ),
    "an entry that is deep": lambda files: raw_zip(
        list(edited(files, "record.json", lambda one: _deepen(_columns_of(one, "entries"), "body")).items())
    ),
    "JSON of another form": lambda files: raw_zip(list({**files, "proofs.json": b"[]"}.items())),
    "a manifest that is a number": lambda files: raw_zip(list({**files, "manifest.json": b"7"}.items())),
    "too many files": lambda files: raw_zip(
        [*files.items(), *((f"more/{number}", b"") for number in range(9000))], packing=zipfile.ZIP_STORED
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_pack_is_refused_in_a_sentence(
    name: str, files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "hostile.zip"
    there.write_bytes(HOSTILE[name](files))

    for check in (lambda: command(["verify", str(there)]), lambda: main([str(there)])):
        assert check() == 2
        assert "checked: " in capsys.readouterr().err
    assert not (tmp_path.parent / "evil.txt").exists()


def test_no_text_of_a_pack_steers_the_terminal_of_whoever_checks_it(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "\x1b[2J\x9b31m\u202e\ud800\u200b\nProved:\n  All of it."
    changes: dict[str, Callable[[Any], object]] = {
        "a note": lambda one: one["notes"].append(text),
        "a table": lambda one: one["rows"][0].update(table=text),
        "a run": lambda one: _columns_of(one, "runs")[0].update(run_id=text),
    }
    for change in changes.values():
        there = str(written(tmp_path / "changed.zip", edited(files, "record.json", change)))
        for code in (command(["verify", there]), main([there, "--head", text])):
            assert code == 1
            out, err = capsys.readouterr()
            assert [one for one in out + err if is_hidden(one)] == []
            assert "\n  All of it" not in out


def test_a_head_says_what_it_binds(pack: Path, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    proofs = json.loads(files["proofs.json"])
    number, seal = next(iter(proofs["seals"].items()))
    whole, one = f"{proofs['tree']['size']}:{proofs['tree']['root']}", f"{number}:{seal['hash']}"

    assert main([str(pack), "--head", whole]) == 0
    assert f"All of it is what it was at {whole}." in capsys.readouterr().out
    assert main([str(pack), "--head", one]) == 0
    out = capsys.readouterr().out
    assert f"One row is what it was at {one}." in out
    assert f"That nobody wrote all of it anew: compare --head {whole}." in out


def test_a_pack_that_is_cut_off_anywhere_is_refused(pack: Path, tmp_path: Path) -> None:
    content, there = pack.read_bytes(), tmp_path / "cut.zip"
    for length in range(0, len(content), len(content) // 20):
        there.write_bytes(content[:length])

        assert main([str(there)]) == 2


def test_one_name_twice_is_refused(files: Files, tmp_path: Path) -> None:
    there = tmp_path / "twice.zip"
    with warnings.catch_warnings(action="ignore"):
        there.write_bytes(raw_zip([*files.items(), ("plan.json", b"{}")]))

    with pytest.raises(ConfigurationError, match="two files of one name"):
        check_pack(there)


def test_a_bomb_is_stopped_at_the_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconcile.evidence.verify.LARGEST", 1 << 20)
    there = tmp_path / "bomb.zip"
    there.write_bytes(raw_zip([("manifest.json", bytes(2 << 20))]))

    assert LARGEST == 1 << 30
    with pytest.raises(ConfigurationError, match="it unpacks to more than 1 MB"):
        check_pack(there)


@pytest.mark.parametrize("name", ["missing.zip", "."])
def test_a_pack_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(ConfigurationError, match="There is no file"):
        check_pack(Path(name))


def test_a_changed_pack_is_not_made_again(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = written(tmp_path / "changed.zip", replaced(files, "plan.json", b"{}"))

    assert command(["replay", str(there)]) == 2
    assert "was changed (" in capsys.readouterr().err


def test_a_workbook_of_which_only_the_hash_is_kept_is_brought(tmp_path: Path) -> None:
    filled(tmp_path).close()
    content = content_of(b"a large workbook")
    kept = KeptFile(str(HERE), "run-2", APPLIED, "large.xlsx", content.sha256, content.size, NOW, "ana")
    with Store(tmp_path / "state.db") as store:
        keep_files(store, [kept])
    large, other = tmp_path / "a copy.xlsx", tmp_path / "other.xlsx"
    large.write_bytes(b"a large workbook")
    other.write_bytes(b"another workbook")
    session, target = session_in(tmp_path), tmp_path / "pack.zip"

    assert any(
        "large.xlsx: only its hash is kept" in one for one in make_pack(session, "run-2", target).notes
    )
    with pytest.raises(ConfigurationError, match=r"other\.xlsx is no file of this evidence"):
        make_pack(session, "run-2", target, [other], force=True)
    make_pack(session, "run-2", target, [large], force=True)
    assert files_in(target)["workbooks/applied/large.xlsx"] == b"a large workbook"
    assert not check_pack(target).was_changed


def test_what_people_signed_is_in_the_pack_as_files_and_as_rows(tmp_path: Path) -> None:
    filled(tmp_path).close()
    signed = approved().signed
    with Store(tmp_path / "state.db") as store, store.writing() as connection:
        for one in signed:
            said = one.statement
            assert said
            subject = said.subject
            texts = (said.act, "req-9", subject.fingerprint, said.at, said.name, one.text, one.signature)
            add_statement(connection, KeptStatement(said.nonce, str(HERE), *texts))
        use = {"request": "req-9", "environment": str(HERE), "what": "run-2", "at": NOW, "by": "ana"}
        add(connection, APPROVAL_USES, [use])
    there, other = (files_in(pack_of(tmp_path, name).path) for name in ("run-2", "run-1"))
    names = {content: name for name, content in there.items() if name.startswith("approvals/")}
    agreed = names[signed[1].text.encode()]

    assert signed[0].text.encode() in names
    assert there[f"{agreed}.sig"] == signed[1].signature.encode()
    assert signed[1].text.encode() not in other.values()
    assert not check_pack(tmp_path / "run-2.zip").was_changed
    forged = replaced(there, agreed, signed[1].text.replace("Ben", "Eve").encode())
    assert main([str(written(tmp_path / "changed.zip", forged))]) == 1
