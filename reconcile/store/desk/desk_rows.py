"""What the desk keeps: sessions, links, accounts, files that were brought, work in the background.

Not under seal: nothing here decides what is written. What a person does through the desk is sealed where the
command of the same name seals it. Two desks on one store see the same rows.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from reconcile.store.tables import DESK


@dataclass(frozen=True, slots=True)
class DeskRow:
    """Something that is kept. key: for what is secret, its hash. at: UTC, ISO 8601.

    until: the second after which it is as if it were not there; None for ever. change: counts the changes.
    """

    kind: str
    key: str
    owner: str
    at: str
    body: bytes = field(repr=False)
    until: float | None = None
    change: int = 0


_NAMES = DeskRow.__slots__


def desk_rows(connection: Connection, environment: str, kind: str, key: str = "") -> tuple[DeskRow, ...]:
    """What is kept of a kind, oldest first; the one of a key where there is a key."""
    wanted = [DESK.c.environment == environment, DESK.c.kind == kind]
    wanted.append(or_(DESK.c.until.is_(None), DESK.c.until > time.time()))
    if key:
        wanted.append(DESK.c.key == key)
    query = select(*(DESK.c[name] for name in _NAMES)).where(and_(*wanted)).order_by(DESK.c.at, DESK.c.key)
    return tuple(DeskRow(**row) for row in connection.execute(query).mappings())


def put_desk_row(connection: Connection, environment: str, row: DeskRow) -> None:
    """Keeps a row, in the place of one with its kind and key."""
    drop_desk_rows(connection, environment, row.kind, row.key)
    values = {name: getattr(row, name) for name in _NAMES}
    connection.execute(insert(DESK).values(environment=environment, **values))


def change_desk_row(connection: Connection, environment: str, row: DeskRow) -> bool:
    """Puts another body and end into a row, where it is still as it was read. Answers whether it was."""
    same = (DESK.c.environment == environment) & (DESK.c.kind == row.kind) & (DESK.c.key == row.key)
    changed = update(DESK).where(same & (DESK.c.change == row.change))
    values = {"body": row.body, "until": row.until, "change": row.change + 1}
    return connection.execute(changed.values(values)).rowcount == 1


def drop_desk_rows(
    connection: Connection, environment: str, kind: str, key: str = "", owner: str = ""
) -> None:
    """Removes what is kept of a kind: of a key, of an owner, or all. Rows that ended go as well."""
    wanted = (DESK.c.environment == environment) & (DESK.c.kind == kind)
    if key:
        wanted &= DESK.c.key == key
    if owner:
        wanted &= DESK.c.owner == owner
    connection.execute(delete(DESK).where(or_(wanted, DESK.c.until <= time.time())))
