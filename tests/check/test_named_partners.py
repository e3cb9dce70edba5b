"""On `New lines` the exact name of one partner is as good as its id; a name of several is asked about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_new_row, make_payout, make_snapshot, make_workbook

from reconcile.check.named_partners import with_partner_ids
from reconcile.check.review import review
from reconcile.domain.phrases import id_of
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.records import Partner
from reconcile.domain.snapshot import Snapshot

BASE = make_snapshot(make_payout(), make_payout("pay_2", partner_id="ptn_9", partner_name="Corvus & Söhne"))
EMEA = make_snapshot(make_payout(), make_payout("pay_2", partner_id="ptn_4", partner_name="Acme (EMEA)"))
TWO_ACMES = replace(BASE, partners={**BASE.partners, "ptn_3": Partner("ptn_3", "ACME")})


def read(typed: str, known: Snapshot = BASE) -> tuple[object, list[str]]:
    row = make_new_row(2, partner_id=id_of(typed.strip()), amount="5", currency="USD")
    row = replace(row, partner_text=None if id_of(typed.strip()) == typed else typed)
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


@pytest.mark.parametrize(
    ("typed", "partner"),
    [("Acme (EMEA)", "ptn_4"), ("acme  (emea)", "ptn_4"), ("Any words (ptn_4)", "ptn_4")],
)
def test_a_name_in_brackets_is_a_name_before_it_is_an_id(typed: str, partner: str) -> None:
    assert read(typed, EMEA) == (partner, [])


def test_brackets_that_are_neither_a_name_nor_an_id_are_told_as_they_were_typed() -> None:
    assert read("Acme (APAC)", EMEA) == ("Acme (APAC)", ["Partner Acme (APAC) is not known."])


def test_a_name_that_ends_in_the_id_of_another_partner_is_asked_about() -> None:
    known = replace(BASE, partners={**BASE.partners, "ptn_5": Partner("ptn_5", "Old Acme (ptn_1)")})

    assert read("Old Acme (ptn_1)", known) == (
        "Old Acme (ptn_1)",
        ["The name Old Acme (ptn_1) is that of 2 partners: ptn_5, ptn_1."],
    )
