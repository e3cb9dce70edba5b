"""Takes the exact name of a partner on `New lines` for its id, as the option `--partner` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconcile.domain.edited import EditedRow, EditedWorkbook
from reconcile.domain.snapshot import Snapshot


def partners_called(name: str, baseline: Snapshot) -> tuple[str, ...]:
    """The ids of the partners with this name, capitals and outer spaces aside."""
    return _by_name(partner_names(baseline)).get(_form(name), ())


def partner_names(baseline: Snapshot) -> Mapping[str, str]:
    """The names of the partners by id, as the list of partners or, without it, the payouts have them."""
    of_payouts = {payout.partner_id: payout.partner_name for payout in baseline.payouts.values()}
    return {**of_payouts, **{key: partner.name for key, partner in baseline.partners.items()}}


def with_partner_ids(edited: EditedWorkbook, baseline: Snapshot) -> EditedWorkbook:
    """The workbook with the ids of partners that are named, where the name is that of one partner alone."""
    names = partner_names(baseline)
    ids = _by_name(names)
    rows = tuple(_with_id(row, names, ids) for row in edited.new_lines.rows)
    if rows == edited.new_lines.rows:
        return edited
    return replace(edited, new_lines=replace(edited.new_lines, rows=rows))


def _form(name: str) -> str:
    return " ".join(name.split()).casefold()


def _by_name(names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, name in sorted(names.items()):
        found[_form(name)] = (*found.get(_form(name), ()), key)
    return found


def _with_id(row: EditedRow, names: Mapping[str, str], ids: Mapping[str, tuple[str, ...]]) -> EditedRow:
    typed = row.values.get("partner_id")
    if not isinstance(typed, str) or typed in names:
        return row
    found = ids.get(_form(typed), ())
    return replace(row, values={**row.values, "partner_id": found[0]}) if len(found) == 1 else row
