"""Picks up workbooks that arrived: checks each, prepares its plan, and tells who must look.

Nothing is written to Introw: the plan is made by a client that cannot. Whoever may applies the saved plan, by
the same command and the same rules as any other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.phrases import counted
from reconcile.errors import ConfigurationError, DecisionNeeded, WorkbookError
from reconcile.jobs.check import check
from reconcile.jobs.diff import Compared, DiffRequest, diff
from reconcile.jobs.notices.tell import tell
from reconcile.jobs.pickup.arrival_notice import notice_of
from reconcile.jobs.pickup.kept_arrivals import (
    BROKEN,
    READY,
    UNCHANGED,
    Arrival,
    keep,
    kept,
    take_in,
)
from reconcile.jobs.pickup.look import Sight, at_rest, look
from reconcile.jobs.session import Session
from reconcile.report.causes import by_cause

PLAN, REPORT = "plan.json", "report.html"


@dataclass
class Watch:
    """A folder that is watched. seen: what lay there at the last look. known: files that were picked up.

    folder: None where only the mailbox is. next_mails: when to look into the mailbox again, by the clock that
    never goes back. handled: validity and number of mails that were.
    """

    folder: Path | None
    seen: Mapping[Path, Sight] = field(default_factory=dict)
    known: dict[Path, Sight] = field(default_factory=dict)
    next_mails: float = 0.0
    handled: set[tuple[str, str]] = field(default_factory=set)

    @property
    def files(self) -> dict[Path, Sight]:
        """What lies in the folder now."""
        return look(self.folder) if self.folder else {}


def watched_folder(session: Session, named: Path | None = None) -> Path | None:
    """The folder to watch; None where there is only a mailbox.

    Raises ConfigurationError where neither is named, or the folder is none.
    """
    name = named or session.settings.pickup.folder
    if not name and session.settings.pickup.mail_server:
        return None
    if not name:
        raise ConfigurationError("Name the folder to watch, or set folder under [pickup] in reconcile.toml.")
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise ConfigurationError(f"There is no folder {folder}.")
    return folder


def pick_up(session: Session, watch: Watch) -> Iterator[tuple[Arrival, tuple[str, ...]]]:
    """Looks once, and picks up what did not change since the look before.

    Answers each workbook with what went wrong in telling people of it. Raises ApiError: the file is then
    picked up at the next look.
    """
    now = watch.files
    resting = at_rest(watch.seen, now)
    watch.seen = now
    watch.known = {file: sight for file, sight in watch.known.items() if now.get(file) == sight}
    for file in resting:
        if file in watch.known:
            continue
        arrival = picked_up(session, file)
        watch.known[file] = now[file]
        if arrival:
            yield arrival, told_of(session, arrival)


def pick_up_once(
    session: Session, watch: Watch, wait: Callable[[float], None] = time.sleep
) -> Iterator[tuple[Arrival, tuple[str, ...]]]:
    """Looks, waits as long as a file must rest, and picks up what did: for a command on a schedule."""
    watch.seen = watch.files
    if watch.seen:
        wait(session.settings.pickup.still_seconds)
    yield from pick_up(session, watch)


def told_of(session: Session, arrival: Arrival) -> tuple[str, ...]:
    """Tells people of a workbook that arrived; answers what went wrong."""
    return tell(session, [notice_of(session, arrival)] if arrival.state != UNCHANGED else [])


def picked_up(session: Session, file: Path, sender: str = "") -> Arrival | None:
    """The workbook, prepared; None for one whose content was picked up before. sender: see `Arrival`."""
    at = session.clock().isoformat(timespec="seconds")
    try:
        digest, copy = take_in(session, file, session.settings.pickup.megabytes)
    except WorkbookError as error:
        return Arrival(file.name, "", at, BROKEN, problem=str(error), sender=sender)
    if kept(session, digest):
        return None
    arrival = _prepared(session, copy, Arrival(file.name, digest, at, UNCHANGED, sender=sender))
    keep(session, arrival)
    return arrival


def _prepared(session: Session, copy: Path, arrival: Arrival) -> Arrival:
    """Checks the copy, and saves its plan and its report beside it."""
    (checked,) = check(session, [copy])
    errors = tuple(_place(one) for one in by_cause(checked.findings) if one.severity is Severity.ERROR)
    unreadable = [one for one in checked.findings if one.rule == "workbook-unreadable"]
    if unreadable:
        return replace(arrival, state=BROKEN, problem=unreadable[0].message)
    plan, report = copy.with_name(PLAN), copy.with_name(REPORT)
    try:
        compared = diff(session, DiffRequest((copy,), save=plan, reports=(report,)))
    except (WorkbookError, DecisionNeeded) as error:
        return replace(arrival, state=BROKEN, findings=errors, problem=str(error))
    found = compared.plan
    is_idle = not (found.operations or found.conflicts or found.held or errors)
    return replace(
        arrival,
        state=UNCHANGED if is_idle else BROKEN if errors else READY,
        findings=errors,
        changes=len(found.operations),
        conflicts=len(found.conflicts),
        waits=tuple(_waits(compared)),
        plan=str(plan),
    )


def _waits(compared: Compared) -> Iterator[str]:
    """What a person must decide before the plan can be applied, all of it."""
    plan = compared.plan
    if plan.conflicts:
        yield f"{counted(len(plan.conflicts), 'conflict')} to decide"
    if plan.held:
        yield f"{counted(len(plan.held), 'record')} held"
    if plan.gates:
        yield f"{counted(len(plan.gates), 'limit')} exceeded"
    if compared.report.approval.who:
        yield "an approval is needed"


def _place(finding: Finding) -> str:
    """Which rule, and where: nothing that somebody typed."""
    place = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet
    return f"{finding.rule} at {place}" if place else finding.rule
