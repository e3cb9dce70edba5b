"""Instants as Introw writes them: ISO 8601 in UTC with milliseconds and Z (introw-api.md 2.1)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def written(moment: datetime) -> str:
    """Write an instant like 2026-03-31T23:59:59.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now() -> str:
    """Write the present instant."""
    return written(datetime.now(UTC))


def seconds_since(moment: str) -> float:
    """Give the seconds that have passed since an instant."""
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def in_one_hour() -> str:
    """Write the instant at which a statement link made now expires (introw-api.md 2.8)."""
    return written(datetime.now(UTC) + timedelta(hours=1))


def normalised(text: str) -> str:
    """Rewrite an instant in our own form; raises ValueError with a sentence."""
    sentence = "Must be an ISO 8601 instant like 2026-03-31T23:59:59.000Z."
    if not _INSTANT.fullmatch(text):
        raise ValueError(sentence)
    try:
        return written(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError) as error:
        raise ValueError(sentence) from error


def month_end(moment: str) -> str:
    """Give the last second of the month, where a line made by the API is dated (a choice)."""
    first = datetime.fromisoformat(moment).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    return written(following - timedelta(seconds=1))
