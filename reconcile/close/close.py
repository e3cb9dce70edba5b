"""Makes a close of its frozen inputs: one pure function, so that it can be made again and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from reconcile.close.aging import Waiting
from reconcile.close.checks import Result, run_checks
from reconcile.close.flux import Flux
from reconcile.close.frozen import Frozen
from reconcile.close.further import Further
from reconcile.close.gl.tie import Tie
from reconcile.close.journal import JournalLine, imbalance
from reconcile.close.rollforward import MOVEMENTS, Entry, Movement, Roll, rolls
from reconcile.close.versions import numbers


@dataclass(frozen=True)
class Close:
    """A period's close: the numbers, each with its list.

    rolls: per currency; partner_rolls: per currency and partner; entries: the lines behind both.
    ties_by_partner: whether the roll of each partner must add up. ties: to the general ledger. further:
    contract costs and remeasurement.
    """

    frozen: Frozen
    previous: Frozen | None
    entries: tuple[Entry, ...]
    rolls: tuple[Roll, ...]
    partner_rolls: tuple[Roll, ...]
    checks: tuple[Result, ...]
    waiting: tuple[Waiting, ...]
    flux: tuple[Flux, ...]
    journal: tuple[JournalLine, ...]
    ties_by_partner: bool = False
    ties: tuple[Tie, ...] = ()
    further: Further = field(default_factory=Further)

    @property
    def obstacles(self) -> tuple[str, ...]:
        """Why the period cannot be closed, in sentences; nothing when it passes."""
        found = [
            f"{check.title}: {len(check.objections)}. Mend them, or pass --waive {check.name}=REASON."
            for check in self.checks
            if check.is_blocking
        ]
        found += [
            f"The roll-forward in {roll.currency} does not add up: {roll.residual} is left."
            for roll in self.rolls
            if roll.residual
        ]
        found += [
            f"The roll-forward of {roll.partner} ({roll.partner_id}) in {roll.currency} does not add up: "
            f"{roll.residual} is left."
            for roll in self.partner_rolls
            if roll.residual and self.ties_by_partner
        ]
        found += [
            f"The journal {name} does not balance: {rest}."
            for name, rest in imbalance((*self.journal, *self.further.journal)).items()
            if rest
        ]
        return tuple(found)

    @property
    def passes(self) -> bool:
        """Whether the period can be closed."""
        return not self.obstacles

    def of(self, movement: Movement) -> tuple[Entry, ...]:
        """The lines of one column of the roll-forward."""
        return tuple(one for one in self.entries if one.movement is movement)

    @property
    def reported(self) -> Mapping[str, Decimal]:
        """The closing per currency in the reporting currency; empty without rates."""
        rates = self.frozen.rates
        if rates is None:
            return {}
        return {
            roll.currency: rates.converted(roll.sums[Movement.CLOSING], roll.currency) for roll in self.rolls
        }


def make_close(frozen: Frozen, previous: Frozen | None) -> Close:
    """The close. The same inputs give the same close, byte for byte."""
    made, columns = numbers(frozen, previous), MOVEMENTS[frozen.ledger_version]
    return Close(
        frozen=frozen,
        previous=previous,
        entries=made.entries,
        rolls=rolls(made.entries, columns, by_partner=False),
        partner_rolls=rolls(made.entries, columns, by_partner=True),
        checks=run_checks(made.checks, made.evidence, frozen.waivers),
        waiting=made.waiting,
        flux=tuple(made.evidence.flux),
        journal=made.journal,
        ties_by_partner=made.ties_by_partner,
        ties=made.ties,
        further=made.further,
    )
