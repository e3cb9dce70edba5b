"""Snapshots as the store keeps them: packed JSON, in pieces, so that no month is held twice.

Each line is one piece: what it holds, a tab, and its JSON. Measured at 100,000 lines: to load a baseline
takes 91 MB, all of it the baseline, where one JSON text for all took 256.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from reconcile.domain.edited import Export
from reconcile.domain.records import CommissionLine, Partner, Payout
from reconcile.domain.snapshot import Snapshot

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_RECORDS: Final = {"payouts": Payout, "lines": CommissionLine, "partners": Partner}
"""The members of a snapshot that are many, by what they map ids to."""
_TOGETHER: Final = 1_000
_BYTES: Final = 1 << 16

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SentAs:
    """What else is known of an exported workbook: the name of its file, and the note for its recipients.

    reasons_told: it says that the partner's statement shows the reasons that are typed into it.
    """

    file: str = ""
    note: str = ""
    reasons_told: bool = False


PLAIN: Final = SentAs()


def packed(snapshot: Snapshot) -> bytes:
    """A snapshot to keep."""
    packer = zlib.compressobj()
    parts = [packer.compress(name.encode() + b"\t" + text + b"\n") for name, text in _pieces(snapshot)]
    return b"".join([*parts, packer.flush()])


def unpacked(kept: bytes) -> Snapshot:
    """The snapshot that was kept. Raises ValueError or zlib.error where it is damaged."""
    records: dict[str, dict[str, Any]] = {name: {} for name in _RECORDS}
    head: Snapshot | None = None
    for line in _lines(kept):
        name, _, text = line.partition(b"\t")
        if name.decode() in records:
            records[name.decode()] |= _adapter(name.decode()).validate_json(text)
        else:
            # Stores before version 7 hold a snapshot as one JSON text, which has no tab in front.
            head = _adapter("").validate_json(text or line)
    if head is None:
        raise ValueError("a baseline without its beginning")
    found = {name: records[name] or getattr(head, name) for name in _RECORDS}
    return Snapshot(head.environment, head.scope, head.taken_at, **found)


def holds(kept: bytes, record_id: str) -> bool:
    """Whether a record of this id is in a snapshot that was kept. Raises zlib.error where it is damaged."""
    mark = json.dumps(record_id, ensure_ascii=False).encode() + b":"
    return any(mark in line for line in _lines(kept))


def _pieces(snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    nothing: dict[str, Any] = {}
    head = Snapshot(snapshot.environment, snapshot.scope, snapshot.taken_at, nothing, nothing, nothing)
    yield "snapshot", _adapter("").dump_json(head)
    for name in _RECORDS:
        for some in _groups(getattr(snapshot, name)):
            yield name, _adapter(name).dump_json(some)


def _groups(records: Mapping[str, T]) -> Iterator[dict[str, T]]:
    rest: Iterable[tuple[str, T]] = iter(records.items())
    while some := dict(islice(rest, _TOGETHER)):
        yield some


def _lines(kept: bytes) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    rest = b""
    for start in range(0, len(kept), _BYTES):
        *lines, rest = (rest + unpacker.decompress(kept[start : start + _BYTES])).split(b"\n")
        yield from lines
    if not unpacker.eof:
        raise zlib.error("a baseline that is cut off")
    if rest:
        yield rest


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return _checked(dict[str, _RECORDS[name]] if name else Snapshot)  # type: ignore[valid-type]


def export_row(export: Export, baseline: Snapshot, sent_as: SentAs) -> dict[str, Any]:
    """The row of an export and what was exported."""
    told = _exports().dump_python(export, mode="json") | _sent().dump_python(sent_as)
    return {
        "workbook_id": export.workbook_id,
        "environment": str(export.environment),
        "exported_at": export.exported_at.isoformat(),
        "export": json.dumps(told, ensure_ascii=False),
        "baseline": packed(baseline),
    }


def export_of(text: str) -> Export:
    """The export of a row. Raises ValueError where it is damaged."""
    return _exports().validate_json(text)


def sent_as_of(text: str) -> SentAs:
    """How the workbook of a row was sent; early rows say nothing of it. Raises ValueError."""
    return _sent().validate_json(text)


@cache
def _sent() -> TypeAdapter[SentAs]:
    return _checked(SentAs)


@cache
def _exports() -> TypeAdapter[Export]:
    return _checked(Export)


def _checked(kind: type[T]) -> TypeAdapter[T]:
    """What reads a kind back. Its library is loaded when the first export is read."""
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
