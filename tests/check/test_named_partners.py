"""On `New lines` the exact name of one partner is as good as its id; a name of several is asked about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_new_row, make_payout, make_snapshot, make_workbook

from reconcile.check.named_partners import with_partner_ids
from reconcile.check.review import review
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.records import Partner
from reconcile.domain.snapshot import Snapshot

BASE = make_snapshot(make_payout(), make_payout("pay_2", partner_id="ptn_9", partner_name="Corvus & Söhne"))
TWO_ACMES = replace(BASE, partners={**BASE.partners, "ptn_3": Partner("ptn_3", "ACME")})


def read(typed: str, known: Snapshot = BASE) -> tuple[object, list[str]]:
    row = make_new_row(2, partner_id=typed, amount="5", currency="USD")
    edited = with_partner_ids(make_workbook(known, {}, [row]), known)
    messages = [one.message for one in review(edited, known, Policy()) if one.rule == "partner-unknown"]
    return edited.new_lines.rows[0].values["partner_id"], messages


@pytest.mark.parametrize(
    ("typed", "partner"),
    [("Acme", "ptn_1"), (" acme ", "ptn_1"), ("CORVUS &  SÖHNE", "ptn_9"), ("ptn_2", "ptn_2")],
)
def test_the_exact_name_or_id_of_one_partner_is_that_partner(typed: str, partner: str) -> None:
    assert read(typed) == (partner, [])


@pytest.mark.parametrize("typed", ["Acm", "Acme Ltd", "ptn_77"])
def test_a_part_of_a_name_is_no_partner(typed: str) -> None:
    assert read(typed) == (typed, [f"Partner {typed} is not known."])


def test_a_name_of_two_partners_is_asked_about_with_both_ids() -> None:
    assert read("Acme", TWO_ACMES) == ("Acme", ["The name Acme is that of 2 partners: ptn_1, ptn_3."])
