"""Compares edited workbooks with live: a dry run with a client that cannot write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile.atomic import write_text
from reconcile.domain.decision import Preference
from reconcile.errors import ConfigurationError, StateError
from reconcile.jobs.named_files import refuse_missing
from reconcile.jobs.narrow_to import NarrowTo
from reconcile.jobs.plan import EVERYTHING, PlanMade, plan_for
from reconcile.jobs.reviews.review_workbooks import refuse_review, review_among, write_reviews
from reconcile.jobs.runs.hindrances import approval_of, hindrances
from reconcile.jobs.saved_plans import applied_before, is_saved_plan, refuse_save, stale_operations
from reconcile.jobs.session import Session
from reconcile.plan.codec import to_json
from reconcile.plan.model import Plan
from reconcile.report.build import report_on
from reconcile.report.model import Report
from reconcile.store.store import Store


@dataclass(frozen=True, slots=True)
class DiffRequest:
    """The workbooks to compare, and the files to write.

    save: keeps the plan. review: the workbook again, marked; a folder for several. reports: files of the
    report, one of which may be the review workbook. narrow_to: the records that the plan is about.
    """

    files: tuple[Path, ...]
    preference: Preference | None = None
    save: Path | None = None
    review: Path | None = None
    reports: tuple[Path, ...] = ()
    narrow_to: NarrowTo = EVERYTHING


@dataclass(frozen=True, slots=True)
class Compared:
    """The plan, the report on it, and the review workbooks that were written."""

    plan: Plan
    report: Report
    reviews: tuple[Path, ...] = ()

    @property
    def needs_decision(self) -> bool:
        """Whether a person must decide before it can be applied, all of it."""
        return self.plan.needs_decision or bool(self.report.stops or self.report.stale)


def saved_plan_of(request: DiffRequest) -> Path | None:
    """The saved plan that is to be shown, if it is one. Raises ConfigurationError beside anything else."""
    plans = [file for file in request.files if is_saved_plan(file)]
    if not plans:
        return None
    beside = (request.save, request.reports, request.review, request.preference, request.narrow_to)
    if len(request.files) > 1 or any(beside):
        raise ConfigurationError(
            "A saved plan is shown alone, without --save, --report, --review, --prefer, --only or --first."
        )
    return plans[0]


def diff(session: Session, request: DiffRequest) -> Compared:
    """Compares the workbooks with live, and writes what was asked for. Raises ConfigurationError."""
    review, reports = review_among(request.review, request.reports)
    if reports:
        from reconcile.report.files import check_names, write_reports

        check_names(reports)
    if request.save:
        refuse_save(request.save)
    files: Sequence[Path] = request.files
    if review:
        refuse_review(review, files)
    refuse_missing(files)
    with session.reading() as reader, session.store(create=False) as store:
        made = plan_for(session, reader, store, files, request.preference, request.narrow_to)
        plan, readings = made.plan, made.readings
        stops = hindrances(session, store, plan, reader.status.credits_remaining)
        approval = approval_of(session, store, plan).shown()
        if request.save:
            _keep(session, store, made)
    report = replace(report_on(plan), stops=stops, approval=approval, live_at=made.live_at)
    if request.save:
        write_text(request.save, to_json(plan), private=True)
    if reports:
        write_reports(report, reports, session.settings.templates)
    reviews = write_reviews(session, review, files, readings, plan) if review else ()
    return Compared(plan, report, reviews)


def _keep(session: Session, store: Store, made: PlanMade) -> None:
    """Keeps what the saved plan was made of, where the store can be written."""
    from reconcile.jobs.evidence.keep import keep_inputs
    from reconcile.store.evidence.payments_read import plan_answers

    try:
        keep_inputs(session, store, made.plan.fingerprint, made.made_of)
        at = session.clock().isoformat(timespec="seconds")
        if made.answers:
            plan_answers(store, session.environment, made.plan.fingerprint, made.answers, at, session.user)
    except StateError as error:
        session.caller.say(
            f"{error} What the plan was made of was not kept: no replay can make the plan again, and as long "
            "as the state store cannot be written, the plan cannot be applied."
        )


def again(session: Session, plan: Plan, name: str) -> Compared:
    """A saved plan, with what moved since it was made, and what would stop it now. name: that of its file.

    Raises ConfigurationError for a plan of another environment or state store, and ApiError.
    """
    with session.reading() as reader, session.store(create=False) as store:
        stale = stale_operations(session, reader, store, plan, name)
        if words := applied_before(store, plan):
            session.caller.say(words)
        stops = hindrances(session, store, plan, reader.status.credits_remaining, name)
        approval = approval_of(session, store, plan, saved=name).shown()
    return Compared(plan, replace(report_on(plan), stops=stops, stale=stale, approval=approval))


def written(request: DiffRequest, compared: Compared) -> Iterator[str]:
    """What was written, and what comes next; nothing where nothing was written."""
    _, reports = review_among(request.review, request.reports)
    for path in compared.reviews:
        yield f"Review workbook: {path}"
    for path in reports:
        yield f"Report: {path}"
    if request.save is None:
        return
    yield f"Plan: {request.save}"
    if (
        len(compared.report.stops) == 1
        and compared.report.approval.who
        and not compared.report.approval.request
    ):
        more = [f"--allow {gate.name}" for gate in compared.plan.gates]
        yield f"Next: ask for the approval: {' '.join(('reconcile request', str(request.save), *more))}"
    elif compared.report.stops:
        yield f"Next: clear what stops it (above), then: reconcile apply {request.save}"
    elif not compared.plan.operations:
        yield "Next: nothing to apply."
    elif compared.plan.gates:
        allow = " ".join(f"--allow {gate.name}" for gate in compared.plan.gates)
        yield f"Next, if the limits may be passed: reconcile apply {request.save} {allow}"
    elif compared.plan.holds_back:
        yield (
            f"Next: reconcile apply {request.save} applies what is not held; or decide first: "
            f"reconcile diff {' '.join(map(str, request.files))} --review review.xlsx"
        )
    else:
        yield f"Next: reconcile apply {request.save}"
