"""Reads an export of the general ledger, and ties a period that is closed to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile.close.frozen import Frozen
from reconcile.close.gl.open_difference import OpenDifference
from reconcile.close.gl.tie import Tie
from reconcile.close.gl.tied_accounts import currencies_of, tied_accounts
from reconcile.domain.books.general_ledger import GeneralLedger
from reconcile.domain.money import shown_amount
from reconcile.domain.period import Period
from reconcile.domain.policy.close import ClosePolicy
from reconcile.erp.general_ledger.read_ledger import LedgerHints, read_ledger
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.close_chain import kept_close, made_in, thawed
from reconcile.jobs.closes.stale import say_stale
from reconcile.jobs.named_files import check_size
from reconcile.jobs.session import Session
from reconcile.jobs.user_tables import source_of
from reconcile.store.closes import KeptClose, kept_closes


@dataclass(frozen=True, slots=True)
class Tied:
    """A closed period against the general ledger."""

    period: Period
    ties: tuple[Tie, ...]

    @property
    def is_tied(self) -> bool:
        """Whether every account ties."""
        return all(one.is_tied for one in self.ties)

    def as_text(self) -> Iterator[str]:
        """Every account with every reason of a difference, a line each, and the verdict."""
        yield from tie_lines(self.ties)
        differing = [f"{one.account} {one.currency}" for one in self.ties if not one.is_tied]
        if differing:
            yield f"{self.period} does not tie to the general ledger: {', '.join(differing)}."
        else:
            yield f"{self.period} ties to the general ledger."


def ledger_of(session: Session, file: Path | None, period: Period) -> GeneralLedger | None:
    """The export of the general ledger; None where none is brought.

    Raises ConfigurationError for a trial balance of another day, and for an export of other accounts.
    """
    if file is None:
        return None
    check_size(file, session.settings.files)
    found = read_ledger(source_of(file), _hints(session.settings.close))
    if found.as_of and found.as_of != period.end:
        raise ConfigurationError(
            f"{file} is a trial balance of {found.as_of}, and the period ends on {period.end}. "
            "Export it as of that day."
        )
    if not (found.openings or found.closings or found.postings):
        accounts = ", ".join(sorted(tied_accounts(session.settings.close)))
        raise ConfigurationError(
            f"{file} has none of the accounts {accounts}. Export these, or name yours in [close.liability], "
            "[close.expense], [close.receivable], [close.prepaid] and [close.gl] of reconcile.toml."
        )
    return found


def _hints(policy: ClosePolicy) -> LedgerHints:
    accounts = {name: one.is_credit for name, one in tied_accounts(policy).items()}
    return LedgerHints(
        accounts, currencies_of(policy), policy.gl.currency, natural=policy.gl.signs == "natural"
    )


def tie_closed(session: Session, period: Period, file: Path | None) -> Tied:
    """Ties a closed period, whose journal should be booked by now, to an export; nothing is changed.

    Raises DecisionNeeded where the period is not closed, or was closed by the first version of the numbers.
    """
    gl = ledger_of(session, file, period)
    if gl is None:
        raise ConfigurationError("--tie compares with the general ledger: pass --gl FILE.")
    with session.store() as store:
        frozen = thawed(kept_close(store, session.environment, period))
        chain = kept_closes(store, session.environment)
        say_stale(session, store, period)
    if frozen.version == 1:
        raise DecisionNeeded(
            f"The close of {period} was made before the ledger was kept, so it cannot be tied."
        )
    # The accounts are those of today's settings, since the export was read by them.
    tying = replace(
        frozen, gl=gl, gl_booked=True, policy=replace(frozen.policy, gl=session.settings.close.gl)
    )
    return Tied(period, made_in(chain, tying).ties)


def open_differences(chain: Sequence[KeptClose], before: Frozen | None) -> tuple[OpenDifference, ...]:
    """What did not tie in the last close that a general ledger was brought to, up to the one before this.

    chain: the closes on record. A difference that was let pass is open until an export is brought again.
    """
    if before is None or before.gl is None:
        return before.gl_open if before else ()
    return tuple(
        OpenDifference(one.account, one.currency, str(before.period), one.rest)
        for one in made_in(chain, before).ties
        if not one.is_tied
    )


def tie_lines(ties: Iterable[Tie]) -> Iterator[str]:
    """Every account with every reason of a difference, a line each."""
    for tie in ties:
        code = tie.currency
        sides = f"sub-ledger {shown_amount(tie.closing, code)}, GL {shown_amount(tie.gl_closing, code)}"
        rest = "ties" if tie.is_tied else f"differs by {shown_amount(tie.rest, code)}"
        yield f"{tie.account}  {code}  {sides}, {rest}"
        for one in tie.items:
            place = f" ({one.place})" if one.place else ""
            yield f"  {one.kind.value} {shown_amount(one.amount, code)}: {one.said}{place}"
