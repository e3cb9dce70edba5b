"""Gathers what `apply` carries out: the plan of edited workbooks, or a saved plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reconcile.domain.decision import Preference
from reconcile.errors import ConfigurationError
from reconcile.jobs.named_files import refuse_missing
from reconcile.jobs.narrow_to import NarrowTo
from reconcile.jobs.plan import EVERYTHING, plan_for
from reconcile.jobs.runs.start_run import Planned
from reconcile.jobs.saved_plans import applied_before, is_saved_plan, read_plan, refuse_foreign_plan
from reconcile.jobs.session import Session
from reconcile.plan.model import Plan
from reconcile.store.store import Store


@contextmanager
def planned(
    session: Session,
    files: Sequence[Path],
    preference: Preference | None = None,
    narrow_to: NarrowTo = EVERYTHING,
) -> Iterator[Planned]:
    """The plan of the files, ready to be started while the block lasts.

    Raises ConfigurationError for a saved plan of another environment or state store, or beside other files.
    """
    refuse_missing(files)
    with session.connected() as client, session.store() as store:
        if any(is_saved_plan(file) for file in files):
            plan, name = _saved(session, store, files, preference, narrow_to)
            yield Planned(session, client, store, plan, saved=name)
        else:
            made = plan_for(session, client, store, files, preference, narrow_to)
            yield Planned(
                session,
                client,
                store,
                made.plan,
                files,
                made_of=made.made_of,
                answers=made.answers,
                live_at=made.live_at,
            )


def _saved(
    session: Session,
    store: Store,
    files: Sequence[Path],
    preference: Preference | None,
    narrow_to: NarrowTo,
) -> tuple[Plan, str]:
    """The plan in the file, and the name of the file."""
    file = next(one for one in files if is_saved_plan(one))
    if len(files) > 1:
        raise ConfigurationError(f"{file} is a saved plan; it is applied alone.")
    if preference:
        raise ConfigurationError(f"{file} is a saved plan; --prefer belongs to the diff that made it.")
    if narrow_to:
        raise ConfigurationError(
            f"{file} is a saved plan; --only and --first belong to the diff that made it."
        )
    plan = read_plan(file, session.settings.policy)
    refuse_foreign_plan(session, store, plan, file.name)
    if words := applied_before(store, plan):
        session.caller.say(words)
    return plan, file.name
