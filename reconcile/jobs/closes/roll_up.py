"""Rolls up the closes of a longer period, from what was kept; no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from reconcile.close.numbers import write_numbers
from reconcile.close.rollup.rolled_up import RollUp, rolled_up
from reconcile.close.rollup.rollup_tables import rollup_pack
from reconcile.domain.pack_table import Pack, Table
from reconcile.domain.period import Period
from reconcile.errors import DecisionNeeded
from reconcile.jobs.closes.close_files import temporary_folder, write_files
from reconcile.jobs.closes.remake import remade
from reconcile.jobs.closes.stale import say_stale
from reconcile.jobs.session import Session
from reconcile.report.pack import write_page
from reconcile.store.closes import KeptClose, counting, kept_closes
from reconcile.workbook.pack import write_pack


@dataclass(frozen=True, slots=True)
class RolledUp:
    """A roll-up as it was made, and its files."""

    made: RollUp
    pack: Pack
    files: tuple[str, ...]

    @property
    def table(self) -> Table:
        """The roll-forward per currency."""
        return self.pack.table("rollforward")


def roll_up(session: Session, period: Period, folder: Path) -> RolledUp:
    """Rolls up the closes that a period is made of. Raises DecisionNeeded where they do not cover it."""
    with session.store() as store:
        chain = kept_closes(store, session.environment)
        made = rolled_up(period, [remade(chain, one) for one in _inside(counting(chain), period)])
        say_stale(session, store, *(one.frozen.period for one in made.closes))
    pack = rollup_pack(made)
    with temporary_folder() as building:
        name = f"rollup-{period}"
        with (building / f"{name}.xlsx").open("wb") as stream:
            write_pack(stream, pack, made.closes[-1].frozen.at)
        with (building / f"{name}.html").open("wb") as stream:
            write_page(stream, pack, session.settings.templates)
        with (building / f"{name}.json").open("wb") as stream:
            write_numbers(stream, pack)
        files = {path.name: path for path in sorted(building.iterdir())}
        write_files(folder, files)
    return RolledUp(made, pack, tuple(files))


def _inside(closes: Sequence[KeptClose], period: Period) -> list[KeptClose]:
    """The closes of a period, which must begin and end with it and leave no day out."""
    found = [one for one in closes if one.last >= period.start and one.first <= period.end]
    day = period.start
    for one in found:
        if one.first != day:
            break
        day = one.last + timedelta(days=1)
    if day != period.end + timedelta(days=1):
        there = ", ".join(one.period for one in found) or "none"
        raise DecisionNeeded(
            f"{period.start} to {period.end} is rolled up from closes that cover it day by day. Closed of it "
            f"are: {there}. Close what is missing first."
        )
    return found
