"""Reads the explanations of a flux out of the workbook of a pack, where a person wrote them."""

from __future__ import annotations

from pathlib import Path

from reconcile.close.explanations import by_row, explanations_from
from reconcile.close.flux import Explanation
from reconcile.close.frozen import Frozen
from reconcile.domain.period import Period
from reconcile.errors import ConfigurationError
from reconcile.jobs.session import Session
from reconcile.jobs.user_tables import read_any_table


def explanations_of(
    session: Session, file: Path | None, period: Period, replaced: Frozen | None
) -> tuple[Explanation, ...]:
    """The explanations that a close is made with.

    replaced: a close of the same period, whose explanations stay where the file has no other. Raises
    ConfigurationError for the workbook of another period.
    """
    kept = by_row(replaced.explanations) if replaced else {}
    if file is None:
        return tuple(kept.values())
    rules = session.settings.files
    title = read_any_table(file, "Summary", rules)[0][0]
    if not title.startswith(f"Month-end close {period}"):
        raise ConfigurationError(
            f"{file} is not the workbook of {period}: its first cell says {title[:60]!r}. Use the pack "
            "of that period; a draft will do."
        )
    found = by_row(explanations_from(read_any_table(file, "Flux", rules), session.user, str(file)))
    return tuple({**kept, **found}.values())
