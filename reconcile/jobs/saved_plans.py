"""Plans that `diff --save` keeps: read back, and what moved since."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from reconcile.atomic import refuse_foreign
from reconcile.domain.phrases import moment
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.introw.client import Reader
from reconcile.jobs.readings import withdrawn_text
from reconcile.jobs.session import Session
from reconcile.plan.codec import from_json
from reconcile.plan.model import Plan
from reconcile.report.model import Stale
from reconcile.store.evidence.kept_files import has_inputs
from reconcile.store.sent.withdrawals import withdrawn
from reconcile.store.store import Store

_MARKS: Final = re.compile(rb"^\s*\{\s*\"version\":")
_LARGEST: Final = 1 << 30
"""Bytes of a plan at most."""


def is_saved_plan(file: Path) -> bool:
    """Whether a file is a plan, by its name."""
    return file.suffix.lower() == ".json"


def refuse_save(file: Path) -> None:
    """Raises ConfigurationError where a plan cannot be saved. It replaces an earlier plan, nothing else."""
    if not is_saved_plan(file):
        raise ConfigurationError(f"{file} must end in .json: a saved plan is known by that.")
    refuse_foreign(file, "a saved plan", _MARKS)


def read_plan(file: Path, policy: Policy) -> Plan:
    """A saved plan, proved from its own decisions.

    Raises ConfigurationError for a file that is none, is of another version, or was changed, and for a pipe,
    which would be waited for.
    """
    if file.exists() and not file.is_file():
        raise ConfigurationError(f"{file} is not a file. Name a plan that diff --save wrote.")
    if file.exists() and file.stat().st_size > _LARGEST:
        raise ConfigurationError(
            f"{file} has more than {_LARGEST >> 20:,} MB, which no plan has. "
            "Name a plan that diff --save wrote."
        )
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The plan {file} cannot be read.") from error
    from reconcile.plan.proof import prove

    plan = from_json(text, file.name)
    prove(plan, policy, file.name)
    return plan


def read_usable(session: Session, file: Path) -> Plan:
    """A saved plan that may be used here; raises what `read_plan` and `refuse_foreign_plan` raise."""
    plan = read_plan(file, session.settings.policy)
    with session.store(create=False) as store:
        refuse_foreign_plan(session, store, plan, file.name)
    return plan


def refuse_foreign_plan(session: Session, store: Store, plan: Plan, name: str) -> None:
    """Raises ConfigurationError for a plan of another environment or state store, and for a forged one.

    Another store does not know what runs of the plan's workbooks did, so it could do it twice. `diff --save`
    puts the fingerprint of a plan on record. Who changes the file can compute another fingerprint, and cannot
    put it there. Raises DecisionNeeded where a workbook of the plan was withdrawn.
    """
    if plan.environment != session.environment:
        raise ConfigurationError(
            f"{name} is a plan for {plan.environment}, and this is {session.environment}."
        )
    for one in plan.workbooks:
        if one.kept and store.baseline(one.export.workbook_id) is None:
            raise ConfigurationError(
                f"{name} was made with another state store, which has the export of {one.file}: name that "
                "store with --state, or make the plan again with diff --save."
            )
    if not has_inputs(store, plan.fingerprint):
        raise ConfigurationError(
            f"{name} is not on record in {session.shown_state}: it was changed after it was made, an older "
            "version made it, or the state store could not be written then. Make it again with diff --save."
        )
    with store.reading() as connection:
        void = withdrawn(connection, [one.export.workbook_id for one in plan.workbooks])
    for book in plan.workbooks:
        if found := void.get(book.export.workbook_id):
            raise DecisionNeeded(f"{name} cannot be used. {withdrawn_text(book.file, found)}")


def applied_before(store: Store, plan: Plan) -> str:
    """That a run carried this very plan out, in words; empty where none did."""
    for run in store.runs(plan.environment):
        if plan.fingerprint in run.plan:
            return (
                f"Note: run {run.run_id} of {moment(run.started_at)} ({run.state}) has applied this plan. "
                "What it did is not done again, so the figures of the plan are those of then."
            )
    return ""


def stale_operations(
    session: Session, reader: Reader, store: Store, plan: Plan, name: str
) -> tuple[Stale, ...]:
    """The operations of a saved plan that would be held back, since live moved. name: that of its file.

    Raises ConfigurationError for a plan of another environment or state store, and ApiError.
    """
    from reconcile.apply.staleness import moved_since

    refuse_foreign_plan(session, store, plan, name)
    found = moved_since(plan, reader, session.settings.policy.names)
    return tuple(Stale(one.operation.id, one.operation.target, tuple(one.moved)) for one in found)


def stale_text(stale: Sequence[Stale]) -> Iterator[str]:
    """What moved since a plan was saved, for people, a line each."""
    if not stale:
        yield ""
        yield "Nothing that the plan relies on has moved since."
        return
    yield ""
    yield f"Stale ({len(stale)})  These operations would be held back: live moved since the plan was made."
    for one in stale:
        for value in one.moved:
            texts = (value.planned, value.wanted, value.live)
            planned, wanted, live = ("(blank)" if text is None else text for text in texts)
            yield (
                f"  {one.target.partner_name} · {one.target.id} · {value.name}: planned with {planned}, "
                f"wanted {wanted}, live {live}"
            )
