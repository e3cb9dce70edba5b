"""Gathers what check, diff and apply look at: workbooks, their baselines, live, and the plan from them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile.check.damaged import RULE
from reconcile.check.review import review
from reconcile.cli.terminal import progress
from reconcile.config import Settings
from reconcile.domain.decision import Preference
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import LINE_FIELDS, PAYOUT_FIELDS
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.snapshot import Environment, Snapshot, together
from reconcile.errors import ConfigurationError, DecisionNeeded, WorkbookError
from reconcile.introw.client import Reader
from reconcile.introw.fetch import fetch_live
from reconcile.jobs.session import now, whoami
from reconcile.plan.build import Circumstances, build_plan
from reconcile.plan.likeness import Posted
from reconcile.plan.model import Action, Plan
from reconcile.plan.same_lines import MADE, made_findings
from reconcile.plan.sources import OwnWork, Source
from reconcile.store.run import POSTED
from reconcile.store.store import Store
from reconcile.workbook.read import baseline_of, read_workbook, readonly_edits


@dataclass(frozen=True)
class Reading:
    """A workbook with its baseline, and everything that was found in it."""

    edited: EditedWorkbook
    baseline: Snapshot
    findings: tuple[Finding, ...]


def read(file: Path, settings: Settings, store: Store) -> Reading:
    """Reads and checks a workbook, without any network. Raises WorkbookError."""
    with progress() as shown:
        edited = read_workbook(file, settings.policy, settings.templates, shown)
    kept = store.baseline(edited.export.workbook_id)
    baseline = kept or baseline_of(edited)
    noted = () if kept else (_unknown_export(edited),)
    made = made_findings(edited, _own_work(store, edited.export.workbook_id))
    readonly = (*readonly_edits(edited, baseline, settings.policy.locale), *noted, *made)
    return Reading(edited, baseline, review(edited, baseline, settings.policy, readonly))


def _unknown_export(edited: EditedWorkbook) -> Finding:
    return Finding(
        Severity.WARNING,
        "export-unknown",
        "This state store did not make the export; the baseline is the one in the workbook itself.",
        "Use the state store of the export (--state) if there is one.",
        file=edited.file,
    )


def read_all(files: Sequence[Path], settings: Settings, store: Store) -> tuple[Reading, ...]:
    """Reads and checks several workbooks. Raises WorkbookError; ConfigurationError for one given twice.

    Workbooks of the same name are told apart by as much of their path as it takes.
    """
    return tuple(_named(read(file, settings, store), name) for file, name in _names(files).items())


def findings_of(files: Sequence[Path], settings: Settings, store: Store) -> dict[str, tuple[Finding, ...]]:
    """What was found in each of several workbooks, by name; one that cannot be read stops no other.

    Raises ConfigurationError for a workbook that is not there, or is given twice.
    """
    found = {}
    for file, name in _names(files).items():
        try:
            found[name] = _named(read(file, settings, store), name).findings
        except WorkbookError as error:
            found[name] = (_unreadable(name, error),)
    return found


def _unreadable(name: str, error: WorkbookError) -> Finding:
    fix = f"`reconcile doctor {name}` says what can be done."
    return Finding(Severity.ERROR, "workbook-unreadable", str(error), fix, file=name)


def _names(files: Sequence[Path]) -> dict[Path, str]:
    """The name of each workbook in messages."""
    # Unlike Path.resolve, this leaves a link that leads to itself to those who open it.
    paths = [Path(os.path.realpath(file)) for file in files]
    for file, path in zip(files, paths, strict=True):
        if paths.count(path) > 1:
            raise ConfigurationError(f"The workbook {file} is given twice.")
    return dict(zip(files, _short_names(paths), strict=True))


def _short_names(paths: Sequence[Path]) -> list[str]:
    """The file names, with as many folders before each as make it differ from the others."""
    depth = 1
    while True:
        names = ["/".join(path.parts[-depth:]) for path in paths]
        if len(set(names)) == len(paths):
            return names
        depth += 1


def _named(reading: Reading, name: str) -> Reading:
    edited = reading.edited
    if edited.file == name:
        return reading
    findings = tuple(replace(one, file=name) if one.file == edited.file else one for one in reading.findings)
    return Reading(replace(edited, file=name), reading.baseline, findings)


def plan_for(
    files: Sequence[Path],
    settings: Settings,
    reader: Reader,
    store: Store,
    preference: Preference | None = None,
) -> tuple[Plan, tuple[Reading, ...], Snapshot]:
    """The plan for workbooks against live, with the readings and the live snapshot that it is made of.

    Raises WorkbookError for a workbook of another environment, and DecisionNeeded when none of the payouts
    of a workbook can be seen with this key.
    """
    readings = read_all(files, settings, store)
    environment = Environment(reader.connection.origin, settings.profile_name)
    for reading in readings:
        _refuse_foreign(reading, environment)
    before = reader.status.requests
    live = _live(readings, environment, settings, reader)
    for reading in readings:
        _refuse_unseen(reading, live)
    ids = [reading.edited.export.workbook_id for reading in readings]
    handouts = store.handouts_with(ids)
    given = Circumstances(
        made_at=now(),
        made_by=whoami(),
        reads=reader.status.requests - before,
        rate=settings.profile.rate,
        credits_left=reader.status.credits_remaining,
        preference=preference,
        handouts=handouts,
        returned=store.returned([one.workbook_id for one in handouts]),
    )
    if handouts:
        store.note_returns([(one.edited.export.workbook_id, one.edited.file) for one in readings], now())
    sources = tuple(
        Source(one.baseline, one.edited, _untold(one), _own_work(store, one.edited.export.workbook_id))
        for one in readings
    )
    return build_plan(sources, live, settings.policy, given), readings, live


def _untold(reading: Reading) -> tuple[Finding, ...]:
    """The findings of a workbook without damaged values and lines made before: the plan tells of these."""
    return tuple(finding for finding in reading.findings if finding.rule not in (RULE, MADE))


def _live(
    readings: Sequence[Reading], environment: Environment, settings: Settings, reader: Reader
) -> Snapshot:
    baseline = together([reading.baseline for reading in readings])
    scopes = list(dict.fromkeys(reading.baseline.scope for reading in readings))
    voided = settings.policy.names.voided_statuses
    with progress() as shown:
        return fetch_live(reader, environment, baseline, now(), voided, shown, scopes, _of_new(readings))


def _of_new(readings: Sequence[Reading]) -> frozenset[str]:
    """The partners of new lines: whether a line was made already shows among all lines of its partner."""
    rows = (row for one in readings for row in one.edited.new_lines.rows)
    return frozenset(partner for row in rows if isinstance(partner := row.values.get("partner_id"), str))


def _refuse_foreign(reading: Reading, environment: Environment) -> None:
    exported = reading.edited.export.environment
    if exported != environment:
        raise WorkbookError(
            f"{reading.edited.file} was exported from {exported}, and this is {environment}. "
            "Choose the profile of the export, or export again."
        )


def _refuse_unseen(reading: Reading, live: Snapshot) -> None:
    payouts = reading.baseline.payouts
    if payouts and not payouts.keys() & live.payouts.keys():
        raise DecisionNeeded(
            f"None of the {len(payouts)} payouts in {reading.edited.file} can be seen with this key. "
            "It is probably the key of another organisation."
        )


def _own_work(store: Store, workbook_id: str) -> OwnWork:
    made = store.effects(workbook_id, Action.CREATE_LINE)
    return OwnWork(
        # An empty id stands for a line that was asked for and not made.
        created={key: line for key, line in made.items() if line},
        posted={
            key: posted
            for key, text in store.effects(workbook_id, POSTED).items()
            if made.get(key) and (posted := Posted.from_json(text))
        },
        gone=frozenset(store.effects(workbook_id, Action.DECLINE_LINE)),
        sent={
            (record, field.name): text
            for field in (*PAYOUT_FIELDS, *LINE_FIELDS)
            for record, text in store.effects(workbook_id, f"set {field.name}").items()
        },
    )
