"""Which records a person wants a plan to be about: `--only` and `--first`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from reconcile.domain.phrases import did_you_mean
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import ConfigurationError
from reconcile.plan.across.narrowing import Narrowing


@dataclass(frozen=True, slots=True)
class NarrowTo:
    """only: ids of payouts, lines or partners, or exact names of partners. first: so many payouts at most."""

    only: tuple[str, ...] = ()
    first: int | None = None

    def __bool__(self) -> bool:
        return bool(self.only) or self.first is not None


def narrowing_of(wanted: NarrowTo, exported: Iterable[Snapshot]) -> Narrowing:
    """The records that the texts of `only` name among those that were exported.

    Raises ConfigurationError for a text that names nothing there, or several partners.
    """
    if not wanted.only:
        return Narrowing()
    exported = list(exported)
    ids = frozenset(_named(text.strip(), exported) for text in wanted.only)
    return Narrowing(ids, " ".join(f"--only {shlex.quote(text)}" for text in wanted.only))


def _named(text: str, exported: list[Snapshot]) -> str:
    partners: dict[str, str] = {}
    for one in exported:
        if text in one.payouts or text in one.lines:
            return text
        partners |= {partner.id: partner.name for partner in one.partners.values()}
    found = [
        key for key, name in partners.items() if key == text or (text and name.casefold() == text.casefold())
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigurationError(f"The name {text!r} is that of {len(found)} partners: {', '.join(found)}.")
    hint = did_you_mean(text, partners.values())
    raise ConfigurationError(
        f"--only {text!r} names no payout, line or partner of these workbooks. Give an id as it stands "
        f"there, or the exact name of a partner.{hint}"
    )
