"""Payments that somebody brought: matched, the workbook of them made, and its suggestions answered.

The answers are written into the column Accept of the sheet Matches, where `diff` reads them like those that
a person types there. So there is one rule for what an answer means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from reconcile.domain.finding import Finding
from reconcile.domain.money import is_digits
from reconcile.erp.matching.outcome.choices import choices_of, told
from reconcile.erp.matching.result import Match
from reconcile.errors import ConfigurationError
from reconcile.jobs.payments import Matched
from reconcile.jobs.session import Session
from reconcile.workbook.contract import load_layout
from reconcile.workbook.copy import Keystroke, type_into
from reconcile.workbook.export import answers_to

_FIRST_ROW = 2


@dataclass(frozen=True, slots=True)
class Question:
    """A suggestion that a person answers. number: its number in the workbook. answers: what may be said.

    certificate: how sure it is that there is no other solution. solutions: what each number means.
    """

    number: int
    partners: tuple[str, ...]
    payouts: tuple[str, ...]
    owed: tuple[str, ...]
    payments: tuple[str, ...]
    paid: tuple[str, ...]
    difference: str
    why: str
    certificate: str
    solutions: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Answerable:
    """What the page shows of a matching: the summary as `payments --json` has it, and the questions."""

    summary: Mapping[str, Any]
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]


def answerable(session: Session, matched: Matched) -> Answerable:
    """The matching as a page shows it."""
    questions = tuple(
        _question(session, matched, number, one)
        for number, one in enumerate(matched.result.suggestions, start=1)
    )
    return Answerable(_with_names(matched), matched.findings, questions)


def _with_names(matched: Matched) -> Mapping[str, Any]:
    """The summary with the partner of each payout and the payee of each payment."""
    result, summary = matched.result, dict(matched.summary)
    for name, matches in (("matches", result.matches), ("differing", result.differing)):
        summary[name] = [told | _names(one) for told, one in zip(summary[name], matches, strict=True)]
    for name, payments in (
        ("strays", [one.payment for one in result.strays]),
        ("received", [one.payment for one in result.received]),
        ("unknown", result.unknown),
        ("repeated", [one.payment for one in result.repeated]),
    ):
        summary[name] = [
            told | {"payee": one.payee} for told, one in zip(summary[name], payments, strict=True)
        ]
    summary["unpaid"] = [
        told | {"partner": one.partner} for told, one in zip(summary["unpaid"], result.unpaid, strict=True)
    ]
    return summary


def _names(match: Match) -> Mapping[str, Any]:
    partners = dict.fromkeys(one.partner for one in match.owed)
    payees = dict.fromkeys(one.payee for one in match.payments if one.payee)
    return {"partners": list(partners), "payees": list(payees)}


def questions_of(kept: object) -> tuple[Question, ...]:
    """Questions that were kept as plain values."""
    return TypeAdapter(tuple[Question, ...]).validate_python(kept)


def answer_suggestions(
    session: Session,
    workbook: Path,
    target: Path,
    questions: Sequence[Question],
    answers: Mapping[int, str],
) -> None:
    """Writes the workbook with these answers. Raises ConfigurationError for one that may not be given."""
    layout = load_layout(session.settings.templates)
    sheet, header = layout.sheets["matches"], layout.columns["matches"]["accept"].label
    strokes = []
    for question in questions:
        said = answers.get(question.number, "")
        if said and said not in question.answers:
            raise ConfigurationError(f"M{question.number} has no answer {said!r}.")
        value = int(said) if is_digits(said) else said or None
        strokes.append(Keystroke(sheet, _FIRST_ROW + question.number - 1, header, value))
    type_into(workbook, target, strokes)


def _question(session: Session, matched: Matched, number: int, match: Match) -> Question:
    choices = choices_of(match, number, matched.snapshot, session.settings.payments)
    return Question(
        number=number,
        partners=tuple(dict.fromkeys(one.partner for one in match.owed)),
        payouts=tuple(one.payout_id for one in match.owed),
        owed=tuple(str(one.amount) for one in match.owed),
        payments=tuple(str(one.place) for one in match.payments),
        paid=tuple(str(one.amount) for one in match.payments),
        difference=str(match.difference) if match.difference and match.difference.amount else "",
        why=match.evidence,
        certificate=str(match.certificate),
        solutions=told(match, len(choices)) or "",
        answers=answers_to(len(choices), numbered=match.certificate.count > 1),
    )
