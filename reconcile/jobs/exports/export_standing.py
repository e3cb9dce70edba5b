"""How each exported workbook stands: out, back, applied, replaced by a newer export, or withdrawn. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reconcile.store.sent.sent_exports import SentExport


class Standing(StrEnum):
    """How a workbook stands. A run makes it APPLIED, whatever it wrote. PAYMENTS: of matched payments."""

    OUT = "out"
    RETURNED = "returned"
    APPLIED = "applied"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    PAYMENTS = "of payments"


AWAITED = (Standing.OUT, Standing.RETURNED)
"""What a close waits for: a workbook that came back and was not applied is open, too."""


@dataclass(frozen=True, slots=True)
class ExportStanding:
    """An exported workbook and how it stands. replaced_by: the export that took its place."""

    sent: SentExport
    standing: Standing
    replaced_by: str = ""

    @property
    def is_awaited(self) -> bool:
        """Whether somebody has still to bring it back, or to apply it."""
        return self.standing in AWAITED


def standings(sent: Sequence[SentExport]) -> tuple[ExportStanding, ...]:
    """How each of these stands, oldest first.

    A later export of the same scope takes the place of an earlier one, unless both belong to one split. What
    was made by matching payments was sent to nobody, so it is not awaited, and takes no place.
    """
    return tuple(_standings(sent))


def _standings(sent: Sequence[SentExport]) -> Iterator[ExportStanding]:
    newest = {str(one.export.scope): one for one in sent if one.withdrawal is None and not one.is_of_payments}
    for one in sent:
        if one.withdrawal:
            yield ExportStanding(one, Standing.WITHDRAWN)
        elif one.runs:
            yield ExportStanding(one, Standing.APPLIED)
        elif one.is_of_payments:
            yield ExportStanding(one, Standing.PAYMENTS)
        elif _export_of(last := newest[str(one.export.scope)]) != _export_of(one):
            yield ExportStanding(one, Standing.REPLACED, last.export.workbook_id)
        else:
            yield ExportStanding(one, Standing.RETURNED if one.returned_at else Standing.OUT)


def _export_of(one: SentExport) -> str:
    """What was exported in one go: the set of a split, or the workbook."""
    return one.split.set_id if one.split else one.export.workbook_id
