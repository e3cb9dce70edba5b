"""The checks of a close that look at the general ledger, and all checks by the version of the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from reconcile.close.checks import FIRST_CHECKS, Check, Evidence, Objection
from reconcile.close.explanations import EXPLAINED
from reconcile.close.gl.tie import Tie
from reconcile.close.money_checks import CHECKS as MONEY_CHECKS
from reconcile.close.money_checks import PAID_DIFFERS
from reconcile.domain.money import Money
from reconcile.domain.policy.close import Weight


def differences(ties: Iterable[Tie]) -> tuple[Objection, ...]:
    """What does not tie, account by account, with the reasons that are known."""
    return tuple(
        Objection(one.account, "", _said(one), Money(abs(one.rest), one.currency))
        for one in ties
        if not one.is_tied
    )


def _said(tie: Tie) -> str:
    found, told = Money(tie.gl_closing, tie.currency), Money(tie.closing, tie.currency)
    reasons = "; ".join(
        f"{one.kind.value} {Money(one.amount, tie.currency)}: {one.said}" for one in tie.items
    )
    return f"general ledger {found}, sub-ledger {told}. {reasons}"


def _gl_differs(given: Evidence) -> Iterator[Objection]:
    yield from given.differences


def _gl_missing(given: Evidence) -> Iterator[Objection]:
    if not given.gl:
        yield Objection("", "", "no export of the general ledger was brought (--gl FILE)")


def _gl_forgotten(given: Evidence) -> Iterator[Objection]:
    for one in () if given.gl else given.gl_open:
        said = f"it did not tie in the close of {one.period}, and no export was brought since (--gl FILE)"
        yield Objection(one.account, "", said, Money(abs(one.amount), one.currency))


CHECKS: Final = (
    *MONEY_CHECKS,
    Check("gl-differs", "Accounts that differ from the general ledger", Weight.BLOCKING, _gl_differs),
    Check("gl-missing", "Closed without the general ledger", Weight.OFF, _gl_missing),
    EXPLAINED,
)
"""The checks of the third and fourth version, in the order of the pack."""
_CARRIED: Final = Check(
    "gl-forgotten",
    "Differences to the general ledger that were not looked at again",
    Weight.BLOCKING,
    _gl_forgotten,
)


def _far_rates(given: Evidence) -> Iterator[Objection]:
    yield from given.far


_FAR: Final = Check("far-rates", "Movements without a rate of their day", Weight.BLOCKING, _far_rates)
_FIFTH: Final = (*CHECKS[:-1], _CARRIED, CHECKS[-1])


def _sixth() -> Iterator[Check]:
    for one in _FIFTH:
        yield PAID_DIFFERS if one.name == PAID_DIFFERS.name else one
        if one.name == "stale-rates":
            yield _FAR


CHECKS_OF_VERSION: Final[Mapping[int, Sequence[Check]]] = {
    1: FIRST_CHECKS,
    2: MONEY_CHECKS,
    3: CHECKS,
    4: CHECKS,
    5: _FIFTH,
    6: tuple(_sixth()),
}
