"""The measured steps of the product, one to a process: `python tests/bench/steps.py STEP LINES FOLDER`.

Each function prepares what its step works on, and answers the step alone. The seconds of the step are
printed; the memory is that of the whole process, which the parent asks the system for.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from made_up import drifted, edits, month

from reconcile.cli import collect_rarely

Step = Callable[[], object]
Prepare = Callable[[int, Path], Step]


def export(lines: int, folder: Path) -> Step:
    """Writes the workbook and keeps its baseline: the export without its fetching."""
    from builders import POLICY, make_export

    from reconcile.store.store import Store
    from reconcile.workbook.contract.export_rows import as_shown
    from reconcile.workbook.export.writer import write_workbook

    fetched = month(lines)

    def step() -> None:
        snapshot = as_shown(fetched)
        identity = make_export(snapshot)
        with Store(folder / f"{time.time_ns()}.db") as store:
            store.save_export(identity, snapshot)
        write_workbook(folder / "month.xlsx", snapshot, identity, POLICY)

    return step


def write(lines: int, folder: Path) -> Step:
    """Writes the workbook alone."""
    from builders import POLICY, make_export

    from reconcile.workbook.export.writer import write_workbook

    snapshot = month(lines)
    identity = make_export(snapshot)
    return lambda: write_workbook(folder / "month.xlsx", snapshot, identity, POLICY)


def check(lines: int, folder: Path) -> Step:
    """Reads the workbook, formulas and damage included, and runs every check."""
    from builders import POLICY

    from reconcile.check.review import review
    from reconcile.workbook.read.reader import read_workbook
    from reconcile.workbook.read.readonly_edits import readonly_edits

    baseline = month(lines)

    def step() -> None:
        edited = read_workbook(folder / "month.xlsx", POLICY)
        found = review(edited, baseline, POLICY, readonly_edits(edited, baseline))
        errors = [one.message for one in found if one.severity == "error"]
        assert not errors, errors[0]

    return step


def compare_unchanged(lines: int, folder: Path) -> Step:
    """The three-way diff alone, nothing edited."""
    return _compare(lines, 0)


def compare_1(lines: int, folder: Path) -> Step:
    """The three-way diff alone, 1 % of the lines edited."""
    return _compare(lines, 0.01)


def compare_20(lines: int, folder: Path) -> Step:
    """The three-way diff alone, 20 % of the lines edited."""
    return _compare(lines, 0.2)


def _compare(lines: int, share: float) -> Step:
    from builders import make_workbook

    from reconcile.domain.policy.names_and_limits import Names
    from reconcile.plan.compare import Sides, compare

    baseline = month(lines)
    typed = edits(baseline, share)
    sides = Sides(baseline, make_workbook(baseline, typed), drifted(baseline), Names())

    def step() -> None:
        found = compare(sides)
        assert len(found.changes) + len(found.conflicts) >= len(typed)

    return step


def plan_unchanged(lines: int, folder: Path) -> Step:
    """The whole decision of `diff`, nothing edited."""
    return _plan(lines, 0)


def plan_1(lines: int, folder: Path) -> Step:
    """The whole decision of `diff`, 1 % of the lines edited."""
    return _plan(lines, 0.01)


def plan_20(lines: int, folder: Path) -> Step:
    """The whole decision of `diff`: diff, operations, forecast, gates and totals; 20 % of the lines edited."""
    return _plan(lines, 0.2)


def _plan(lines: int, share: float) -> Step:
    from builders import make_plan, make_workbook

    baseline = month(lines)
    book, live = make_workbook(baseline, edits(baseline, share)), drifted(baseline)
    return lambda: make_plan(baseline, book, live)


def save_plan(lines: int, folder: Path) -> Step:
    """Saves a plan with 20 % of the lines edited."""
    from builders import make_plan

    from reconcile.plan.codec import to_json

    baseline = month(lines)
    plan = make_plan(baseline, edits(baseline, 0.2))
    return lambda: (folder / "plan.json").write_text(to_json(plan), encoding="utf-8")


def load_plan(lines: int, folder: Path) -> Step:
    """Loads the plan that was saved, its fingerprint checked."""
    from reconcile.plan.codec import from_json

    return lambda: from_json((folder / "plan.json").read_text(encoding="utf-8"), "plan.json")


def report(lines: int, folder: Path) -> Step:
    """Writes the HTML report of a plan with 20 % of the lines edited."""
    from builders import make_plan

    from reconcile.report.build import report_on
    from reconcile.report.files import write_reports

    baseline = month(lines)
    plan = make_plan(baseline, edits(baseline, 0.2))
    return lambda: write_reports(report_on(plan), [folder / "report.html"])


def close(lines: int, folder: Path) -> Step:
    """Makes a first close and the files of its pack."""
    from closing import frozen_of

    from reconcile.close.close import make_close
    from reconcile.jobs.closes.close_files import pack_files

    snapshot = month(lines)
    frozen = frozen_of(*snapshot.payouts.values(), *snapshot.lines.values(), journals=("csv",))
    return lambda: pack_files(make_close(frozen, None), None, Path(tempfile.mkdtemp(dir=folder)))


def payments(lines: int, folder: Path) -> Step:
    """Matches one payment for each payout by the payout's number in a long text."""
    from measure_matching import named

    from reconcile.domain.policy.payments import PaymentPolicy
    from reconcile.erp.matching.match import match_payments
    from reconcile.erp.payments.model import PaymentFile

    paid, owed = named(lines // 15)
    files = [PaymentFile("bank.csv", "CSV", "", tuple(paid))]
    return lambda: match_payments(files, owed, PaymentPolicy())


STEPS: dict[str, Prepare] = {
    one.__name__: one
    for one in (
        export,
        write,
        check,
        compare_unchanged,
        compare_1,
        compare_20,
        plan_unchanged,
        plan_1,
        plan_20,
        save_plan,
        load_plan,
        report,
        close,
        payments,
    )
}


def measure(steps: dict[str, Prepare]) -> None:
    """Prepares the step that the command line names, and prints how many seconds it takes."""
    name, lines, folder = sys.argv[1:]
    step = steps[name](int(lines), Path(folder))
    start = time.perf_counter()
    step()
    print(time.perf_counter() - start)


if __name__ == "__main__":
    collect_rarely()  # as every command does; the references run as Python runs them
    measure(STEPS)
