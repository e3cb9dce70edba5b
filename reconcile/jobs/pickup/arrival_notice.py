"""What people are told of a workbook that arrived."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.domain.phrases import counted
from reconcile.jobs.pickup.kept_arrivals import BROKEN, Arrival
from reconcile.jobs.pickup.look import is_conflict_copy
from reconcile.jobs.session import Session
from reconcile.notify.notice import Notice

_SHOWN = 5


def notice_of(session: Session, arrival: Arrival) -> Notice:
    """The notice of one workbook."""
    facts = tuple(_facts(session, arrival))
    about = f"arrived {arrival.digest or arrival.name + arrival.problem}"
    if arrival.state == BROKEN:
        advice = "Correct the workbook and send or save it there again. Nothing was changed in Introw."
        return Notice("broken", about, "A workbook arrived with errors", facts, (), advice)
    advice = "Look at the plan, then apply it. Nothing was changed in Introw."
    return Notice("arrived", about, "A workbook arrived, and its plan waits", facts, (), advice)


def _facts(session: Session, arrival: Arrival) -> Iterator[tuple[str, str]]:
    yield "Workbook", arrival.name
    if arrival.sender:
        yield "By mail from", f"{arrival.sender} (as the mail says, which is not proven)"
    if is_conflict_copy(arrival.name):
        yield "Note", "It seems to be a copy that was made since two people saved the same workbook."
    if arrival.problem:
        yield "Problem", arrival.problem
    for finding in arrival.findings[:_SHOWN]:
        yield "Error", finding
    if len(arrival.findings) > _SHOWN:
        yield "More errors", str(len(arrival.findings) - _SHOWN)
    if arrival.plan:
        yield "To write", counted(arrival.changes, "change")
        yield "Plan", arrival.plan
    if arrival.waits:
        yield "To decide", ", ".join(arrival.waits)
    if names := [one.name for one in session.settings.team.people if one.may("prepare")]:
        yield "For", ", ".join(names)
