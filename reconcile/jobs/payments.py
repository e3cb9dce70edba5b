"""Matches payments of a finance system or a bank with payouts, and writes the result to a workbook."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from reconcile.domain.edited import Export
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.settlement import Settlement
from reconcile.domain.snapshot import Snapshot
from reconcile.erp.matching.earlier_payments import compared_with_earlier
from reconcile.erp.matching.match import match_payments
from reconcile.erp.matching.open_payouts import Owed, owed_in
from reconcile.erp.matching.outcome import proposal
from reconcile.erp.matching.outcome.choices import choices_of
from reconcile.erp.matching.outcome.kept_payments import readings_of
from reconcile.erp.matching.outcome.settlements import Occasion, settlements_of
from reconcile.erp.matching.outcome.summary import summary
from reconcile.erp.matching.read_before import ReadBefore
from reconcile.erp.matching.result import Matching
from reconcile.erp.payments.formats.layout import TableLayout, built_in, load_table_layout
from reconcile.erp.payments.formats.read import Reading, read_payments
from reconcile.erp.payments.formats.table import Hints
from reconcile.erp.payments.model import PaymentFile
from reconcile.erp.payments.same_payment import fingerprint
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.close_chain import closed_until
from reconcile.jobs.exports.new_workbooks import export_of, refuse_output, write_exported
from reconcile.jobs.own_work import known_settlements, stages_set
from reconcile.jobs.scope import Filters, fetch_scope
from reconcile.jobs.session import Session
from reconcile.jobs.state.new_store import refuse_unseen
from reconcile.jobs.user_tables import source_of
from reconcile.store.evidence.payments_read import kept_answers, payments_read
from reconcile.store.store import Store
from reconcile.workbook.contract import as_shown
from reconcile.workbook.export import ExtraSheet, Proposal, answers_to
from reconcile.workbook.read import match_token


@dataclass(frozen=True, slots=True)
class PaymentsRequest:
    """Files of payments, how they are read, and where the workbook goes.

    layout: how tables are to be read: a name in templates/erp, or a file. currency, decimal, date_order,
    sign: what a file does not say itself. allow: rules whose errors a person lets pass. force: replaces a
    workbook that is there.
    """

    files: tuple[Path, ...]
    output: Path
    filters: Filters = field(default_factory=Filters)
    layout: str | None = None
    currency: str = ""
    decimal: str | None = None
    date_order: str | None = None
    sign: str | None = None
    allow: tuple[str, ...] = ()
    force: bool = False


@dataclass(frozen=True, slots=True)
class Matched:
    """Payments and payouts that were compared. Nothing is written yet."""

    files: tuple[PaymentFile, ...]
    snapshot: Snapshot
    owed: tuple[Owed, ...]
    result: Matching
    allow: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found in the files and in what they say together."""
        return tuple(self.result.findings)

    @property
    def passed(self) -> tuple[Finding, ...]:
        """The errors that a person lets pass."""
        errors = (one for one in self.findings if one.severity is Severity.ERROR)
        return tuple(one for one in errors if one.rule in self.allow)

    @property
    def summary(self) -> Mapping[str, Any]:
        """Counts, sums and matches, as plain values."""
        let_pass = [
            {"rule": one.rule, "place": f"{one.file}, {one.cell}", "message": one.message}
            for one in self.passed
        ]
        return summary(self.result, self.files, self.owed) | {"let_pass": let_pass}

    def as_json(self) -> str:
        """The summary for a machine."""
        return json.dumps(self.summary, indent=1, ensure_ascii=False)


def match(session: Session, request: PaymentsRequest) -> Matched:
    """Reads the files, fetches the payouts, and matches them.

    Raises ConfigurationError where the workbook could not be written, and PaymentFileError for a file that
    cannot be read.
    """
    refuse_output(request.output, force=request.force)
    files = _read(session, request)
    named = request.filters.scope
    with session.reading() as reader, session.store() as store, session.caller.progress() as on_progress:
        refuse_unseen(session, store)
        snapshot = as_shown(fetch_scope(session, reader, named, on_progress))
        owed = owed_in(snapshot, store.bills(session.environment))
        earlier = known_settlements(store, session.environment, session.settings.payments)
        before = _read_before(session, store, files, owed)
    today = session.clock().date()
    result = match_payments(files, owed, session.settings.payments, before, today)
    return Matched(files, snapshot, owed, compared_with_earlier(result, files, earlier), request.allow)


