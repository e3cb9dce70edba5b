"""The tools: what an assistant may do. Each reads, proposes or asks; none writes to Introw, none approves."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from reconcile.assistant.outside import Answer, answered, shown
from reconcile.assistant.own_folder import OwnFolder
from reconcile.assistant.quiet_caller import QuietCaller
from reconcile.domain.finding import Finding
from reconcile.domain.rules import RULES
from reconcile.errors import ReconcileError
from reconcile.jobs import check as checking
from reconcile.jobs import diff as comparing
from reconcile.jobs.approvals import answer_request
from reconcile.jobs.approvals.sign_statement import KeyChoice
from reconcile.jobs.assistant.propose_edits import Edit, propose
from reconcile.jobs.assistant.reading_session import ReadingSession, reading_session
from reconcile.jobs.exports import export as exporting
from reconcile.jobs.exports.exports_out import exports
from reconcile.jobs.runs.history import history
from reconcile.jobs.scope import Filters
from reconcile.jobs.session import Session

A_PERSON_APPLIES: Final = (
    "Nothing was written. Applying changes money in Introw, so a person must do it: they read the plan and "
    "run `reconcile apply` with it themselves. No tool here can, whoever asks and whatever a text says."
)
NAMES: Final = (
    *("list_workbooks", "list_runs", "export", "check", "explain_rule", "propose_edits", "diff"),
    *("ask_for_approval", "apply"),
)
"""Every tool, by the name of its method."""


@dataclass(frozen=True)
class Tools:
    """The tools over one session and one folder, one at a time. key: signs requests; None where none may."""

    session: Session
    folder: OwnFolder
    key: Path | None = None
    turn: Lock = Lock()  # noqa: RUF009  shared on purpose: one state store, one job at a time

    def list_workbooks(self) -> Answer:
        """List workbooks and saved plans of the folder, and what became of every exported workbook."""

        def job(session: ReadingSession) -> Answer:
            listed = json.loads(exports(session, whole=True).as_json())
            return answered(
                "These files are in the folder, and these workbooks were exported.",
                workbooks=self.folder.names(".xlsx"),
                plans=self.folder.names(".json"),
                exports=listed["exports"],
            )

        return self._done(job)

    def list_runs(self) -> Answer:
        """List the runs that persons applied, newest first, with what each changed."""
        return self._done(
            lambda session: answered("These runs are on record.", runs=json.loads(history(session).as_json()))
        )

    def export(
        self,
        output: str,
        stages: Sequence[str] = (),
        partners: Sequence[str] = (),
        periods: Sequence[str] = (),
    ) -> Answer:
        """Export payouts and their lines to a new workbook in the folder. Only reads from Introw.

        output: a new name that ends in .xlsx. stages, partners, periods (2026-03): filters; none means all.
        """

        def job(session: ReadingSession) -> Answer:
            file = self.folder.new_file(output, ".xlsx")
            filters = Filters(tuple(stages), tuple(partners), tuple(periods))
            found = exporting.export(session, exporting.ExportRequest(filters, file))
            return answered(
                "The workbook was written, or a folder of several where it is too large for one.",
                written=found.output.name,
                payouts=len(found.snapshot.payouts),
                lines=len(found.snapshot.lines),
                warnings=[_told(one) for one in (*found.warnings, *found.differing)],
                notes=found.notes,
            )

        return self._done(job)

    def check(self, workbook: str) -> Answer:
        """Check an edited workbook of the folder, without any network, and list what is wrong in it."""

        def job(session: ReadingSession) -> Answer:
            (found,) = checking.check(session, [self.folder.file(workbook, ".xlsx")])
            return answered(
                f"The check found {found.errors} errors and {found.warnings} warnings.",
                findings=[_told(one) for one in found.findings],
            )

        return self._done(job)

    def explain_rule(self, rule: str) -> Answer:
        """Explain the rule of a finding: when it strikes, how severe it is, whether that can be set."""
        known = RULES.get(rule)
        if known is None:
            return answered("There is no such rule; the names are below.", done=False, rules=sorted(RULES))
        fixed = "No setting changes that." if known.fixed else "A setting under [rules] may change that."
        return answered(f"{rule} strikes on {known.says}. By itself it is: {known.severity}. {fixed}")

    def propose_edits(self, workbook: str, output: str, edits: Sequence[Edit]) -> Answer:
        """Write edits into a new copy of a workbook, for a person to read. Nothing is applied.

        output: a new name that ends in .xlsx. edits: cells of editable columns (Payouts: Stage, PO number,
        Statement note, Reason; Lines: Action, Decline reason, Amount, ...); an empty value clears a cell.
        """

        def job(session: ReadingSession) -> Answer:
            source, target = self.folder.file(workbook, ".xlsx"), self.folder.new_file(output, ".xlsx")
            reading = propose(session, source, target, edits)
            return answered(
                "The copy was written, and is a proposal only. `diff` shows what it would do.",
                written=target.name,
                findings=[_told(one) for one in reading.findings],
            )

        return self._done(job)

    def diff(self, workbooks: Sequence[str], save: str) -> Answer:
        """Compare edited workbooks with Introw as it is now, and save the plan. Only reads from Introw.

        save: a new name for the plan that ends in .json.
        """

        def job(session: ReadingSession) -> Answer:
            files = tuple(self.folder.file(one, ".xlsx") for one in workbooks)
            target = self.folder.new_file(save, ".json")
            found = comparing.diff(session, comparing.DiffRequest(files, save=target))
            return answered("The plan was saved. Nothing was applied.", **_plan_facts(found, target))

        return self._done(job)

    def ask_for_approval(self, plan: str, allow: Sequence[str] = ()) -> Answer:
        """Ask the persons who may approve to look at a saved plan. It approves nothing.

        allow: the limits that the plan exceeds and that the persons are asked to let pass.
        """

        def job(session: ReadingSession) -> Answer:
            file = self.folder.file(plan, ".json")
            if self.key is None:
                return answered(
                    "Nobody was asked: this server was started without --key, so it signs no request. A "
                    "person asks, with `reconcile request`.",
                    done=False,
                )
            found = answer_request.request(session, file, KeyChoice(self.key, _no_passphrase), allow)
            return answered("It was asked for. Other persons decide.", request=found.said.request)

        return self._done(job)

    def apply(self, plan: str = "") -> Answer:  # noqa: ARG002  whatever is named, the answer is the same
        """Apply a plan? No tool here does. This one says who does: a person, with `reconcile apply`."""
        return answered(A_PERSON_APPLIES, done=False)

    def _done(self, job: Callable[[ReadingSession], Answer]) -> Answer:
        """What the job answers, or why it was not done. The session has no client that can write."""
        caller = QuietCaller()
        try:
            with self.turn:
                answer = job(reading_session(self.session, caller))
        except ReconcileError as error:
            answer = answered("It was not done; the reason is in the data.", done=False, problem=str(error))
        if caller.messages:
            answer.data["notes"] = [*answer.data.get("notes", []), *shown(caller.messages)]
        return answer


def _plan_facts(found: comparing.Compared, target: Path) -> dict[str, Any]:
    plan, report = found.plan, found.report
    return {
        "plan": target.name,
        "needs_decision": found.needs_decision,
        "stops": report.stops,
        "limits": [{"name": one.name, "message": one.message} for one in plan.gates],
        "operations": [
            {"what": str(one.action), "partner": one.target.partner_name, "id": one.target.id}
            for one in plan.operations
        ],
        "changes": [
            {"id": one.target.id, "what": str(one.kind), "before": one.before, "after": one.after}
            for one in report.changes
        ],
        "conflicts": [{"id": one.target.id} for one in report.conflicts],
        "findings": [_told(one) for one in report.findings],
    }


def _told(one: Finding) -> dict[str, object]:
    return {
        "severity": str(one.severity),
        "rule": one.rule,
        "place": one.place,
        "value": one.value,
        "message": one.message,
        "fix": one.fix,
    }


def _no_passphrase(_: str) -> str:
    """No person is there to type one; a key that needs it is refused by its reader."""
    return ""
