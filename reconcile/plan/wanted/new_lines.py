"""The rows of `New lines`: which lines they ask for, and under which idempotency key."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reconcile.domain.edited import EditedRow, EditedWorkbook
from reconcile.domain.fields import FIELDS, RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import parse_decimal
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.made_before.likeness import MadeRecord, is_like, row_values
from reconcile.plan.model import Target, Texts

Made = Mapping[str, MadeRecord | None]
"""The records that earlier runs made by key, as they are now; None for one that is not shown."""


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to be created.

    key: its idempotency key, which stands for its id until the server gives one. row: the worksheet row.
    beside: the lines that say the same, where a person decided that it is one more. is_sent: an earlier run
    sent it, no line was seen, and a person decided to send it again. reason: why it is to be made.
    """

    key: str
    row: int
    target: Target
    values: Texts
    beside: tuple[str, ...] = ()
    is_sent: bool = False
    reason: str = ""

    @property
    def amount(self) -> Decimal:
        """The amount in the line's currency."""
        return parse_decimal(self.values["amount"] or "") or Decimal(0)

    @property
    def currency(self) -> str:
        """The ISO 4217 code."""
        return self.values["currency"] or ""


def new_lines(copies: Iterable[EditedWorkbook], baseline: Snapshot, made: Made) -> Iterator[NewLine]:
    """The lines that the copies of one export ask for, in the order of their rows.

    People work on copies of a workbook, each of which has the same ready rows: they are told apart as rows
    are that were copied within one workbook.
    """
    rows = [(one, row) for one in copies for row in one.new_lines.rows]
    workbook = rows[0][0].export.workbook_id if rows else ""
    keyed = keyed_rows(workbook, [row for _, row in rows], made)
    for (one, row), (_, key) in zip(rows, keyed, strict=True):
        values = row_texts(row)
        partner = values["partner_id"] or ""
        place = f"{one.file}, {one.new_lines.name}!{row.number}"
        name = baseline.partner_name(partner)
        target = Target(
            RecordKind.NEW_LINE, key, values["payout_id"], partner, name, place, one.file, workbook
        )
        yield NewLine(key, row.number, target, values, reason=row.reason)


def keyed_rows(
    workbook: str, rows: Sequence[EditedRow], made: Made, kind: RecordKind = RecordKind.NEW_LINE
) -> Iterator[tuple[EditedRow, str]]:
    """Every row of `New lines` or `New payouts` with its key. workbook: the id of its export.

    The key comes from the workbook and the row's token, which travels with the row when people sort. A row
    that has no token of its own (typed below the ready rows, or copied) is known by what it says and by how
    many equal rows stand above it.
    """
    owners = _owners(workbook, rows, made, kind)
    texts: Counter[str] = Counter()
    for row in rows:
        if row.token and owners[row.token] is row:
            yield row, _key(workbook, row.token)
            continue
        text = _text(row, kind)
        texts[text] += 1
        yield row, _copy_key(workbook, text, texts[text])


def _owners(
    workbook: str, rows: Iterable[EditedRow], made: Made, kind: RecordKind
) -> dict[str, EditedRow | None]:
    """The one row that each token belongs to; the others are copies.

    It is the row that says what the line made under this token says, else the first that was not made as a
    copy, else the first: so the owner stays the same when people sort after a run. A row that was made as a
    copy when it came together with others is a copy when it comes alone, too.
    """
    by_token: dict[str, list[EditedRow]] = {}
    for row in rows:
        by_token.setdefault(row.token or "", []).append(row)
    copies = Counter(
        _text(row, kind) for token, some in by_token.items() for row in some if len(some) > 1 or not token
    )
    owners: dict[str, EditedRow | None] = {}
    for token, sharing in by_token.items():
        line = made.get(_key(workbook, token))
        alike = [row for row in sharing if line and _says(row_texts(row, kind), line)]
        # Of equal rows all but one were made as copies, so the last of their keys is missing.
        uncopied = [
            row
            for row, text in ((one, _text(one, kind)) for one in sharing)
            if _copy_key(workbook, text, copies[text]) not in made
        ]
        alone = len(sharing) == 1 and line and _copy_key(workbook, _text(sharing[0], kind), 1) in made
        owners[token] = None if alone and not alike else (*alike, *uncopied, *sharing)[0]
    return owners


def typed_twice(lines: Sequence[NewLine]) -> Iterator[Finding]:
    """Warnings for the same new line in two workbooks: it may be meant once, and we cannot know."""
    by_text: dict[str, list[NewLine]] = {}
    for line in lines:
        by_text.setdefault("\x1f".join(value or "" for value in line.values.values()), []).append(line)
    for same in by_text.values():
        for line in same:
            others = [other.target.place for other in same if other.target.file != line.target.file]
            if others:
                yield _twice(line, others)


def _twice(line: NewLine, others: list[str]) -> Finding:
    return Finding(
        Severity.WARNING,
        "new-line-twice",
        f"The same new line stands in {' and '.join(others)}: each row is a line of its own.",
        "If it is meant once, empty all of these rows but one.",
        file=line.target.file,
        sheet=line.target.place.rpartition("!")[0].removeprefix(f"{line.target.file}, "),
        cell=str(line.row),
        kind=RecordKind.NEW_LINE,
        record_id=f"row {line.row}",
    )


def _says(values: Texts, record: MadeRecord) -> bool:
    """Whether a row says what a record is. A row without a payout does not say where the line is now."""
    return is_like(values, row_values(record), anywhere=not values.get("payout_id"))


def _copy_key(workbook_id: str, text: str, number: int) -> str:
    return _key(workbook_id, f"{text}\x1f{number}")


def _key(workbook_id: str, row: str) -> str:
    digest = hashlib.sha256(f"{workbook_id}\x1f{row}".encode()).hexdigest()
    return f"reconcile-{digest[:32]}"


def row_texts(row: EditedRow, kind: RecordKind = RecordKind.NEW_LINE) -> dict[str, str | None]:
    """What a row says, by field; None for a blank."""
    values = {field.name: row.values.get(field.name) for field in FIELDS[kind]}
    return {name: value if isinstance(value, str) else None for name, value in values.items()}


def _text(row: EditedRow, kind: RecordKind) -> str:
    return "\x1f".join(value or "" for value in row_texts(row, kind).values())