def write_matches(session: Session, matched: Matched, output: Path) -> list[Finding]:
    """Writes the workbook in which paid payouts stand at the paid stage. Returns warnings.

    Raises DecisionNeeded for an error in the files that is not let pass, and ConfigurationError where a rule
    is allowed and there is no error of it.
    """
    _refuse(matched.findings, matched.allow)
    export = export_of(session, matched.snapshot)
    proposed = _proposal(session, matched, export)
    with session.store() as store, session.caller.progress() as on_progress:
        # The matches before the workbook, so that none is ever out that the store does not know.
        occasion = Occasion(
            export.workbook_id, export.exported_at, export.exported_by, _prints(matched.files)
        )
        settlements = tuple(settlements_of(matched.result, occasion))
        readings = readings_of(matched.result, occasion, session.settings.payments)
        store.record_settlements(session.environment, settlements, readings)
        written = write_exported(session, store, output, matched.snapshot, export, proposed, on_progress)
        _say_stale(session, store, settlements)
    return written


def _say_stale(session: Session, store: Store, settlements: Iterable[Settlement]) -> None:
    """Says by how much payments of a closed period moved it."""
    closed = closed_until(store, session.environment)
    if closed and any(one.paid_on and one.paid_on[:10] <= closed.isoformat() for one in settlements):
        from reconcile.jobs.closes.stale import say_stale

        say_stale(session, store)


def _read(session: Session, request: PaymentsRequest) -> tuple[PaymentFile, ...]:
    hints = Hints(
        request.currency.upper(), request.decimal or "", request.date_order or "", request.sign or ""
    )
    how = Reading(hints, _layouts(session, request.layout), session.settings.payments.settled)
    return tuple(read_payments(source_of(file, session.settings.files), how) for file in request.files)


def _layouts(session: Session, layout: str | None) -> tuple[TableLayout, ...]:
    templates = session.settings.templates
    layouts = (load_table_layout(layout, templates),) if layout else built_in(templates)
    words = session.settings.payments.words
    return tuple(one.with_words(words) for one in layouts)


def _refuse(findings: tuple[Finding, ...], allowed: tuple[str, ...]) -> None:
    rules = {one.rule for one in findings if one.severity is Severity.ERROR}
    for rule in allowed:
        if rule not in rules:
            raise ConfigurationError(
                f"--allow {rule}: there is no such error here. There are: {sorted(rules)}."
            )
    stopping = sorted(rules - set(allowed))
    if stopping:
        raise DecisionNeeded(
            f"No workbook was written: {', '.join(stopping)}. Mend the files, or pass --allow {stopping[0]}."
        )


def _prints(files: Iterable[PaymentFile]) -> dict[str, str]:
    return {file.name: file.sha256 for file in files}


def _read_before(
    session: Session, store: Store, files: Sequence[PaymentFile], owed: Sequence[Owed]
) -> ReadBefore:
    """What earlier runs read of these payments, and what their workbooks set."""
    alike = {fingerprint(payment) for file in files for payment in file.payments}
    readings = payments_read(store, session.environment, alike)
    answers = kept_answers(store, session.environment)
    workbooks = {one.workbook_id for one in readings}
    done = stages_set(store, session.environment, workbooks)
    stages = {one.payout_id: one.stage for one in owed}
    return ReadBefore(readings, _prints(files), done, stages, answers)


def _proposal(session: Session, matched: Matched, export: Export) -> Proposal:
    policy = session.settings.payments
    result, snapshot = matched.result, matched.snapshot
    choices = [
        choices_of(one, number, snapshot, policy) for number, one in enumerate(result.suggestions, start=1)
    ]
    tokens = tuple(match_token(export.workbook_id, [asdict(one) for one in some]) for some in choices)
    several = [one.certificate.count > 1 for one in result.suggestions]
    answers = tuple(answers_to(len(some), numbered=one) for some, one in zip(choices, several, strict=True))
    rows = tuple(proposal.match_rows(result, policy, choices))
    sheets = (
        ExtraSheet("matches", rows, tokens, answers),
        ExtraSheet("strays", tuple(proposal.stray_rows(result.strays))),
        ExtraSheet("received", tuple(proposal.received_rows(result))),
        ExtraSheet("unknown", tuple(proposal.unknown_rows(result))),
        ExtraSheet("repeated", tuple(proposal.repeated_rows(result))),
        ExtraSheet("unpaid", tuple(proposal.unpaid_rows(result.unpaid))),
        ExtraSheet("differing", tuple(proposal.differing_rows(result.differing))),
        ExtraSheet(
            "tie_out", tuple(proposal.tie_out_rows(result, matched.files, matched.owed, matched.passed))
        ),
    )
    return Proposal(proposal.sure_edits(result, snapshot, policy), sheets)
