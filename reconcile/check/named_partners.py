"""Takes the exact name of a partner in a row for a new record for its id, as the option `--partner` does.

A name may end in brackets as the choices of the drop-down do: `Acme (EMEA)` beside `Acme Partners (ptn_1)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconcile.domain.edited import EditedRow, EditedWorkbook
from reconcile.domain.phrases import id_of
from reconcile.domain.snapshot import Snapshot


def partners_called(name: str, baseline: Snapshot) -> tuple[str, ...]:
    """The ids of the partners with this name, capitals and outer spaces aside, or this id in brackets."""
    names = partner_names(baseline)
    return _meant(name, names, _by_name(names))


def partner_names(baseline: Snapshot) -> Mapping[str, str]:
    """The names of the partners by id, as the list of partners or, without it, the payouts have them."""
    of_payouts = {payout.partner_id: payout.partner_name for payout in baseline.payouts.values()}
    return {**of_payouts, **{key: partner.name for key, partner in baseline.partners.items()}}


def with_partner_ids(edited: EditedWorkbook, baseline: Snapshot) -> EditedWorkbook:
    """The workbook with the ids of partners that are named, where the name is that of one partner alone."""
    names = partner_names(baseline)
    ids = _by_name(names)
    lines, payouts = (
        replace(sheet, rows=tuple(_with_id(row, names, ids) for row in sheet.rows))
        for sheet in (edited.new_lines, edited.new_payouts)
    )
    if (lines.rows, payouts.rows) == (edited.new_lines.rows, edited.new_payouts.rows):
        return edited
    return replace(edited, new_lines=lines, new_payouts=payouts)


def _meant(typed: str, names: Mapping[str, str], ids: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The partners that a text may mean: those of this name, and the one whose id it ends in."""
    called, chosen = ids.get(_form(typed), ()), id_of(typed.strip())
    return (*called, chosen) if chosen in names and chosen not in called else called


def _form(name: str) -> str:
    return " ".join(name.split()).casefold()


def _by_name(names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, name in sorted(names.items()):
        found[_form(name)] = (*found.get(_form(name), ()), key)
    return found


def _with_id(row: EditedRow, names: Mapping[str, str], ids: Mapping[str, tuple[str, ...]]) -> EditedRow:
    value = row.values.get("partner_id")
    if not isinstance(value, str) or (value in names and row.partner_text is None):
        return row
    typed = value if row.partner_text is None else row.partner_text
    found = _meant(typed, names, ids)
    # Where nobody or several are meant, the check speaks of what was typed, not of a part of it.
    return replace(row, values={**row.values, "partner_id": found[0] if len(found) == 1 else typed})
