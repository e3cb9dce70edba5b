"""What an organisation decides about payments: which passes match, and how far amounts may differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Final

from reconcile.domain.stage import STAGES

PASSES: Final = ("reference", "po-number", "amount", "sum")
"""The ways to match, surest first. Only the first two may match without a person."""

WORDS: Final = ("paid", "pending", "rejected", "returned", "ignored")
"""The states that the words of a status column may mean."""

_CODE: Final = 4  # letters of a code of a status report
SETTLED: Final = ("ACSC", "ACCC")
"""The codes of a status report (pain.002) by which the money left: settled, at either bank."""

AUTOMATIC: Final = ("reference", "po-number")
"""The ways that name the payout itself: a payment of another amount is then a part of it, or too much."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a payment may be from what is owed: an amount in the currency, or a share in percent."""

    # Makes a misspelt key in the settings an error, not a tolerance of zero.
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    absolute: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """Raises ValueError for a tolerance below zero."""
        if self.absolute < 0 or self.percent < 0:
            raise ValueError("a tolerance cannot be below zero")

    def allows(self, difference: Decimal, owed: Decimal) -> bool:
        """Whether a difference is small enough: by the amount or by the share."""
        return abs(difference) <= max(self.absolute, abs(owed) * self.percent / 100)


@dataclass(frozen=True, slots=True)
class PaymentPolicy:
    """The section `[payments]` of the settings.

    passes: the ways to match, in their order. automatic: those that need no person. open_stages: the stages
    in which a payout may be paid. days_before, days_after: how far a payment's date may lie from the end of
    the payout's period, for the passes that go by amounts. return_days: how long after a payment money that
    came in may be that payment, come back. largest_sum: how many payouts one payment, or how
    many payments one payout, may be the sum of (2 to 4). name_share: how much of a partner's name must stand
    in the payment (0.75 is three quarters, rare words counting more). tolerance: by currency; `default` for
    the others. words: what a status column says of payments, beside the words that are known, by `paid`,
    `pending`, `rejected`, `returned` and `ignored`. settled: the codes of a status report (pain.002) by which
    the money left.
    note: what is added to the statement note of a payout that was paid, empty for nothing;
    failed_note: of one whose payment came back. Both may hold {date}, {reference}, {amount} and {reason}.
    """

    passes: tuple[str, ...] = PASSES
    automatic: tuple[str, ...] = AUTOMATIC
    open_stages: tuple[str, ...] = ("APPROVED", "PENDING_INVOICE", "PENDING_PAYMENT", "SCHEDULED", "FAILED")
    paid_stage: str = "PAID"
    failed_stage: str = "FAILED"
    days_before: int = 7
    days_after: int = 120
    return_days: int = 90
    largest_sum: int = 4
    name_share: Decimal = Decimal("0.75")
    tolerance: Mapping[str, Tolerance] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    settled: tuple[str, ...] = SETTLED
    note: str = ""
    failed_note: str = "The payment of {date} came back: {reason}"

    def __post_init__(self) -> None:
        """Raises ValueError for a pass or stage that is not there, or a pass that may not be automatic."""
        for name in self.passes:
            if name not in PASSES:
                raise ValueError(f"passes: {name!r} is no pass; there are: {', '.join(PASSES)}")
        for name in self.automatic:
            if name not in AUTOMATIC:
                raise ValueError(f"automatic: {name!r} cannot be; there are: {', '.join(AUTOMATIC)}")
        for stage in (*self.open_stages, self.paid_stage, self.failed_stage):
            if stage not in STAGES:
                raise ValueError(f"{stage!r} is no stage; there are: {', '.join(STAGES)}")
        if not 2 <= self.largest_sum <= 4:
            raise ValueError("largest_sum must be 2, 3 or 4")
        _check_words(self.words)
        _check_settled(self.settled)
        for text in (self.note, self.failed_note):
            _check_note(text)

    def tolerance_of(self, currency: str) -> Tolerance:
        """The tolerance of a currency."""
        return self.tolerance.get(currency) or self.tolerance.get("default") or Tolerance()


def _check_words(words: Mapping[str, tuple[str, ...]]) -> None:
    for state in words:
        if state not in WORDS:
            raise ValueError(f"words: {state!r} is no state; there are: {', '.join(WORDS)}")


def _check_settled(codes: tuple[str, ...]) -> None:
    for code in codes:
        if len(code) != _CODE or not (code.isascii() and code.isalpha() and code.isupper()):
            raise ValueError(f"settled: {code!r} is no code of a status report, such as ACSC")
        if code in ("RJCT", "CANC"):
            raise ValueError(f"settled: {code} says that the order was not carried out")


def _check_note(text: str) -> None:
    try:
        text.format(date="", reference="", amount="", reason="")
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise ValueError(
            f"note {text!r} may only hold {{date}}, {{reference}}, {{amount}} and {{reason}}"
        ) from error
