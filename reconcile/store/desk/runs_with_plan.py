"""Finds the run of a plan by the plan's fingerprint, without reading the plans of runs before it was made."""

from __future__ import annotations

from sqlalchemy import select, text

from reconcile.domain.snapshot import Environment
from reconcile.store.recorded import run_of
from reconcile.store.store import Store
from reconcile.store.tables import RUNS


def run_with_plan(store: Store, environment: Environment, fingerprint: str, since: str) -> str:
    """The id of the newest run of a plan; empty where there is none. since: UTC, ISO 8601, to the second."""
    query = (
        select(RUNS)
        .where(RUNS.c.environment == str(environment), RUNS.c.started_at >= since)
        .order_by(text("rowid DESC"))
    )
    with store.reading() as connection:
        rows = connection.execute(query).mappings().all()
    with store.undamaged("run"):
        return next((run.run_id for run in map(run_of, rows) if fingerprint in run.plan), "")
