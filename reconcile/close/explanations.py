"""Explanations of a flux: written in the workbook of a pack, kept with the close, shown at the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from reconcile.close.checks import Check, Evidence, Objection
from reconcile.close.flux import Explanation, Key
from reconcile.domain.money import Money, parse_decimal
from reconcile.domain.policy.close import Weight
from reconcile.errors import ConfigurationError

_COLUMNS: Final = ("Currency", "Partner ID", "Plan", "Last close", "This close", "Explanation")
LONGEST: Final = 2000


def by_row(found: Iterable[Explanation]) -> Mapping[Key, Explanation]:
    """The explanation of each row; the last one that was brought counts."""
    return {one.key: one for one in found}


def explanations_from(table: Sequence[Sequence[str]], by: str, place: str) -> tuple[Explanation, ...]:
    """The explanations in the rows of a sheet `Flux`, as it was saved.

    Raises ConfigurationError where it has not the columns of such a sheet, or a row has no amounts.
    """
    header = next((row for row in table if set(_COLUMNS) <= {text.strip() for text in row}), None)
    if header is None:
        raise ConfigurationError(
            f"{place} has no sheet Flux with the columns {', '.join(_COLUMNS)}. Use the workbook of a pack."
        )
    names = [text.strip() for text in header]
    rows = [
        dict(zip(names, (text.strip() for text in row), strict=False))
        for row in table[table.index(header) + 1 :]
    ]
    return tuple(_explanation(row, by, place) for row in rows if row.get("Explanation") and row["Partner ID"])


def _explanation(row: Mapping[str, str], by: str, place: str) -> Explanation:
    before, after = (parse_decimal(row.get(name) or "0") for name in ("Last close", "This close"))
    where = f"{place}, Flux, {row.get('Partner')} {row['Plan']}".rstrip()
    if before is None or after is None:
        raise ConfigurationError(f"{where}: the amounts of this row cannot be read. Leave them as they were.")
    if len(row["Explanation"]) > LONGEST:
        raise ConfigurationError(
            f"{where}: the explanation is longer than {LONGEST:,} characters. Shorten it."
        )
    # A spreadsheet keeps amounts as binary numbers.
    moved = (after - before).quantize(Decimal("0.0001")).normalize() + Decimal(0)
    return Explanation(row["Currency"], row["Partner ID"], row["Plan"], moved, row["Explanation"], by)


def _unexplained(given: Evidence) -> Iterator[Objection]:
    written = by_row(given.explanations)
    for row in given.flux:
        told = written.get((row.currency, row.partner_id, row.plan))
        if not row.is_material or (told and told.explains(row)):
            continue
        was = f"; {Money(told.moved, row.currency)} were explained" if told else ""
        said = f"{row.plan or 'no plan'} moved by {Money(row.delta, row.currency)}, not explained{was}"
        record = f"{row.partner_id} {row.plan}".strip()
        yield Objection(record, row.partner, said, Money(abs(row.delta), row.currency))


EXPLAINED: Final = Check("unexplained", "Material flux without an explanation", Weight.OFF, _unexplained)
