"""The approval of a set of bills, or of payments to a bank: asked for before it is issued, and used once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from reconcile.domain.bill import IssuedBill, PaidAccount
from reconcile.domain.money import Money, plain, recorded_amount
from reconcile.erp.bills.manifest import Issue
from reconcile.erp.bills.model import Bill
from reconcile.errors import DecisionNeeded, StateError
from reconcile.jobs.approvals.asked import Asked
from reconcile.jobs.approvals.plan_approval import partners_paid
from reconcile.jobs.approvals.sign_statement import Signer, read_kept, signatures
from reconcile.jobs.approvals.use_approval import ask, claim_on, note_refusal, own_id, standing_of
from reconcile.jobs.evidence.keep_workbooks import kept_file
from reconcile.jobs.session import Session
from reconcile.people.asked_words import subject_words
from reconcile.people.bill_rules import Billed, bill_rules, sums_of
from reconcile.people.plan_rules import Known, Met
from reconcile.people.statement import Statement, Subject
from reconcile.store.approval.kept_approvals import Claim
from reconcile.store.evidence.kept_files import (
    Content,
    content_of,
    keep_files,
    kept_files,
    plain_bytes,
)
from reconcile.store.store import Store

BILLS: Final = "bills"
"""The kind of what is signed, the role of its list among the kept files, and the beginning of its id."""
_MANY: Final = 20


@dataclass(frozen=True)
class SetOfBills:
    """A set that is about to be issued. accounts: the bank accounts that it pays, each as a slow hash."""

    issue: Issue
    bills: Sequence[Bill]
    accounts: Sequence[PaidAccount]

    @cached_property
    def content(self) -> Content:
        """The list of its bills, by which it is known again. No account stands in it."""
        accounts = {one.partner_id: one.fingerprint for one in self.accounts}
        rows = [_row(bill, accounts.get(bill.payout.partner_id, "")) for bill in self.bills]
        told = {
            "layout": self.issue.layout,
            "pays": self.issue.pays,
            "again": self.issue.reason,
            "bills": rows,
        }
        return content_of(json.dumps(told, indent=1, ensure_ascii=False).encode())

    @property
    def billed(self) -> list[Billed]:
        """The partners and the money."""
        return [Billed(one.payout.partner_id, one.payout.partner_name, one.amount) for one in self.bills]

    def met(self, session: Session, store: Store) -> tuple[Met, ...]:
        """The rules that it meets."""
        last = {one.partner_id: one.fingerprint for one in store.paid_accounts(session.environment)}
        changed = (
            one.partner_id for one in self.accounts if last.get(one.partner_id) not in (None, one.fingerprint)
        )
        known = Known(
            paid_before=partners_paid(store, session.environment), changed_accounts=frozenset(changed)
        )
        return bill_rules(self.billed, session.settings.team.policy, known, pays=self.issue.pays)

    def subject(self, session: Session, store_id: str, met: Sequence[Met]) -> Subject:
        """What is signed of it."""
        policy = session.settings.team.policy
        details = {"Issued again because": self.issue.reason} if self.issue.reason else {}
        if met:
            details["Needs an approval because"] = "; ".join(dict.fromkeys(one.why for one in met))
        return Subject(
            kind=BILLS,
            environment=str(session.environment),
            store=store_id,
            fingerprint=self.content.sha256,
            source=f"{self.issue.layout}, {self.issue.scope}",
            totals={code: plain(amount) for code, amount in sums_of(self.billed).items()},
            counts={"payments" if self.issue.pays else "bills": len(self.bills)},
            rules=tuple(sorted({one.rule for one in met})),
            approvers=max((one.approvers for one in met), default=policy.approvers),
            policy=policy.fingerprint,
            details=details,
        )


def _row(bill: Bill, account: str) -> dict[str, str]:
    vendor = bill.vendor
    return {
        "number": bill.number,
        "payout": bill.payout.id,
        "line": bill.line_id,
        "partner": bill.payout.partner_id,
        "name": bill.payout.partner_name,
        "vendor": f"{vendor.vendor}/{vendor.vendor_id}/{bill.entity}/{vendor.account}/{vendor.tax_type}",
        "bank account": account,
        "amount": plain(bill.amount.amount),
        "currency": bill.amount.currency,
        "date": bill.date.isoformat(),
        "due": bill.due.isoformat(),
    }


def ask_for(session: Session, store: Store, who: Signer, found: SetOfBills) -> Statement:
    """Puts on record that somebody asks for the approval of a set, with the list of its bills."""
    subject = found.subject(session, own_id(session, store), found.met(session, store))
    said = ask(session, store, who, subject)
    keep_list(session, store, said.request, found.content)
    return said


def claim_for(session: Session, store: Store, found: SetOfBills) -> Claim | None:
    """The approval that the issue of a set uses; None where nobody is asked.

    A set that somebody asked an approval of needs it, whatever the rules say by now. Raises DecisionNeeded
    without one, which is put on record.
    """
    met, kept = found.met(session, store), read_kept(session, store)
    if not met and not any(one.fingerprint == found.content.sha256 for one in kept.statements):
        return None
    subject = found.subject(session, kept.store, met)
    how = standing_of(session, store, subject)
    if not how.is_approved:
        why = "; ".join(dict.fromkeys(one.why for one in met))
        reason = f"Nothing was written. It needs an approval ({why}). {' '.join(how.problems)}"
        note_refusal(session, store, subject.fingerprint, reason)
        raise DecisionNeeded(reason)
    return claim_on(session, subject, how.request)


def keep_list(session: Session, store: Store, owner: str, content: Content) -> None:
    """Keeps the list of a set. owner: the request for it, or the set that uses the approval."""
    keep_files(store, [kept_file(session, owner, BILLS, "bills.json", content)])


def asked_bills(session: Session, request: str) -> Asked:
    """What is asked about a set of bills. Raises DecisionNeeded where nobody asked under this id."""
    with session.store(create=False) as store:
        found = signatures(read_kept(session, store))
        mine = [
            said
            for _, said in found.statements
            if (said.act, said.request, said.subject.kind) == ("request", request, BILLS)
        ]
        if not mine:
            raise DecisionNeeded(
                f"There is no request {request} for a set of bills. See: reconcile approvals"
            )
        said = mine[-1]
        # The rules are those of today: under others it is asked for again.
        subject = replace(said.subject, policy=session.settings.team.policy.fingerprint)
        how = standing_of(session, store, subject)
        rows = list(_listed(store, request, said.subject.fingerprint))
    return Asked(subject, said, how, (*subject_words(said.subject), *rows))


def _listed(store: Store, request: str, fingerprint: str) -> Iterator[str]:
    """The bills of a set, a line each. Raises StateError where the list that was signed is not there."""
    rows = _rows(store, request, fingerprint)
    if rows is None:
        raise StateError(f"The list of the bills of {request} is not in the state store. Ask again.")
    for one in rows[:_MANY]:
        money = Money(recorded_amount(one["amount"]), one["currency"])
        yield f"{one['number']}  {one['name']}  {money}  due {one['due']}"
    if len(rows) > _MANY:
        yield f"and {len(rows) - _MANY} more; see: reconcile bills --dry-run"


def _rows(store: Store, owner: str, fingerprint: str) -> list[Mapping[str, Any]] | None:
    there = [one for one in kept_files(store, [owner]) if (one.role, one.sha256) == (BILLS, fingerprint)]
    content = plain_bytes(store, fingerprint) if there else None
    return json.loads(content)["bills"] if content is not None else None


def issued_sets(store: Store, set_ids: set[str], bills: Sequence[IssuedBill]) -> Iterator[tuple[str, str]]:
    """The fingerprint of each issued set that used an approval; none where its bills are not on record so."""
    kept = {(one.number, one.payout_id, plain(one.amount.amount), one.amount.currency) for one in bills}
    for one in sorted(set_ids):
        for file in kept_files(store, [one]):
            rows = _rows(store, one, file.sha256) or []
            told = {(row["number"], row["payout"], row["amount"], row["currency"]) for row in rows}
            if told and told <= kept:
                yield one, file.sha256
