"""Comments of people on the changes of a workbook that came back. They are only ever added."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, select, text

from reconcile.domain.snapshot import Environment
from reconcile.store.sealing import add
from reconcile.store.tables import COMMENTS


@dataclass(frozen=True, slots=True)
class Comment:
    """What a person said. record_id: the payout or line; empty for the plan as a whole. at: UTC, ISO 8601."""

    environment: str
    workbook_id: str
    record_id: str
    at: str
    by: str
    text: str


def comments_on(connection: Connection, workbook_ids: Collection[str]) -> tuple[Comment, ...]:
    """What was said on the changes of these workbooks, oldest first."""
    return _found(connection, COMMENTS.c.workbook_id.in_(list(workbook_ids)))


def comments_about(connection: Connection, environment: Environment, record_id: str) -> tuple[Comment, ...]:
    """What was said on a payout or a line, in whatever workbook, oldest first."""
    here = COMMENTS.c.environment == str(environment)
    return _found(connection, here & (COMMENTS.c.record_id == record_id))


def add_comment(connection: Connection, comment: Comment) -> None:
    """Puts a comment on record."""
    add(connection, COMMENTS, [asdict(comment)])


def _found(connection: Connection, where: ColumnElement[bool]) -> tuple[Comment, ...]:
    rows = connection.execute(select(COMMENTS).where(where).order_by(text("rowid"))).mappings()
    return tuple(Comment(**row) for row in rows)
