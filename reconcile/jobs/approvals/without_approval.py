"""Finds runs, closes, sets of bills and changes of rules that lack the approval that was asked for then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from reconcile.domain.bill import PAYS
from reconcile.domain.money import Money, recorded_amount
from reconcile.domain.phrases import counted
from reconcile.domain.policy.approval import Team
from reconcile.domain.snapshot import environment_of
from reconcile.errors import ConfigurationError, StateError
from reconcile.jobs.approvals.bills_approval import BILLS as SET
from reconcile.jobs.approvals.plan_approval import accounts_changed, partners_paid
from reconcile.jobs.approvals.rules_on_record import RULES, recorded
from reconcile.jobs.close_chain import thawed
from reconcile.people.bill_rules import Billed, bill_rules
from reconcile.people.close_rules import close_rules
from reconcile.people.plan_rules import Known, Met, rules_met
from reconcile.people.statement import Signed
from reconcile.people.unapproved import Done, RulesThen, unapproved
from reconcile.plan.codec import OLDEST_PLAN, from_json
from reconcile.store.approval.kept_approvals import all_statements, all_uses
from reconcile.store.closes import KeptClose, kept_closes
from reconcile.store.evidence.kept_files import plain_bytes
from reconcile.store.evidence.sealed_order import sealed_order
from reconcile.store.run import Run
from reconcile.store.store import Store
from reconcile.store.tables import BILLS, CLOSES, KEPT_FILES, REOPENINGS, RUNS

_APPROVE: Final = "approve"


@dataclass(frozen=True)
class _Record:
    """What every search needs. agreed: how many people approved what used their approval, by its id."""

    store: Store
    rules: Mapping[str, Sequence[RulesThen]]
    agreed: Mapping[str, int]


def without_approval(store: Store) -> tuple[str, ...]:
    """What was done without the approval that the rules on record of then asked for, a sentence each."""
    agreed = _agreed(store)
    rules = _rules(store, agreed)
    if not rules:
        return ()
    record = _Record(store, rules, agreed)
    return tuple(unapproved(rules, [*_runs(record), *_closes(record), *_sets(record)]))


def _agreed(store: Store) -> Mapping[str, int]:
    with store.reading() as connection:
        statements, uses = all_statements(connection), all_uses(connection)
    people: dict[str, set[str]] = defaultdict(set)
    for one in statements:
        said = Signed(one.statement, one.signature).statement
        if said and said.act == _APPROVE:
            people[said.request].add(said.signed_in_as or said.key)
    return {what: len(people[request]) for request, what in uses.items()}


def _rules(store: Store, agreed: Mapping[str, int]) -> dict[str, list[RulesThen]]:
    found: dict[str, list[RulesThen]] = defaultdict(list)
    for row, number in sealed_order(store, KEPT_FILES, {"content"}):
        text = plain_bytes(store, f"{row['sha256']}") if row["role"] == RULES else None
        if text is not None:
            one = recorded(text, f"{row['at']}", f"{row['by']}")
            is_agreed = f"{RULES}-{one.at}" in agreed
            found[f"{row['environment']}"].append(RulesThen(number, one.team, one.at, one.by, is_agreed))
    return found


def _runs(record: _Record) -> Iterator[Done]:
    reopened: dict[str, list[str]] = defaultdict(list)
    for row, _ in sealed_order(record.store, REOPENINGS):
        reopened[f"{row['what']}"].append(f"{row['period']}")
    numbers = {row["run_id"]: number for row, number in sealed_order(record.store, RUNS, {"plan"})}
    try:
        runs = record.store.runs()
    except StateError:
        # The audit of the record names the run that cannot be read.
        return
    for run in runs:
        if run.environment not in record.rules:
            continue

        def met(team: Team, run: Run = run) -> Sequence[Met]:
            return _run_rules(record.store, run, reopened[run.run_id], team)

        agreed, number = record.agreed.get(run.run_id, 0), numbers.get(run.run_id, 0)
        yield Done(f"Run {run.run_id}", run.environment, number, run.started_at, run.started_by, agreed, met)


def _run_rules(store: Store, run: Run, reopened: Sequence[str], team: Team) -> Sequence[Met]:
    """The rules that a run met. A plan that cannot be read meets none: the audit of the record names it."""
    try:
        plan = from_json(run.plan, run.run_id, OLDEST_PLAN)
    except ConfigurationError:
        return ()
    own = frozenset(one.target.id for one in plan.operations)
    known = Known(
        tuple(reopened),
        partners_paid(store, plan.environment, own, run.started_at),
        accounts_changed(store, plan.environment, run.started_at),
    )
    return rules_met(plan, team.policy, known)


def _closes(record: _Record) -> Iterator[Done]:
    numbers = {row["close_id"]: number for row, number in sealed_order(record.store, CLOSES, {"inputs"})}
    for one in kept_closes(record.store):
        if one.environment not in record.rules:
            continue

        def met(team: Team, kept: KeptClose = one) -> Sequence[Met]:
            if not team.people:
                return ()
            frozen = thawed(kept)
            return close_rules(team.policy, frozen.waivers, is_again=bool(frozen.again))

        what = f"The close of {one.period} ({one.close_id})"
        agreed = record.agreed.get(one.close_id, 0)
        yield Done(what, one.environment, numbers.get(one.close_id, 0), one.at, one.by, agreed, met)


def _sets(record: _Record) -> Iterator[Done]:
    """The sets of bills: what was issued in one moment by one person in one layout."""
    sets: dict[tuple[str, ...], list[tuple[Mapping[str, Any], int]]] = defaultdict(list)
    for row, number in sealed_order(record.store, BILLS):
        sets[tuple(f"{row[name]}" for name in ("environment", "issued_at", "issued_by", "layout"))].append(
            (row, number)
        )
    moments = {name.rpartition("-")[0]: agreed for name, agreed in record.agreed.items()}
    for (environment, at, by, layout), some in sets.items():
        if environment not in record.rules:
            continue
        pays, rows = layout.endswith(PAYS), [row for row, _ in some]

        def met(team: Team, rows: Sequence[Mapping[str, Any]] = rows, pays: bool = pays) -> Sequence[Met]:  # noqa: FBT001
            return _set_rules(record.store, rows, team, pays=pays)

        what = f"A set of {counted(len(rows), 'payment' if pays else 'bill')} ({layout})"
        agreed = moments.get(f"{SET}-{datetime.fromisoformat(at):%Y%m%d-%H%M%S}", 0)
        yield Done(what, environment, min(number for _, number in some), at, by, agreed, met)


def _set_rules(store: Store, rows: Sequence[Mapping[str, Any]], team: Team, *, pays: bool) -> Sequence[Met]:
    """The rules that a set met, by what was known when it was issued."""
    environment, at = environment_of(rows[0]["environment"]), rows[0]["issued_at"]
    billed = [
        Billed(row["partner_id"], row["partner_id"], Money(recorded_amount(row["amount"]), row["currency"]))
        for row in rows
    ]
    known = Known(
        paid_before=partners_paid(store, environment, until=at),
        changed_accounts=accounts_changed(store, environment, at, and_then=True),
    )
    return bill_rules(billed, team.policy, known, pays=pays)
