"""Files that decided something: workbooks as sent and as applied, and what a plan was made of.

Each is under seal with its SHA-256, so that a copy from anywhere can be proved to be it. The bytes are kept
beside it, packed, unless there are too many. Files of the same content are kept once.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select, text

from reconcile.errors import StateError
from reconcile.store.sealing import add
from reconcile.store.store import Store
from reconcile.store.tables import KEPT_FILES

SENT, APPLIED, INPUTS, MANIFEST, STAMP = "sent", "applied", "inputs", "manifest", "stamp"
"""The roles of a file: a workbook as exported, one as applied, an input of a plan; of a pack, the list of its
files and its time stamp."""
LARGEST_KEPT: Final = 16 << 20
"""Bytes of a workbook of which more than the hash is kept."""
_CHUNK: Final = 1 << 20
_LEVEL: Final = 1


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file. owner: the run, plan or exported workbook that it belongs to. at: UTC, ISO 8601.

    size: in bytes. packed: its content, as zlib packs it; empty where only the hash is known.
    """

    environment: str
    owner: str
    role: str
    name: str
    sha256: str
    size: int
    at: str
    by: str
    packed: bytes = b""


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a file, as it is kept."""

    sha256: str
    size: int
    packed: bytes


def content_of(plain: bytes) -> Content:
    """The content of a text or a small file."""
    return Content(hashlib.sha256(plain).hexdigest(), len(plain), zlib.compress(plain, _LEVEL))


def packed_content(packed: bytes) -> Content:
    """The content of what is packed already."""
    digest, size, unpacker = hashlib.sha256(), 0, zlib.decompressobj()
    for start in range(0, len(packed), _CHUNK):
        some = unpacker.decompress(packed[start : start + _CHUNK])
        digest.update(some)
        size += len(some)
    return Content(digest.hexdigest(), size, packed)


def content_of_file(path: Path) -> Content:
    """The content of a file; its hash alone where it is larger than what is kept. Raises OSError."""
    digest, size = hashlib.sha256(), 0
    packer, parts = zlib.compressobj(_LEVEL), list[bytes]()
    with path.open("rb") as stream:
        while some := stream.read(_CHUNK):
            digest.update(some)
            size += len(some)
            if size <= LARGEST_KEPT:
                parts.append(packer.compress(some))
    packed = b"".join([*parts, packer.flush()]) if size <= LARGEST_KEPT else b""
    return Content(digest.hexdigest(), size, packed)


def keep_files(store: Store, files: Iterable[KeptFile]) -> None:
    """Keeps files, all or none. One that is known already is left as it is."""
    with store.writing() as connection:
        for one in files:
            if _is_known(connection, one):
                continue
            is_there = bool(one.packed) and _packed(connection, one.sha256) is not None
            add(connection, KEPT_FILES, [_row(replace(one, packed=b"") if is_there else one)])


def kept_files(store: Store, owners: Collection[str]) -> tuple[KeptFile, ...]:
    """The files of these owners without their content, in the order in which they were kept."""
    columns = [column for column in KEPT_FILES.columns if column.name != "content"]
    query = select(*columns).where(KEPT_FILES.c.owner.in_(list(owners))).order_by(text("rowid"))
    with store.reading() as connection:
        return tuple(KeptFile(**row) for row in connection.execute(query).mappings())


def kept_content(store: Store, owner: str, role: str, name: str) -> bytes | None:
    """The content of the newest file of an owner in this role and of this name; None where there is none."""
    found = [one.sha256 for one in kept_files(store, [owner]) if (one.role, one.name) == (role, name)]
    return plain_bytes(store, found[-1]) if found else None


def has_inputs(store: Store, owner: str) -> bool:
    """Whether it is on record what a plan was made of. owner: its fingerprint."""
    table = KEPT_FILES.c
    query = select(table.owner).where((table.owner == owner) & (table.role == INPUTS)).limit(1)
    with store.reading() as connection:
        return connection.execute(query).first() is not None


def plain_bytes(store: Store, sha256: str) -> bytes | None:
    """The content of a file; None where only its hash is known.

    Raises StateError where what is kept is not what the hash says.
    """
    with store.reading() as connection:
        packed = _packed(connection, sha256)
    if packed is None:
        return None
    try:
        plain = zlib.decompress(packed)
    except zlib.error:
        plain = b""
    if hashlib.sha256(plain).hexdigest() != sha256:
        raise StateError(
            f"The state store {store.backend} holds a damaged file {sha256[:12]}. Look: reconcile history "
            "--verify. Put a backup of the store in its place."
        )
    return plain


def _is_known(connection: Connection, one: KeptFile) -> bool:
    table = KEPT_FILES.c
    found = select(table.owner).where(
        (table.owner == one.owner)
        & (table.role == one.role)
        & (table.name == one.name)
        & (table.sha256 == one.sha256)
    )
    return connection.execute(found).first() is not None


def _packed(connection: Connection, sha256: str) -> bytes | None:
    table = KEPT_FILES.c
    found = select(table.content).where((table.sha256 == sha256) & (func.length(table.content) > 0))
    row = connection.execute(found).first()
    return bytes(row.content) if row else None


def _row(one: KeptFile) -> dict[str, str | int | bytes]:
    row = {name: getattr(one, name) for name in KeptFile.__slots__ if name != "packed"}
    return {**row, "content": one.packed}
