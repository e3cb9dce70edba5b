"""Applies what people decided about conflicts, and reports every decision that cannot count.

A decision from a review workbook is bound to what it was made on: when live (or what another workbook
wants) has moved again, it falls. Two decisions that contradict each other count for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from reconcile.domain.decision import Choice, Decision, Preference, seen_live, seen_text
from reconcile.domain.fields import FIELD_LABELS, RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.plan.model import Claim, Conflict, Decided, Texts
from reconcile.plan.sources import Source

_AGAIN = "Decide again in a new review workbook: diff --review."


@dataclass(frozen=True, slots=True)
class ValidDecision:
    """What counts for a conflict. claim: whose value is kept; None where live is taken."""

    choice: Choice
    claim: Claim | None
    by: str


@dataclass
class Decisions:
    """All decisions of one plan, and what became of them."""

    sources: tuple[Source, ...]
    preference: Preference | None = None
    settled: list[Decided] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _heard: set[int] = field(default_factory=set)
    _preferred: bool = False

    def rule(self, conflict: Conflict) -> ValidDecision | None:
        """What people decided about the conflict, noted as settled; None leaves it open."""
        valid = [*self._of_workbooks(conflict), *self._of_command(conflict)]
        if not valid:
            return None
        if len({(one.choice, _kept(one)) for one in valid}) > 1:
            self._contradiction(conflict, valid)
            return None
        by = ", ".join(one.by for one in valid)
        first = valid[0]
        kept = first.claim.values if first.claim else None
        self.settled.append(Decided(conflict, first.choice, by, kept))
        return first

    def close(self) -> tuple[Finding, ...]:
        """All that has to be said about decisions, with those that no conflict asked for."""
        for source in self.sources:
            for decision in source.edited.decisions:
                if id(decision) not in self._heard:
                    self.findings.append(_idle(source, decision))
        if self.preference and not self._preferred:
            words = f"{self.preference.words}: there is no such conflict, so nothing was decided."
            self.findings.append(Finding(Severity.WARNING, "decision-idle", words, "Check the ids."))
        return tuple(self.findings)

    def _of_workbooks(self, conflict: Conflict) -> Iterator[ValidDecision]:
        for source in self.sources:
            about = [one for one in source.edited.decisions if _is_about(one, conflict)]
            self._heard |= {id(one) for one in about}
            now = seen_from(conflict, source.edited.file)
            valid = [one for one in about if one.seen == now]
            if about and not valid:
                self.findings.append(_fallen(source, about[0], conflict))
            for one in valid:
                yield from self._ruling(source, one, conflict)

    def _ruling(self, source: Source, decision: Decision, conflict: Conflict) -> Iterator[ValidDecision]:
        by = f"{source.edited.file}, {decision.sheet}!{decision.cell}"
        if decision.choice is Choice.LIVE:
            yield ValidDecision(Choice.LIVE, None, by)
            return
        claim = claim_of(conflict, source.edited.file)
        if not conflict.keepable or claim is None:
            self.findings.append(_impossible(source, decision, conflict))
            return
        yield ValidDecision(Choice.MINE, claim, by)

    def _of_command(self, conflict: Conflict) -> Iterator[ValidDecision]:
        wanted = self.preference
        if wanted is None or not _matches(wanted, conflict):
            return
        self._preferred = True
        by = f"{wanted.who}, {wanted.words}"
        mine = Claim(conflict.target, conflict.yours)
        if wanted.choice is Choice.LIVE:
            yield ValidDecision(Choice.LIVE, None, by)
        elif not conflict.keepable:
            words = (
                f"{wanted.words}: nothing of yours can be kept at {conflict.target.place}. {conflict.reason}"
            )
            self.findings.append(
                Finding(
                    Severity.ERROR, "decision-impossible", words, "Use --prefer live, or edit the workbook."
                )
            )
        elif any(other.values != conflict.yours for other in conflict.others):
            words = (
                f"{wanted.words}: {conflict.target.place} and another workbook differ, and both are yours."
            )
            fix = "Decide in a review workbook, use --prefer live, or change one of the workbooks."
            self.findings.append(Finding(Severity.ERROR, "decision-unclear", words, fix))
        else:
            yield ValidDecision(Choice.MINE, mine, by)

    def _contradiction(self, conflict: Conflict, valid: list[ValidDecision]) -> None:
        said = " and ".join(f"{one.by} ({one.choice.words})" for one in valid)
        self.findings.append(
            Finding(
                Severity.ERROR,
                "decision-contradiction",
                f"The decisions on {conflict.target.id} contradict each other: {said}. None of them counts.",
                "Leave one of them.",
            )
        )


def claims(conflict: Conflict) -> tuple[Claim, ...]:
    """What every workbook wants, that of the first one first."""
    return (Claim(conflict.target, conflict.yours), *conflict.others)


def claim_of(conflict: Conflict, file: str) -> Claim | None:
    """What one workbook wants; None where it says nothing."""
    return next((one for one in claims(conflict) if one.target.file == file), None)


def seen_from(conflict: Conflict, file: str) -> str:
    """What a person who has this workbook before him decides upon."""
    mine = claim_of(conflict, file)
    others = [one.values for one in claims(conflict) if mine is None or one.values != mine.values]
    return seen_text(conflict.live, others)


def _kept(decision: ValidDecision) -> tuple[tuple[str, str | None], ...]:
    return tuple(sorted(decision.claim.values.items())) if decision.claim else ()


def _is_about(decision: Decision, conflict: Conflict) -> bool:
    target = conflict.target
    return (decision.kind, decision.record_id, decision.group) == (target.kind, target.id, conflict.group)


def _matches(wanted: Preference, conflict: Conflict) -> bool:
    target = conflict.target
    is_line = target.kind is RecordKind.LINE
    return (
        (not wanted.payouts or target.payout_id in wanted.payouts)
        and (not wanted.lines or (is_line and target.id in wanted.lines))
        and (not wanted.fields or any(name in conflict.yours for name in wanted.fields))
    )


def _at(source: Source, decision: Decision, severity: Severity, rule: str, message: str, fix: str) -> Finding:
    return Finding(
        severity,
        rule,
        message,
        fix,
        file=source.edited.file,
        sheet=decision.sheet,
        cell=decision.cell,
        value=decision.choice.words,
    )


def _fallen(source: Source, decision: Decision, conflict: Conflict) -> Finding:
    was, now = _shown(seen_live(decision.seen)), _shown(conflict.live)
    moved = (
        f"live was {was} then and is {now} now" if was != now else "another workbook wants something else now"
    )
    message = f"The decision {decision.choice.words} on {decision.record_id} counts no longer: {moved}."
    return _at(source, decision, Severity.WARNING, "decision-fallen", message, _AGAIN)


def _idle(source: Source, decision: Decision) -> Finding:
    message = f"The decision on {decision.record_id} is not needed: there is no such conflict any more."
    return _at(source, decision, Severity.INFO, "decision-idle", message, "Nothing to do.")


def _impossible(source: Source, decision: Decision, conflict: Conflict) -> Finding:
    message = f"Nothing of yours can be kept on {decision.record_id}. {conflict.reason}"
    fix = f"Choose {Choice.LIVE.words}, or undo the edit."
    return _at(source, decision, Severity.ERROR, "decision-impossible", message, fix)


def _shown(values: Texts | None) -> str:
    if values is None:
        return "gone"
    return ", ".join(
        f"{FIELD_LABELS.get(name, name)} {value or '(blank)'}" for name, value in sorted(values.items())
    )
