"""The rows of `New lines`: which lines they ask for, and under which idempotency key."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from reconcile.domain.edited import EditedRow, EditedWorkbook
from reconcile.domain.fields import NEW_LINE_FIELDS, RecordKind
from reconcile.domain.money import parse_decimal
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.model import Target, Texts


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to be created.

    key: its idempotency key, which stands for its id until the server gives one. row: the worksheet row.
    """

    key: str
    row: int
    target: Target
    values: Texts

    @property
    def amount(self) -> Decimal:
        """The amount in the line's currency."""
        return parse_decimal(self.values["amount"] or "") or Decimal(0)

    @property
    def currency(self) -> str:
        """The ISO 4217 code."""
        return self.values["currency"] or ""


def new_lines(edited: EditedWorkbook, baseline: Snapshot) -> Iterator[NewLine]:
    """The lines that the workbook asks for, in row order."""
    for row, key in keyed_rows(edited):
        values = {field.name: _text(row, field.name) for field in NEW_LINE_FIELDS}
        partner = values["partner_id"] or ""
        place = f"{edited.file}, {edited.new_lines.name}!{row.number}"
        name = baseline.partner_name(partner)
        target = Target(RecordKind.NEW_LINE, key, values["payout_id"], partner, name, place)
        yield NewLine(key, row.number, target, values)


def keyed_rows(edited: EditedWorkbook) -> Iterator[tuple[EditedRow, str]]:
    """Every row of `New lines` with its idempotency key.

    The key comes from the workbook and the row's token, which travels with the row when people sort. A row
    that has no token of its own (typed below the ready rows, or copied) is known by what it says and by how
    many equal rows stand above it.
    """
    tokens: set[str] = set()
    texts: Counter[str] = Counter()
    for row in edited.new_lines.rows:
        if row.token and row.token not in tokens:
            tokens.add(row.token)
            yield row, _key(edited.export.workbook_id, row.token)
            continue
        text = "\x1f".join(_text(row, field.name) or "" for field in NEW_LINE_FIELDS)
        texts[text] += 1
        yield row, _key(edited.export.workbook_id, f"{text}\x1f{texts[text]}")


def _key(workbook_id: str, row: str) -> str:
    digest = hashlib.sha256(f"{workbook_id}\x1f{row}".encode()).hexdigest()
    return f"reconcile-{digest[:32]}"


def _text(row: EditedRow, name: str) -> str | None:
    value = row.values.get(name)
    return value if isinstance(value, str) else None
