"""The fingerprint of the numbers of a close: what people sign, and what falls when a number moves. Pure.

A name, a stage or a text that changes is no number. A check that was waived counts with what it found then,
since the reviewer accepted just that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Final

from reconcile.close.frozen import Frozen
from reconcile.domain.pack_table import Cell, Table, value_of

_SIGNED: Final = (
    *("rollforward", "bridge", "reported", "gl", "gl_items", "control", "partners", "journal", "flux"),
    *("gains", "foreign", "remeasurement", "remeasured", "contract_cost", "assets", "further", "lines"),
)
_WORDS: Final = frozenset({"partner", "description", "said", "place", "why", "source", "by", "carried"})
"""Columns that hold names and remarks."""


def fingerprint_of_numbers(frozen: Frozen, tables: Sequence[Table]) -> str:
    """A SHA-256 over the figures of the tables, the period, whose books they are, and what was waived."""
    whose = [str(frozen.period), str(frozen.snapshot.environment), frozen.policy.entity, frozen.policy.method]
    digest = hashlib.sha256(_line([*whose, "again" if frozen.again else ""]))
    there = {table.key: table for table in tables}
    for key in _SIGNED:
        if key in there:
            # Rows stand in the order of names, which are no numbers.
            for line in sorted(_figures(there[key])):
                digest.update(line)
    for line in _waived(there["checks"]):
        digest.update(line)
    return digest.hexdigest()


def _figures(table: Table) -> Iterator[bytes]:
    places = [place for place, column in enumerate(table.columns) if column.key not in _WORDS]
    yield _line([table.key, *(table.columns[place].key for place in places)])
    for row in table.rows:
        yield _line([row[place] for place in places])


def _waived(checks: Table) -> Iterator[bytes]:
    verdict = checks.place("verdict")
    told = [checks.place(key) for key in ("check", "count", "money", "waived")]
    yield from (_line([row[place] for place in told]) for row in checks.rows if row[verdict] == "waived")


def _line(cells: Sequence[Cell]) -> bytes:
    values = [None if one is None else str(value_of(one)) for one in cells]
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"
