"""Payments that were read, and what people answered to suggestions, kept when their workbooks are applied."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, or_, select, text

from reconcile.domain.settlement import Answer, Answers, ReadPayment, place_text
from reconcile.domain.snapshot import Environment
from reconcile.errors import StateError
from reconcile.store.sealing import add
from reconcile.store.store import Store
from reconcile.store.tables import ANSWERS, PAYMENTS_READ

_PLANNED: Final = "planned"
_APPLIED: Final = "applied"
# How many values one query compares with: SQLite has a limit.
_TOGETHER: Final = 500


def plan_answers(
    store: Store, environment: Environment, plan: str, answers: Iterable[Answer], at: str, by: str
) -> None:
    """Keeps the answers of a saved plan, which count once it is applied. plan: its fingerprint."""
    _keep(store, environment, plan, _PLANNED, answers, at, by)


def keep_answers(
    store: Store, environment: Environment, owner: str, answers: Iterable[Answer], at: str, by: str
) -> None:
    """Keeps the answers of a workbook that is applied. owner: the run, or the plan where none began."""
    _keep(store, environment, owner, _APPLIED, answers, at, by)


def apply_planned(store: Store, environment: Environment, plan: str, owner: str, at: str, by: str) -> None:
    """Makes the answers of a saved plan count, which is applied now."""
    table = ANSWERS.c
    mine = (table.environment == str(environment)) & (table.owner == plan) & (table.state == _PLANNED)
    query = select(ANSWERS).where(mine).order_by(text("rowid"))
    with store.writing() as connection:
        last = {(one["workbook_id"], one["suggestion"]): one for one in connection.execute(query).mappings()}
        now = {"owner": owner, "state": _APPLIED, "at": at, "by": by}
        add(connection, ANSWERS, [dict(one) | now for one in last.values()])


def kept_answers(store: Store, environment: Environment) -> Answers:
    """The last answer to each suggestion that was applied."""
    table = ANSWERS.c
    mine = (table.environment == str(environment)) & (table.state == _APPLIED)
    with store.reading() as connection:
        rows = connection.execute(select(ANSWERS).where(mine).order_by(text("rowid"))).mappings().all()
    try:
        return {(one["workbook_id"], one["suggestion"]): _answer(dict(one)) for one in rows}
    except (ValueError, TypeError) as error:
        raise StateError(
            f"The state store {store.backend} holds a damaged answer. Look: reconcile history --verify. "
            "Put a backup of the file in its place."
        ) from error


def payments_read(
    store: Store, environment: Environment, likenesses: Iterable[str]
) -> tuple[ReadPayment, ...]:
    """The readings of all payments of these likenesses, oldest first."""
    wanted = sorted(likenesses)
    found: list[ReadPayment] = []
    for start in range(0, len(wanted), _TOGETHER):
        like = PAYMENTS_READ.c.likeness.in_(wanted[start : start + _TOGETHER])
        found += store.readings(environment, like)
    return tuple(sorted(found, key=lambda one: one.read_at))


def readings_naming(store: Store, environment: Environment, name: str) -> tuple[ReadPayment, ...]:
    """The readings that a name stands in, oldest first.

    It is the id, the order or a text of the payment, the name or hash of its file, or a payout that it may
    have gone to.
    """
    table = PAYMENTS_READ.c
    quoted = json.dumps(name, ensure_ascii=False)
    either = or_(
        *(one == name for one in (table.payment_id, table.order_id, table.file, table.sha256)),
        *(one.contains(quoted, autoescape=True) for one in (table.texts, table.allotted)),
    )
    return store.readings(environment, either)


def _keep(
    store: Store,
    environment: Environment,
    owner: str,
    state: str,
    answers: Iterable[Answer],
    at: str,
    by: str,
) -> None:
    with store.writing() as connection:
        rows = [
            {
                "environment": str(environment),
                "workbook_id": one.workbook_id,
                "suggestion": one.suggestion,
                "owner": owner,
                "state": state,
                "chosen": one.chosen,
                "becomes": one.becomes,
                "payouts": json.dumps(one.payouts),
                "payments": json.dumps(_keys(connection, environment, one)),
                "file": one.file,
                "sheet": one.sheet,
                "cell": one.cell,
                "at": at,
                "by": by,
            }
            for one in answers
        ]
        add(connection, ANSWERS, rows)


def _keys(connection: Connection, environment: Environment, answer: Answer) -> list[str]:
    """The keys of the payments that stand at the places of an answer, in the readings of its workbook."""
    table = PAYMENTS_READ.c
    mine = (table.environment == str(environment)) & (table.workbook_id == answer.workbook_id)
    query = select(table.key, table.file, table.sheet, table.spot).where(mine).order_by(text("rowid"))
    rows = connection.execute(query)
    return [one.key for one in rows if place_text(one.file, one.sheet, one.spot) in answer.payments]


def _answer(row: dict[str, Any]) -> Answer:
    return Answer(
        workbook_id=row["workbook_id"],
        suggestion=row["suggestion"],
        chosen=row["chosen"],
        becomes=row["becomes"],
        payouts=tuple(json.loads(row["payouts"])),
        payments=tuple(json.loads(row["payments"])),
        file=row["file"],
        sheet=row["sheet"],
        cell=row["cell"],
        at=row["at"],
        by=row["by"],
    )
