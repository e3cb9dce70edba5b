"""Packs that are hostile, cut off or made again, and what they keep of people and workbooks."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from evidence.pack_cases import Files
from evidence_packs import (
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
from tampered_stores import HERE, NOW

from reconcile.cli import run as command
from reconcile.domain.unseen import is_hidden
from reconcile.errors import ConfigurationError
from reconcile.evidence.verify import LARGEST, main
from reconcile.jobs.evidence.check_pack import check_pack
from reconcile.jobs.evidence.make import make_pack
from reconcile.store.approval.kept_approvals import KeptStatement, add_statement
from reconcile.store.evidence.kept_files import APPLIED, KeptFile, content_of, keep_files
from reconcile.store.sealing import add
from reconcile.store.store import Store
from reconcile.store.tables import APPROVAL_USES


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
