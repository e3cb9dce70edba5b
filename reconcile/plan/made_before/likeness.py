"""Whether a live record is the one that a new row asks for, though a server may bend what it is sent. Pure.

A server may trim or fold a text, fill in a source amount, or round an amount to its currency. So a line
that differs in such things only is not another line: likeness is never taken for difference. A payout is
another one only where partner, batch or period are others.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from reconcile.domain.fields import NEW_LINE_FIELDS, NEW_PAYOUT_FIELDS, Value, line_values, text_value
from reconcile.domain.money import exponent, parse_decimal
from reconcile.domain.period import Period, period_of
from reconcile.domain.records import CommissionLine, Payout
from reconcile.plan.model import Action, Texts

SAME_LINES: Final = "same_lines"
"""What a new line relies on: the ids of the lines that say the same, as the person decided upon them."""
KEY_USED: Final = "key_used"
"""What a new line relies on: its key, where an earlier run sent it unseen and a person decided to send it."""

SAME_PAYOUTS: Final = "same_payouts"
"""What a new payout relies on: the ids of its partner's payouts of the same period or batch, as decided."""
SAME: Final = {Action.CREATE_LINE: SAME_LINES, Action.CREATE_PAYOUT: SAME_PAYOUTS}
"""The name of what each kind of creation relies on."""

MadeRecord = CommissionLine | Payout
"""What a creation makes."""

SKEW: Final = timedelta(minutes=15)
"""By how much the server's clock and ours may differ, with room to spare."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Posted:
    """What an earlier run sent as a new line or payout.

    values: its fields, by the names of its sheet. at: when, UTC. before: the ids of the records that were
    like it already.
    """

    values: Texts
    at: datetime
    before: frozenset[str] = frozenset()

    def to_json(self) -> str:
        """The text that the state store keeps."""
        told = {"values": dict(self.values), "at": self.at.isoformat(), "before": sorted(self.before)}
        return json.dumps(told, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Posted | None:
        """What such a text says; None for one that says nothing."""
        try:
            told: dict[str, Any] = json.loads(text)
            return cls(told["values"], datetime.fromisoformat(told["at"]), frozenset(told["before"]))
        except (ValueError, KeyError, TypeError):
            return None


def row_values(record: MadeRecord) -> dict[str, str | None]:
    """A line in the form of a row of `New lines`, a payout in that of a row of `New payouts`."""
    return _payout_row(record) if isinstance(record, Payout) else _line_row(record)


def _payout_row(payout: Payout) -> dict[str, str | None]:
    period = period_of(payout.period_start, payout.period_end)
    return {
        "partner_id": payout.partner_id,
        "batch_id": payout.batch_id,
        "period": str(period) if period else None,
        "statement_note": text_value(payout.statement_note),
    }


def _line_row(line: CommissionLine) -> dict[str, str | None]:
    values: dict[str, Value] = {
        "partner_id": line.partner_id,
        "payout_id": line.payout_id,
        **line_values(line),
    }
    texts = {field.name: values[field.name] for field in NEW_LINE_FIELDS}
    return {name: value if isinstance(value, str) else None for name, value in texts.items()}


def is_like(wanted: Texts, there: Texts, *, anywhere: bool = False) -> bool:
    """Whether two rows for new records ask for the same, apart from what a server may bend.

    anywhere: the line may have moved to another payout, or off it, since.
    """
    if "period" in wanted:
        return _is_like_payout(wanted, there)
    return (
        wanted["partner_id"] == there["partner_id"]
        and (anywhere or wanted["payout_id"] == there["payout_id"])
        and wanted["currency"] == there["currency"]
        and _same_number(wanted, there, "amount")
        and folded(wanted["description"]) == folded(there["description"])
        and _agree(wanted, there)
    )


def is_near(wanted: Texts, there: Texts) -> bool:
    """Whether a record may be what a server made of a new one: same partner, and its amount or its text.

    Every payout of the partner may be.
    """
    if wanted["partner_id"] != there["partner_id"]:
        return False
    if "period" in wanted:
        return True
    if wanted["currency"] != there["currency"]:
        return False
    text = folded(wanted["description"])
    return _same_number(wanted, there, "amount") or (bool(text) and text == folded(there["description"]))


def came_after(record: MadeRecord, moment: datetime) -> bool:
    """Whether a record may have been made after a moment; one without a time may have been."""
    return record.created_at is None or record.created_at >= moment - SKEW


def made_of(posted: Posted, records: Iterable[MadeRecord], taken: Iterable[str] = ()) -> list[str]:
    """The ids of the records that may be the one which an earlier run sent; those taken are others."""
    others = posted.before | frozenset(taken)
    return sorted(
        one.id
        for one in records
        if one.id not in others
        and came_after(one, posted.at)
        and is_like(posted.values, row_values(one), anywhere=True)
    )


def values_wanted(partner_id: str, expected: Texts) -> dict[str, str | None]:
    """The row of `New lines` or `New payouts` that a creation stands for."""
    named: Mapping[str, str | None] = {"partner_id": partner_id, **expected}
    fields = NEW_PAYOUT_FIELDS if "period" in expected else NEW_LINE_FIELDS
    return {field.name: named.get(field.name) for field in fields}


def _is_like_payout(wanted: Texts, there: Texts) -> bool:
    """One partner, and the same batch or the same days, which a time zone may move by one."""
    if wanted["partner_id"] != there["partner_id"]:
        return False
    if wanted["batch_id"] and wanted["batch_id"] == there["batch_id"]:
        return True
    periods = (wanted["period"], there["period"])
    if not all(periods):
        return False
    first, second = (Period.parse(one or "") for one in periods)
    return max(abs(first.start - second.start), abs(first.end - second.end)) <= _DAY


def _agree(wanted: Texts, there: Texts) -> bool:
    """Source amounts: one that is missing on a side was filled in, or is not kept."""
    sides = (wanted["source_amount"], there["source_amount"])
    return not all(sides) or _same_number(wanted, there, "source_amount")


def _same_number(wanted: Texts, there: Texts, name: str) -> bool:
    """Whether two amounts are the same to the decimals of their currency."""
    numbers = [parse_decimal(one[name] or "") for one in (wanted, there)]
    places = exponent(wanted["currency"] or "") or 0
    rounded = [None if one is None else _rounded(one, places) for one in numbers]
    return rounded[0] is not None and rounded[0] == rounded[1]


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def folded(text: str | None) -> str:
    """A text without what a server may normalise: spaces, width and case."""
    return " ".join(unicodedata.normalize("NFKC", text or "").casefold().split())
