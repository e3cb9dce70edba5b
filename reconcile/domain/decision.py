"""What a person decided about a conflict: keep the workbook's value, or take the live one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from reconcile.domain.fields import RecordKind


class Choice(StrEnum):
    """Whose value stands, as the command line has it."""

    MINE = "mine"
    LIVE = "live"

    @property
    def words(self) -> str:
        """The choice as a drop-down and a report have it."""
        return "keep mine" if self is Choice.MINE else "take live"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision in the sheet `Conflicts` of a workbook.

    kind, record_id, group: which conflict. seen: what it was decided upon (`seen_text`); it falls when that
    has changed. sheet, cell: where it stands.
    """

    kind: RecordKind
    record_id: str
    group: str
    choice: Choice
    seen: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Preference:
    """A decision on the command line: for every conflict that all the filters let through.

    An empty filter lets everything through; at least one is not empty. fields: names of fields. who: in
    whose name the job runs. words: the options as typed.
    """

    choice: Choice
    payouts: tuple[str, ...]
    lines: tuple[str, ...]
    fields: tuple[str, ...]
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class Memo:
    """What a row of the sheet `Conflicts` knows: which conflict it is, and what is decided upon."""

    kind: RecordKind
    record_id: str
    group: str
    seen: str


def memo_text(memo: Memo) -> str:
    """The memo as the text of a hidden cell."""
    return json.dumps(asdict(memo), ensure_ascii=False)


def memo_of(text: str) -> Memo | None:
    """The memo of such a cell; None where it was changed."""
    try:
        told = json.loads(text)
        return Memo(RecordKind(told["kind"]), *(str(told[name]) for name in ("record_id", "group", "seen")))
    except (ValueError, KeyError, TypeError):
        return None


def seen_text(live: Mapping[str, str | None] | None, others: Iterable[Mapping[str, str | None]]) -> str:
    """What a person decides upon: the live values, and what other workbooks want. One text per state."""
    wanted = sorted((dict(sorted(one.items())) for one in others), key=str)
    there = None if live is None else dict(sorted(live.items()))
    return json.dumps({"live": there, "others": wanted}, ensure_ascii=False)


def seen_live(seen: str) -> Mapping[str, str | None] | None:
    """The live values of a `seen_text`; None where the record was gone, or where it is no such text."""
    try:
        live = json.loads(seen)["live"]
    except (ValueError, KeyError, TypeError):
        return None
    return live if isinstance(live, dict) else None
