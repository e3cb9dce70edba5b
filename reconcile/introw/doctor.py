"""Looks at a connection without changing anything: what works, and what the server is like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from reconcile.domain.records import CommissionLine, Partner, Payout
from reconcile.errors import ApiError, KeyRefused, ScopeMissing, Unreachable
from reconcile.introw.client import LINES, PARTNERS, PAYOUTS, Reader
from reconcile.introw.listings.listing import Walk
from reconcile.introw.status import Status

_AnyWalk: TypeAlias = Walk[Payout] | Walk[CommissionLine] | Walk[Partner]


@dataclass(frozen=True, slots=True)
class ListReport:
    """The first page of one list: records on it, total if stated, and how it leads on, in words.

    takes_limit: whether the server accepts the `limit` parameter. error: why it could not be read, or empty.
    """

    path: str
    records: int = 0
    total: int | None = None
    paging: str = ""
    takes_limit: bool | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """What `probe` found; None means that it could not be found out.

    scopes: by name, whether the key holds it; commissions:write is always None, as it cannot be tried without
    writing. unreachable: why no request came through, or empty. words: the stages of payouts and the statuses
    of lines on no payout that stood on the first pages, with counts.
    """

    host: str
    key_accepted: bool | None
    scopes: dict[str, bool | None]
    lists: tuple[ListReport, ...]
    status: Status
    unreachable: str = ""
    words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def probe(reader: Reader) -> ConnectionReport:
    """Read the first page of each list. Raises nothing: what failed is in the report."""
    seen = _looks(reader)
    return ConnectionReport(
        host=reader.connection.host,
        key_accepted=_any_known(_accepts_key(look) for look in seen),
        scopes={
            "commissions:read": _any_known(_has_scope(look) for look in seen[:2]),
            "commissions:write": None,
            "partners:read": _has_scope(seen[2]),
        },
        lists=tuple(look.report for look in seen),
        status=reader.status,
        unreachable=seen[0].report.error if isinstance(seen[0].error, Unreachable) else "",
        words=_words(record for look in seen for record in look.records),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """One list looked at, and what went wrong with it."""

    report: ListReport
    error: ApiError | None = None
    records: tuple[Payout | CommissionLine | Partner, ...] = ()


def _looks(reader: Reader) -> list[_Look]:
    """The three lists; when one shows that nothing can be read, the others are not tried."""
    seen: list[_Look] = []
    for path, walk in _walks(reader):
        last = seen[-1].error if seen else None
        hopeless = isinstance(last, (Unreachable, KeyRefused))
        seen.append(_Look(ListReport(path, error=str(last)), last) if hopeless else _look(path, walk))
    return seen


def _walks(reader: Reader) -> tuple[tuple[str, _AnyWalk], ...]:
    return (
        (PAYOUTS, reader.walk_payouts()),
        (LINES, reader.walk_lines()),
        (PARTNERS, reader.walk_partners()),
    )


def _look(path: str, walk: _AnyWalk) -> _Look:
    try:
        walk.advance()
    except ApiError as error:
        return _Look(ListReport(path, error=str(error)), error)
    report = ListReport(path, len(walk.records), walk.total, walk.facts.style, walk.takes_limit)
    return _Look(report, records=tuple(walk.records.values()))


def _words(records: Iterable[Payout | CommissionLine | Partner]) -> dict[str, Counter[str]]:
    words: dict[str, Counter[str]] = {"stages": Counter(), "statuses": Counter()}
    for record in records:
        if isinstance(record, Payout):
            words["stages"][record.stage] += 1
        elif isinstance(record, CommissionLine) and not record.payout_id:
            words["statuses"][record.status or ""] += 1
    return words


def _accepts_key(look: _Look) -> bool | None:
    """A 403 is a valid key without the scope; a failure that is not about the key tells nothing."""
    if isinstance(look.error, KeyRefused):
        return False
    return True if look.error is None or look.error.status in (200, 403) else None


def _has_scope(look: _Look) -> bool | None:
    if isinstance(look.error, ScopeMissing):
        return False
    return True if look.error is None else None


def _any_known(answers: Iterable[bool | None]) -> bool | None:
    known = [answer for answer in answers if answer is not None]
    return any(known) if known else None
