"""Turns filters into a scope, and fetches it. Refuses filters that would silently mean everything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reconcile.domain.money import known_currencies
from reconcile.domain.period import Period
from reconcile.domain.phrases import did_you_mean
from reconcile.domain.progress import Progress
from reconcile.domain.records import Partner
from reconcile.domain.snapshot import Scope, Snapshot
from reconcile.domain.stage import STAGES, find_stage
from reconcile.errors import ConfigurationError
from reconcile.introw.client import Reader
from reconcile.introw.fetch import fetch_snapshot
from reconcile.jobs.session import Session


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters as a person gives them: stages by value or label, partners by id or exact name."""

    stages: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    batches: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """The scope; its partners are still ids or names. Raises ConfigurationError for an empty value."""
        return Scope(
            stages=_unique(named_stage("--stage", text) for text in self.stages),
            partners=_unique(_filled("--partner", text) for text in self.partners),
            periods=tuple(dict.fromkeys(Period.parse(_filled("--period", text)) for text in self.periods)),
            batches=_unique(_filled("--batch", text) for text in self.batches),
        )


def fetch_scope(session: Session, reader: Reader, named: Scope, on_progress: Progress) -> Snapshot:
    """The payouts and lines of a scope as they are now. named: its partners are ids or names.

    Raises ConfigurationError for a partner that is not there, and ApiError.
    """
    partners = reader.list_partners().records if named.partners else ()
    scope = replace(known_scope(named, partners), zone=session.settings.policy.time_zone)
    left_out = session.settings.policy.left_out
    return fetch_snapshot(reader, session.environment, scope, session.clock(), left_out, on_progress)


def known_scope(scope: Scope, partners: Iterable[Partner]) -> Scope:
    """The scope with partner ids. Raises ConfigurationError for a text that names no partner, or several."""
    listed = list(partners)
    return replace(scope, partners=_unique(_partner(text, listed) for text in scope.partners))


def refuse_unmatched(scope: Scope, snapshot: Snapshot) -> None:
    """Raises ConfigurationError when nothing is in scope, or a batch that was named is not there.

    Pool lines alone are worth a workbook only where no filter speaks of payouts.
    """
    of_payouts = scope.stages or scope.periods or scope.batches
    if not snapshot.payouts and (of_payouts or not snapshot.lines):
        raise ConfigurationError(f"Nothing is in scope ({scope}), so no workbook was written.")
    there = {payout.batch_id for payout in snapshot.payouts.values()}
    for batch in scope.batches:
        if batch not in there:
            raise ConfigurationError(f"No payout in scope is of batch {batch}. Check the id.")


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _filled(option: str, text: str) -> str:
    if not text.strip():
        raise ConfigurationError(f"{option} is empty; leave it out to export everything.")
    return text.strip()


def named_stage(option: str, text: str) -> str:
    """The stage that an option names by value or label. Raises ConfigurationError with those there are."""
    stage = find_stage(_filled(option, text))
    if stage is None:
        hint = did_you_mean(text, STAGES)
        raise ConfigurationError(f"There is no stage {text!r}; the stages are: {', '.join(STAGES)}.{hint}")
    return stage.value


def listed_currencies(texts: Iterable[str]) -> tuple[str, ...]:
    """The currencies of `--currency`. Raises ConfigurationError for one that ISO 4217 does not list."""
    found = _unique(_filled("--currency", text).upper() for text in texts)
    for currency in found:
        if currency not in known_currencies():
            raise ConfigurationError(f"There is no currency {currency!r}. Write its code, such as USD.")
    return found


def _partner(text: str, partners: list[Partner]) -> str:
    found = [one.id for one in partners if one.id == text]
    found = found or [one.id for one in partners if one.name.casefold() == text.casefold()]
    if not found:
        hint = did_you_mean(text, (one.name for one in partners))
        raise ConfigurationError(f"There is no partner {text!r}. Check the id or the exact name.{hint}")
    if len(found) > 1:
        raise ConfigurationError(f"The name {text!r} is that of {len(found)} partners: {', '.join(found)}.")
    return found[0]
