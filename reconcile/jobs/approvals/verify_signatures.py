"""Checks the signatures in the store, for `state verify` and `history --verify`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from reconcile.close.pack import numbers_fingerprint
from reconcile.domain.phrases import counted
from reconcile.domain.snapshot import environment_of
from reconcile.errors import ConfigurationError, StateError
from reconcile.jobs.approvals.bills_approval import BILLS, issued_sets
from reconcile.jobs.approvals.rules_on_record import agreed_rules
from reconcile.jobs.approvals.without_approval import without_approval
from reconcile.jobs.closes.remake import remade
from reconcile.jobs.session import Session
from reconcile.people.keys import is_signed_by
from reconcile.people.signature_check import Checked, Row, check_signatures
from reconcile.people.statement import Signed
from reconcile.plan.codec import OLDEST_PLAN, from_json
from reconcile.store.approval.kept_approvals import all_statements, all_uses
from reconcile.store.closes import kept_closes
from reconcile.store.store import Store


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """What came of it. unapproved: what was done without the approval that the rules of then asked for."""

    checked: Checked
    unapproved: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """Every sentence about what does not hold or was not asked."""
        return (*self.checked.broken, *self.unapproved)

    def as_text(self) -> Iterator[str]:
        """For people, a line each; nothing where nothing was signed."""
        found = self.checked
        if found.count:
            how = f"{counted(len(found.broken), 'does', 'do')} not hold" if found.broken else "all hold"
            unknown = (
                f"; of keys that nobody in [people] has: {', '.join(found.unknown)}" if found.unknown else ""
            )
            yield f"{counted(found.count, 'signed statement')}: {how}{unknown}."
        if self.unapproved:
            many = counted(len(self.unapproved), "thing was", "things were")
            yield f"{many} done without an approval that the rules on record of then asked for."


def verify_signatures(session: Session) -> SignatureVerdict:
    """Every signature on record, held against the people of the settings."""
    with session.store(create=False) as store:
        with store.reading() as connection:
            kept, uses = all_statements(connection), all_uses(connection)
        rows = [
            Row(
                *(one.nonce, one.environment, one.act, one.request, one.fingerprint, one.at, one.by),
                Signed(one.statement, one.signature),
            )
            for one in kept
        ]
        used = set(uses.values())
        where = {one.environment for one in kept}
        unasked = without_approval(store)
        plans = dict(
            (*_plans(store, used), *_closes(store, used), *_sets(store, used, where), *_rules(store, where))
        )
    return SignatureVerdict(check_signatures(rows, uses, plans, session.settings.team, is_signed_by), unasked)


def _plans(store: Store, run_ids: set[str]) -> Iterator[tuple[str, str]]:
    """The fingerprints of the plans of runs; none of one that is not what it was when it was made."""
    try:
        runs = store.runs() if run_ids else ()
    except StateError:
        # The audit of the record names the run that cannot be read.
        return
    for run in runs:
        if run.run_id in run_ids:
            try:
                yield run.run_id, from_json(run.plan, run.run_id, OLDEST_PLAN).fingerprint
            except ConfigurationError:
                continue


def _closes(store: Store, close_ids: set[str]) -> Iterator[tuple[str, str]]:
    """The fingerprints of the numbers of closes, made again from what was kept; none of a damaged one."""
    chain = kept_closes(store) if any(one.startswith("close-") for one in close_ids) else ()
    for kept in chain:
        if kept.close_id in close_ids:
            with suppress(StateError):
                yield kept.close_id, numbers_fingerprint(remade(chain, kept))


def _sets(store: Store, used: set[str], environments: set[str]) -> Iterator[tuple[str, str]]:
    """The fingerprints of the sets of bills that were issued."""
    mine = {one for one in used if one.startswith(f"{BILLS}-")}
    for name in sorted(environments) if mine else ():
        yield from issued_sets(store, mine, store.bills(environment_of(name)))


def _rules(store: Store, environments: set[str]) -> Iterator[tuple[str, str]]:
    """The changes of the rules that approvers of before agreed to."""
    for name in sorted(environments):
        yield from agreed_rules(store, environment_of(name))
