"""Files that decided something are kept under seal, once, and proved by their hash."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tampered_stores import HERE, NOW, changed

from reconcile.errors import StateError
from reconcile.store.audit import audit
from reconcile.store.evidence.kept_files import (
    APPLIED,
    LARGEST_KEPT,
    SENT,
    Content,
    KeptFile,
    content_of,
    content_of_file,
    keep_files,
    kept_files,
    packed_content,
    plain_bytes,
)
from reconcile.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "state.db") as opened:
        yield opened


def file(owner: str, content: Content, role: str = APPLIED, name: str = "march.xlsx") -> KeptFile:
    return KeptFile(str(HERE), owner, role, name, content.sha256, content.size, NOW, "ana", content.packed)


def test_a_file_comes_back_as_it_was(store: Store) -> None:
    one = content_of(b"a workbook")
    keep_files(store, [file("run-1", one)])

    (kept,) = kept_files(store, ["run-1"])
    assert (kept.name, kept.sha256, kept.size) == ("march.xlsx", one.sha256, 10)
    assert plain_bytes(store, kept.sha256) == b"a workbook"


def test_the_same_bytes_are_kept_once_and_the_same_file_is_noted_once(store: Store) -> None:
    one = content_of(b"a workbook" * 1000)
    keep_files(store, [file("wb-1", one, SENT), file("run-1", one), file("run-1", one)])

    assert [row.owner for row in kept_files(store, ["wb-1", "run-1"])] == ["wb-1", "run-1"]
    with store.reading() as connection:
        sizes = (
            connection.exec_driver_sql("SELECT length(content) FROM kept_files ORDER BY rowid")
            .scalars()
            .all()
        )
    assert sizes == [len(one.packed), 0]
    assert plain_bytes(store, one.sha256) == b"a workbook" * 1000


def test_of_a_large_file_only_the_hash_is_kept(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as stream:
        stream.truncate(LARGEST_KEPT + 1)
    found = content_of_file(path)
    keep_files(store, [file("run-1", found)])

    assert found.packed == b""
    with path.open("rb") as stream:
        assert found.sha256 == hashlib.file_digest(stream, "sha256").hexdigest()
    assert plain_bytes(store, found.sha256) is None


def test_what_is_packed_already_is_named_by_its_plain_text() -> None:
    assert packed_content(zlib.compress(b"lines")).sha256 == content_of(b"lines").sha256


def test_a_kept_file_is_under_seal(store: Store) -> None:
    keep_files(store, [file("run-1", content_of(b"a workbook"))])
    assert audit(store.record()) == ()
    changed(store.path, "UPDATE kept_files SET content = x'00'")

    (found,) = audit(store.record())
    assert (found.table, found.fields) == ("kept_files", ("content",))
    with pytest.raises(StateError, match="a damaged file"):
        plain_bytes(store, content_of(b"a workbook").sha256)


def test_the_hash_of_a_kept_file_is_under_seal(store: Store) -> None:
    keep_files(store, [file("run-1", content_of(b"a workbook"))])
    changed(store.path, "UPDATE kept_files SET name = 'other.xlsx'")

    assert {one.table for one in audit(store.record(whole=False))} == {"kept_files"}
