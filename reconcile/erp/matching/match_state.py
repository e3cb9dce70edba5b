"""The state on which matching is played: what is still free, and what was taken by what.

A payment or a payout leaves the state when it is matched, suggested or found to differ, so nothing is ever
used twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.erp.matching.compare_amounts import Fit
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.result import ONLY, Certificate, Match, Solution, Verdict
from reconcile.erp.payments.model import Payment, PaymentStatus, found


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties payments to payouts: the pass, and its evidence in words. sure: needs no second look.

    certificate: whether they are the only solution.
    """

    how: str
    evidence: str
    sure: bool = True
    certificate: Certificate = ONLY


@dataclass
class MatchState:
    """All payments and payouts by number, and the matches made so far. asked: payouts of a suggestion."""

    payments: Sequence[Payment]
    owed: Sequence[Owed]
    policy: PaymentPolicy
    taken: dict[int, Match] = field(default_factory=dict)
    used: dict[int, Match] = field(default_factory=dict)
    why: dict[int, str] = field(default_factory=dict)
    suggested: list[Match] = field(default_factory=list)
    decided: list[Match] = field(default_factory=list)
    asked: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def free_payments(self) -> list[int]:
        """The payments that nothing has taken yet, in their order."""
        return [number for number in range(len(self.payments)) if number not in self.taken]

    def is_open(self, number: int) -> bool:
        """Whether a payout may be paid and nothing has used it."""
        return number not in self.used and self.owed[number].stage in self.policy.open_stages

    def may_fail(self, number: int) -> bool:
        """Whether a payout's payment may come back: it is paid, or open, and nothing has used it."""
        stages = (*self.policy.open_stages, self.policy.paid_stage)
        return number not in self.used and self.owed[number].stage in stages

    def match(
        self,
        payments: Sequence[int],
        owed: Sequence[int],
        fit: Fit,
        tie: Tie,
        verdict: Verdict,
    ) -> None:
        """Takes payments and payouts off the state.

        It is only suggested where the pass is not automatic, where the tie itself is not sure, and where it
        is not the only solution, whatever the policy says.
        """
        made = Match(
            payments=tuple(self.payments[number] for number in payments),
            owed=tuple(self.owed[number] for number in owed),
            verdict=verdict,
            how=tie.how,
            evidence=tie.evidence,
            difference=fit.difference,
            code=fit.code,
            certificate=tie.certificate,
        )
        self.taken.update(dict.fromkeys(payments, made))
        self.used.update(dict.fromkeys(owed, made))
        changes = verdict in (Verdict.PAID, Verdict.FAILED)
        is_only = tie.certificate.is_only
        ask = changes and not (tie.sure and is_only and tie.how in self.policy.automatic)
        (self.suggested if ask else self.decided).append(made)
        if ask:
            self.asked.update(owed)

    def undecided(self) -> set[int]:
        """The payouts that may be paid and are not matched for sure: those that a suggestion has as well."""
        return {
            number
            for number, owed in enumerate(self.owed)
            if owed.stage in self.policy.open_stages and (number not in self.used or number in self.asked)
        }

    def solution(self, payments: Iterable[int], owed: Iterable[int]) -> Solution:
        """These payments and payouts as a solution."""
        return Solution(
            tuple(self.payments[number] for number in payments), tuple(self.owed[number] for number in owed)
        )

    def withdraw(self, match: Match) -> None:
        """Puts a match back: its payments and payouts are free again."""
        self.taken = {number: one for number, one in self.taken.items() if one is not match}
        self.used = {number: one for number, one in self.used.items() if one is not match}
        self.asked &= self.used.keys()
        self.decided = [one for one in self.decided if one is not match]
        self.suggested = [one for one in self.suggested if one is not match]

    def question(self, match: Match, doubt: str) -> None:
        """Makes a match that something speaks against a suggestion, and says what it is."""
        doubted = replace(match, evidence=f"{match.evidence}; but {doubt}")
        for places in (self.taken, self.used):
            places.update({number: doubted for number, one in places.items() if one is match})
        settled = match.verdict is Verdict.SETTLED
        for matches in (self.decided, self.suggested):
            if any(one is match for one in matches):
                kept = [one for one in matches if one is not match]
                matches[:] = [*kept, doubted] if settled or matches is self.suggested else kept
                if not settled and matches is self.decided:
                    self.suggested.append(doubted)
                    self.asked |= {number for number, one in self.used.items() if one is doubted}
                break

    def note(
        self, number: int, rule: str, message: str, fix: str, severity: Severity = Severity.WARNING
    ) -> None:
        """Remembers why a payment is not matched, and says so with its place."""
        payment = self.payments[number]
        self.why.setdefault(number, message)
        value = " ".join(filter(None, (str(payment.amount), payment.payee, payment.reference)))
        self.findings.append(found(rule, message, fix, payment.place, value, severity))

    def live(self, number: int) -> bool:
        """Whether the payment left and is not known to have come back."""
        return self.payments[number].status is PaymentStatus.PAID
