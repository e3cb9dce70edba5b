"""Reads which suggestions a person accepted, and makes them edits of the payouts that they are about."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from reconcile.domain.edited import EditedRow, EditedSheet
from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.settlement import Answer
from reconcile.workbook.contract import MATCHES_MARK
from reconcile.workbook.ooxml import Book, Cells, column_letters
from reconcile.workbook.read.cell_view import shown

Place = tuple[str, str, str]

_LOOK_DOWN: Final = 20
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,2}")
_YES: Final = frozenset(("yes", "y", "x", "accept", "accepted", "true", "ja", "oui", "si", "sí"))
_NO: Final = frozenset(("no", "n", "reject", "rejected", "false", "0", "nein", "non"))


def match_token(workbook_id: str, choices: Sequence[Mapping[str, object]]) -> str:
    """What an accepted row means, with a checksum, so that a row of another workbook is not taken for ours.

    choices: the solutions in the order of their numbers, each with its `edits` (the fields by payout id), its
    `payments` (where they stand), and the number of the `suggestion`.
    """
    body = json.dumps(choices, sort_keys=True, ensure_ascii=False)
    return f"{_checksum(workbook_id, body)} {body}"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The sheet of payouts with the accepted suggestions as edits, the answers, and what is wrong with them.

    answers: those with which nothing is wrong. A suggestion of a workbook from before answers were kept has
    no number, and none here.
    """

    payouts: EditedSheet
    answers: tuple[Answer, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a person said to a suggestion. chosen: the number of the solution that was accepted; 0 for No."""

    place: Place
    suggestion: int
    chosen: int
    edits: dict[str, dict[str, str]]
    payments: tuple[str, ...] = ()


def with_accepted(book: Book, workbook_id: str, payouts: EditedSheet) -> Accepted:
    """Reads the answers, and makes those that accept a suggestion edits of its payouts.

    A stage that a person typed differs from the accepted one: an error, since nobody knows which counts.
    """
    findings: list[Finding] = []
    rows = {row.number: row for row in payouts.rows}
    answers = [one for sheet in book.sheets for one in _answers(book, sheet, workbook_id, findings)]
    for answer in answers:
        for payout_id, edits in answer.edits.items():
            row = payouts.row_of(payout_id)
            if row is None:
                findings.append(_no_row(answer.place, payout_id))
            elif _contradicts(rows[row.number], edits):
                findings.append(_contradiction(answer.place, payouts, row, edits))
            else:
                rows[row.number] = _edited(rows[row.number], edits)
    findings += _used_twice(answers)
    wrong = {(one.sheet, one.cell) for one in findings}
    clear = (one for one in answers if one.suggestion and one.place[1:] not in wrong)
    given = tuple(_given(one, workbook_id) for one in clear)
    return Accepted(replace(payouts, rows=tuple(rows.values())), given, tuple(findings))


def _given(answer: _Answer, workbook_id: str) -> Answer:
    stages = (edits["stage"] for edits in answer.edits.values())
    return Answer(
        workbook_id,
        answer.suggestion,
        answer.chosen,
        next(stages, ""),
        tuple(answer.edits),
        answer.payments,
        *answer.place,
    )


def _used_twice(answers: Sequence[_Answer]) -> Iterator[Finding]:
    """The answers that take what an answer before them takes, or answer its suggestion otherwise."""
    first: dict[str, _Answer] = {}
    told: dict[int, _Answer] = {}
    for answer in answers:
        before = told.setdefault(answer.suggestion, answer) if answer.suggestion else answer
        if before.chosen != answer.chosen:
            yield _answered_twice(answer.place, before.place)
            continue
        for name in (*answer.edits, *answer.payments):
            if name in first:
                yield _twice(answer.place, name, first[name].place)
                break
        first |= {name: answer for name in (*answer.edits, *answer.payments) if name not in first}


def _answers(book: Book, sheet: str, workbook_id: str, findings: list[Finding]) -> Iterator[_Answer]:
    header: tuple[int, int] | None = None
    for number, cells in book.rows(sheet):
        if header is None:
            header = _header(cells)
            if number > _LOOK_DOWN and header is None:
                return
            continue
        said = shown(cells.get(header[0])).strip()
        place = (book.path.name, sheet, f"{column_letters(header[0])}{number}")
        if said:
            found = _meant(place, said, _choices(shown(cells.get(header[1])), workbook_id))
            if isinstance(found, Finding):
                findings.append(found)
            elif found:
                yield found


def _meant(place: Place, said: str, choices: list[dict[str, Any]] | None) -> _Answer | Finding | None:
    """The answer in a cell, or what is wrong with it. A No in a row that is none of ours means nothing."""
    if said.casefold() in _NO:
        return _Answer(place, choices[0].get("suggestion", 0), 0, {}) if choices else None
    if said.casefold() not in _YES and not _NUMBER.fullmatch(said):
        return _no_answer(place, said)
    if choices is None:
        return _no_meaning(place, said)
    meant = _number(said, len(choices))
    if meant is None:
        return _no_choice(place, said, len(choices))
    chosen = choices[meant - 1]
    return _Answer(place, chosen.get("suggestion", 0), meant, chosen["edits"], tuple(chosen["payments"]))


def _header(cells: Cells) -> tuple[int, int] | None:
    """The columns of the answers and of the tokens, if this is the header of such a sheet."""
    texts = {index: shown(cell).strip() for index, cell in cells.items()}
    token = next((index for index, text in texts.items() if text.startswith(MATCHES_MARK)), None)
    if token is None:
        return None
    label = texts[token].removeprefix(MATCHES_MARK)
    answer = next((index for index, text in texts.items() if text == label), None)
    return None if answer is None else (answer, token)


def _choices(token: str, workbook_id: str) -> list[dict[str, Any]] | None:
    """What may be accepted in a row. Before there were choices, a token held the edits of the only one."""
    checksum, _, body = token.partition(" ")
    if checksum != _checksum(workbook_id, body):
        return None
    found: list[dict[str, Any]] | dict[str, Any] = json.loads(body)
    return found if isinstance(found, list) else [{"edits": found, "payments": []}]


def _number(said: str, choices: int) -> int | None:
    """Which solution an answer means; None where it does not say, or there is no such one."""
    if _NUMBER.fullmatch(said):
        return int(said) if int(said) <= choices else None
    return 1 if choices == 1 else None


def _checksum(workbook_id: str, body: str) -> str:
    return hashlib.sha256(f"{workbook_id}\x1f{body}".encode()).hexdigest()[:16]


def _contradicts(row: EditedRow, edits: dict[str, str]) -> bool:
    before = (row.baseline or {}).get("stage")
    return "stage" in row.values and row.values["stage"] not in (before, edits["stage"])


def _edited(row: EditedRow, edits: dict[str, str]) -> EditedRow:
    """The row with the fields of the suggestion; a note that a person typed stays."""
    baseline = row.baseline or {}
    kept = {
        name: text
        for name, text in edits.items()
        if name == "stage" or row.values.get(name) == baseline.get(name)
    }
    return replace(row, values={**row.values, **kept})


def _error(place: Place, rule: str, message: str, fix: str, value: str, payout_id: str = "") -> Finding:
    file, sheet, cell = place
    kind = RecordKind.PAYOUT if payout_id else None
    return Finding(
        Severity.ERROR, rule, message, fix, file=file, sheet=sheet, cell=cell, value=value, kind=kind,
        record_id=payout_id,
    )  # fmt: skip


def _no_answer(place: Place, said: str) -> Finding:
    return _error(place, "answer-unknown", f"{said!r} is neither Yes nor No.", "Choose from the list.", said)


def _no_choice(place: Place, said: str, choices: int) -> Finding:
    return _error(
        place,
        "answer-unclear",
        f"{said!r} does not say which of the {choices} solutions is meant."
        if choices > 1
        else f"There is no solution {said}; there is one.",
        f"Choose a number from 1 to {choices}, or No." if choices > 1 else "Choose from the list.",
        said,
    )


def _twice(place: Place, name: str, before: Place) -> Finding:
    return _error(
        place,
        "answer-twice",
        f"The answer takes {name}, which the answer in {before[1]}!{before[2]} takes as well.",
        "Choose another solution in one of the two rows, or No.",
        name,
    )


def _answered_twice(place: Place, before: Place) -> Finding:
    return _error(
        place,
        "answer-twice",
        f"{before[1]}!{before[2]} answers the same suggestion otherwise.",
        "Delete one of the two rows, or give both the same answer.",
        "",
    )


def _no_meaning(place: Place, said: str) -> Finding:
    return _error(
        place,
        "answer-without-match",
        "The row was accepted, but it is no suggestion of this workbook.",
        "Delete the row, or copy it again from the workbook that `payments` wrote.",
        said,
    )


def _no_row(place: Place, payout_id: str) -> Finding:
    return _error(
        place,
        "answer-without-payout",
        f"The suggestion is about {payout_id}, which has no row of its own on the sheet of payouts.",
        "Bring the row back, or answer No.",
        payout_id,
        payout_id,
    )


def _contradiction(place: Place, payouts: EditedSheet, row: EditedRow, edits: dict[str, str]) -> Finding:
    typed = row.values.get("stage")
    at = f"{payouts.name}!{payouts.cell('stage', row.number)}"
    return _error(
        place,
        "answer-contradicts",
        f"The accepted suggestion sets {row.id} to {edits['stage']}, and {at} says {typed}.",
        "Answer No, or put the stage back.",
        str(typed),
        row.id or "",
    )
