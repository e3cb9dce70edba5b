"""The eleven payout stages (introw-api.md 3.1).

Stages are open strings when read: the server may know one that we do not. Only the known ones
are ever written.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """A payout stage.

    value: as the API writes it. label: as the app shows it. partner_visible: the partner sees a
    payout in this stage, and may get a mail. released: its money is cleared to go, or has gone. paying: the
    payment is under way. final: it is over.
    """

    value: str
    label: str
    partner_visible: bool = False
    released: bool = False
    paying: bool = False
    final: bool = False

    @property
    def releases(self) -> bool:
        """Whether a payout that comes here leaves the house: the partner sees it, or it is being paid."""
        return self.partner_visible or self.paying


STAGES: dict[str, Stage] = {
    stage.value: stage
    for stage in (
        Stage("DRAFT", "Draft"),
        Stage("PENDING_REVIEW", "Pending approval"),
        Stage("APPROVED", "Approved", released=True),
        Stage("PENDING_INVOICE", "Pending Partner Invoice", partner_visible=True, released=True),
        Stage("PENDING_PAYMENT", "Pending payment", partner_visible=True, released=True, paying=True),
        Stage("SCHEDULED", "Scheduled", partner_visible=True, released=True, paying=True),
        Stage("PAID", "Paid", partner_visible=True, released=True, final=True),
        Stage("DECLINED", "Declined", partner_visible=True, final=True),
        Stage("POSTPONED", "Postponed", partner_visible=True),
        Stage("BLOCKED", "Blocked"),
        Stage("FAILED", "Failed", partner_visible=True),
    )
}


def stage_of(value: str) -> Stage:
    """The stage of that value; an unknown one counts as visible and over, so that nothing is risked on it."""
    return STAGES.get(value) or Stage(value, value, partner_visible=True, released=True, final=True)


def find_stage(text: str) -> Stage | None:
    """The known stage that a person means by its value or its label, in any case; None for no stage."""
    wanted = text.strip().casefold()
    for stage in STAGES.values():
        if wanted in (stage.value.casefold(), stage.label.casefold()):
            return stage
    return None
