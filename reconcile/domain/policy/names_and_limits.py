"""What an organisation decides for itself: names the API does not document, rules and limits.

Every value here can be set in `reconcile.toml`; nothing in the code repeats one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal

from reconcile.domain.finding import Severity

DOCUMENTED_REASONS: Final = ("DUPLICATE",)
"""The only decline reason that Introw's documentation shows (introw-api.md 3.3)."""


def _reasons() -> Mapping[str, str]:
    return MappingProxyType(
        {
            "DUPLICATE": "Duplicate commission",
            "INELIGIBLE": "Ineligible commission",
            "ALREADY_PAID": "Already paid",
            "DISPUTED": "Disputed by partner",
            "OUTSIDE_POLICY": "Outside commission policy",
            "CUSTOM": "Custom",
        }
    )


@dataclass(frozen=True, slots=True)
class Names:
    """Words of the API that are not documented (introw-api.md 8, no. 2 and 3).

    decline_reasons: the API's value and the app's label; only DUPLICATE is documented. custom_reason: the
    reason that needs a text. detail_member: the member of the decline request that carries this text.
    pending_statuses: a line in the pool. voided_statuses: a declined line. idempotency_member: the member of
    the request for a new line that carries its idempotency key (introw-api.md 2.12); empty for a server that
    accepts none.
    """

    decline_reasons: Mapping[str, str] = field(default_factory=_reasons)
    custom_reason: str = "CUSTOM"
    detail_member: str = "reason"
    pending_statuses: tuple[str, ...] = ("PENDING",)
    voided_statuses: tuple[str, ...] = ("VOIDED", "DECLINED")
    idempotency_member: str = "idempotencyKey"


@dataclass(frozen=True, slots=True)
class Limits:
    """The gates: a plan beyond one of these is stopped until a person lets it pass.

    Shares are of the records in the workbook (0.5 is half) and count only from `share_from` changes on, so
    that small workbooks are not stopped. money_share: the sum of the absolute amount changes against the
    total of the lines, per currency; partner_money_share: the same per partner and currency, counted from
    `partner_money_from` on. max_cleared_share: of the values that a field has in the workbook, from
    `cleared_from` on. max_visible_share counts from `visible_from` payouts on, since a workbook may be
    filtered to few. max_jumps: amounts that grow `jump_factor` times or more, as by a lost decimal point.
    """

    max_changes: int = 5000
    max_changed_share: Decimal = Decimal("0.8")
    max_decline_share: Decimal = Decimal("0.2")
    max_cleared: int = 20
    max_money_share: Decimal = Decimal("0.25")
    max_partner_money_share: Decimal = Decimal(2)
    partner_money_from: Decimal = Decimal(10000)
    max_visible_share: Decimal = Decimal("0.8")
    visible_from: int = 3
    max_cleared_share: Decimal = Decimal("0.5")
    cleared_from: int = 3
    max_jumps: int = 0
    jump_factor: Decimal = Decimal(50)
    share_from: int = 10


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How much of one workbook is read at most, so that no file can exhaust memory or patience.

    rows_per_workbook: payouts or lines that an export puts into one workbook, before it begins another.
    megabytes: of the whole file when unpacked (2**20 bytes). rows, columns, cells: of one sheet, the user's
    own sheets included. strings: different texts in the file; text_megabytes: all of these. extra_rows: rows
    of a sheet that are more than were exported. seconds: to read the file. The defaults are several times
    what a workbook of 100,000 lines needs.
    """

    megabytes: int = 2000
    rows: int = 1_048_576
    columns: int = 16_384
    cells: int = 20_000_000
    strings: int = 3_000_000
    text_megabytes: int = 256
    extra_rows: int = 20_000
    seconds: float = 600
    rows_per_workbook: int = 200_000


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines that a listing may bring and no snapshot holds: voided ones, those of payouts that are gone."""

    voided_statuses: tuple[str, ...] = Names().voided_statuses
    missing_payouts: tuple[str, ...] = ()


Reasoned = Literal["decline", "detach", "new-line", "sign", "stage-back"]
"""The kinds of edit for which a policy may ask for a reason."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Names, limits, and how severe each rule is.

    limits: the gates. reading: how much of a workbook is read. rules: a rule id and its severity, or None for
    off; a rule that is not named keeps its own.
    po_required_stages: a payout moved to one of these needs a PO number. stage_order: the stages in the order
    in which a payout passes through them; stage_gates: those that none should leave out. max_amount_factor:
    an amount that grows or shrinks by more than this factor is a finding. text_limit: characters in a
    description or note (introw-api.md 2.5, 2.13). locale: how people write numbers and days in text cells
    (`de`, `en-US`); empty where what can be read in two ways is to be an error. reasons_for: the edits that
    need a reason in the workbook. reason_above: by currency, or `any` for all others, the money from which on
    an edit needs one: what an amount moves by, or the amount of a line that is new, declined or detached.
    reasons_on_statements: workbooks say that partners read the reasons in their statements, and statements
    show those that were typed into such workbooks.
    moved_releases: what becomes
    of a stage that partners see or that pays, where the payout's amount or lines moved since the export:
    `hold` waits for a person's decision, `warn` only says so. missing_payouts: ids of deleted payouts that
    lines still name; these lines are left out. time_zone: the one in which a moment becomes a day, by its
    name in the IANA database.
    """

    names: Names = field(default_factory=Names)
    limits: Limits = field(default_factory=Limits)
    reading: ReadLimits = field(default_factory=ReadLimits)
    rules: Mapping[str, Severity | None] = field(default_factory=dict)
    po_required_stages: tuple[str, ...] = ()
    stage_order: tuple[str, ...] = (
        "DRAFT",
        "PENDING_REVIEW",
        "APPROVED",
        "PENDING_INVOICE",
        "PENDING_PAYMENT",
        "SCHEDULED",
        "PAID",
    )
    stage_gates: tuple[str, ...] = ("APPROVED",)
    max_amount_factor: Decimal = Decimal(10)
    text_limit: int = 2000
    locale: str = ""
    reasons_for: tuple[Reasoned, ...] = ()
    reason_above: Mapping[str, Decimal] = field(default_factory=dict)
    reasons_on_statements: bool = False
    moved_releases: Literal["hold", "warn"] = "hold"
    missing_payouts: tuple[str, ...] = ()
    time_zone: str = "UTC"

    @property
    def left_out(self) -> LeftOut:
        """The lines that count nowhere."""
        return LeftOut(self.names.voided_statuses, self.missing_payouts)


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a run behaves.

    fresh_seconds: what a release or a change of money relies on is read again when its turn comes later than
    this after the last look. reread_minutes: the same for texts. max_refusals: the run stops after so many
    operations that the server refused. settle_seconds: how long a payout's amount is waited for that has not
    followed its lines yet.
    """

    fresh_seconds: float = 10
    reread_minutes: float = 5
    max_refusals: int = 20
    settle_seconds: float = 10
