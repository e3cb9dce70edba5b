"""Writes a statement for each partner of a closed period, from what was kept; no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Final

from reconcile.close.rollforward import Movement
from reconcile.close.statement.partner_statement import PartnerStatement, partner_statements
from reconcile.close.statement.statement_tables import statement_pack
from reconcile.domain.period import Period
from reconcile.domain.phrases import did_you_mean
from reconcile.domain.split.split_by import file_names
from reconcile.errors import ConfigurationError
from reconcile.jobs.close_chain import kept_close
from reconcile.jobs.closes.close_files import write_files
from reconcile.jobs.closes.remake import remade
from reconcile.jobs.closes.stale import say_stale
from reconcile.jobs.closes.told_reasons import told_reasons
from reconcile.jobs.session import Session
from reconcile.report.pack import write_page
from reconcile.store.closes import kept_closes
from reconcile.workbook.pack import write_stacked

_PAGE: Final = "statement.html"


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements that were written. totals: opening and closing of all of them, per currency."""

    count: int
    files: int
    totals: dict[str, tuple[Decimal, Decimal]]


def statements(session: Session, period: Period, folder: Path, partners: Sequence[str] = ()) -> Statements:
    """Writes the statements of a closed period as workbooks and pages.

    partners: ids or names of those to write; all without any. Raises DecisionNeeded where the period is not
    closed, and ConfigurationError for a partner without a statement.
    """
    with session.store() as store:
        chain = kept_closes(store, session.environment)
        kept = kept_close(store, session.environment, period)
        close = remade(chain, kept)
        reasons = told_reasons(session, store, chain, kept)
        say_stale(session, store, period)
    chosen = _chosen(partner_statements(close, reasons), partners)
    stems = file_names([f"{one.partner} {period}" for one in chosen], "")
    files: dict[str, Path | bytes] = {}
    for stem, one in zip(stems, chosen, strict=True):
        pack = statement_pack(one, close.frozen)
        page, sheet = BytesIO(), BytesIO()
        write_page(page, pack, session.settings.templates, _PAGE)
        write_stacked(sheet, pack, "Statement", close.frozen.at)
        files |= {f"{stem}.html": page.getvalue(), f"{stem}.xlsx": sheet.getvalue()}
    write_files(folder, files)
    return Statements(len(chosen), len(files), _totals(chosen))


def _chosen(made: Sequence[PartnerStatement], partners: Sequence[str]) -> list[PartnerStatement]:
    if not partners:
        return list(made)
    found: list[PartnerStatement] = []
    for name in partners:
        by_id = [one for one in made if one.partner_id == name]
        by_name = [one for one in made if one.partner.casefold() == name.casefold()]
        if not (by_id or by_name):
            hint = did_you_mean(name, [one.partner for one in made])
            raise ConfigurationError(f"No partner {name!r} has a statement of this period.{hint}")
        found += [one for one in by_id or by_name if one not in found]
    return found


def _totals(chosen: Sequence[PartnerStatement]) -> dict[str, tuple[Decimal, Decimal]]:
    totals: dict[str, tuple[Decimal, Decimal]] = {}
    for one in chosen:
        for roll in one.rolls:
            opening, closing = totals.get(roll.currency, (Decimal(0), Decimal(0)))
            totals[roll.currency] = (
                opening + roll.sums[Movement.OPENING],
                closing + roll.sums[Movement.CLOSING],
            )
    return dict(sorted(totals.items()))
