"""What is asked about a prepared close, and whether its numbers have moved since; no network."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.close.close import Close
from reconcile.domain.period import Period
from reconcile.errors import DecisionNeeded
from reconcile.jobs.approvals.asked import Asked
from reconcile.jobs.approvals.sign_statement import read_kept, signatures, standards
from reconcile.jobs.closes.prepared_now import made_now
from reconcile.jobs.closes.sign_off import Prepared, last_prepared, subject_of_close, waived_in
from reconcile.jobs.session import Session
from reconcile.people.asked_words import subject_words
from reconcile.people.close_rules import close_rules
from reconcile.people.how_approved import standing
from reconcile.people.statement import Subject


def asked_close(session: Session, period: Period) -> Asked:
    """What is asked about the close of a period. Raises DecisionNeeded where nobody prepared it."""
    with session.store(create=False) as store:
        kept = read_kept(session, store)
        found = last_prepared(store, signatures(kept), period)
        if found is None:
            raise DecisionNeeded(
                f"Nobody has prepared the close of {period}, or it is closed. To prepare it: "
                f"reconcile close --period {period} -o FOLDER --prepare"
            )
        made = made_now(session, store, found)
        subject = subject_of_close(session.settings.team.policy, kept.store, made)
        how = standing(subject, signatures(kept), standards(session))
    return Asked(subject, found.said, how, tuple(_words(session, found, subject, made)))


def _words(session: Session, found: Prepared, now: Subject, made: Close) -> Iterator[str]:
    """The numbers as they were prepared, the rules that they meet, and that they have moved."""
    signed = found.said.subject
    yield from subject_words(signed)
    policy, again = session.settings.team.policy, bool(found.frozen.again)
    for one in close_rules(policy, waived_in(made), is_again=again):
        yield f"Needs an approval because: {one.why}"
    if now.fingerprint != signed.fingerprint:
        yield f"The numbers have moved since: fingerprint {now.fingerprint[:12]}"
        for code in sorted(now.totals.keys() | signed.totals.keys()):
            if now.totals.get(code) != signed.totals.get(code):
                yield f"Closing now: {now.totals.get(code, '0')} {code}"
