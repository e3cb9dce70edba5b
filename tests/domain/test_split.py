"""A snapshot in parts: every record in exactly one, and file names that are safe everywhere."""

from __future__ import annotations

import pytest
from builders import make_line, make_payout, make_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.domain.records import Partner
from reconcile.domain.snapshot import Scope, Snapshot
from reconcile.domain.split.split_by import SplitBy, file_names, is_file_name, split

BASE = make_snapshot(
    make_payout("pay_1"),
    make_payout("pay_2", partner_id="ptn_2", partner_name="Bolt", batch_id=None, stage="DRAFT"),
    make_payout("pay_3", batch_id="pbt_2"),
    make_line("cln_1", payout_id="pay_1"),
    make_line("cln_2", payout_id="pay_2", partner_id="ptn_2"),
    make_line("cln_3", payout_id="pay_3"),
    make_line("cln_4", payout_id=None, partner_id="ptn_2"),
    make_line("cln_5", payout_id=None, partner_id="ptn_9"),
)


def contents(snapshot: Snapshot, by: SplitBy) -> dict[str, list[str]]:
    return {part.name: sorted((*part.snapshot.payouts, *part.snapshot.lines)) for part in split(snapshot, by)}


def test_by_partner_the_pool_goes_to_its_partner() -> None:
    assert contents(BASE, SplitBy.PARTNER) == {
        "Acme": ["cln_1", "cln_3", "pay_1", "pay_3"],
        "Bolt": ["cln_2", "cln_4", "pay_2"],
        "ptn_9": ["cln_5"],
    }


def test_by_batch_what_has_none_and_the_pool_are_parts_of_their_own() -> None:
    assert contents(BASE, SplitBy.BATCH) == {
        "No batch": ["cln_2", "pay_2"],
        "pbt_1": ["cln_1", "pay_1"],
        "pbt_2": ["cln_3", "pay_3"],
        "Pending pool": ["cln_4", "cln_5"],
    }


def test_by_stage_the_parts_are_named_as_in_the_app() -> None:
    assert list(contents(BASE, SplitBy.STAGE)) == ["Approved", "Draft", "Pending pool"]


@pytest.mark.parametrize("by", list(SplitBy))
def test_every_record_is_in_exactly_one_part(by: SplitBy) -> None:
    every = [record for records in contents(BASE, by).values() for record in records]

    assert sorted(every) == sorted((*BASE.payouts, *BASE.lines))


@pytest.mark.parametrize("by", list(SplitBy))
def test_the_scope_of_a_part_holds_what_is_in_it_and_nothing_of_the_others(by: SplitBy) -> None:
    for part in split(BASE, by):
        scope, partners = part.snapshot.scope, frozenset({"ptn_1", "ptn_2", "ptn_9"})
        payouts = {key for key, one in BASE.payouts.items() if scope.includes(one)}
        pool = {
            key
            for key, one in BASE.lines.items()
            if one.payout_id is None and scope.includes_pool_line(one, partners)
        }

        assert payouts == set(part.snapshot.payouts)
        assert pool == {key for key, one in part.snapshot.lines.items() if one.payout_id is None}


def test_a_part_of_one_partner_names_no_other_one() -> None:
    named = {part.name: set(part.snapshot.partners) for part in split(BASE, SplitBy.PARTNER)}

    assert named == {"Acme": {"ptn_1"}, "Bolt": {"ptn_2"}, "ptn_9": set()}


def test_partners_of_one_name_are_two_parts() -> None:
    twins = make_snapshot(make_payout("pay_1"), make_payout("pay_2", partner_id="ptn_3"))
    named = Snapshot(
        twins.environment,
        Scope(),
        twins.taken_at,
        twins.payouts,
        {},
        {"ptn_1": Partner("ptn_1", "Acme"), "ptn_3": Partner("ptn_3", "Acme")},
    )

    assert [(part.name, part.id) for part in split(named, SplitBy.PARTNER)] == [
        ("Acme", "ptn_1"),
        ("Acme", "ptn_3"),
    ]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Acme Partners", "Acme-Partners.xlsx"),
        ("Müller & Söhne", "Müller-&-Söhne.xlsx"),
        ("株式会社", "株式会社.xlsx"),
        ("../../etc/passwd", "etc-passwd.xlsx"),
        ("C:\\Windows", "C-Windows.xlsx"),
        ("con", "_con.xlsx"),
        ("LPT1.old", "_LPT1.old.xlsx"),
        ("=1+1", "1+1.xlsx"),
        ("~$locked", "locked.xlsx"),
        ("a\u202etxt\x00b", "atxtb.xlsx"),
        (" . ", "unnamed.xlsx"),
        ("", "unnamed.xlsx"),
    ],
)
def test_a_file_name_is_readable_and_safe(name: str, file: str) -> None:
    assert file_names([name]) == [file]


def test_file_names_differ_even_where_case_does_not_count() -> None:
    names = file_names(["Acme", "ACME", "acme", "Acme-2"])

    assert names == ["Acme.xlsx", "ACME-2.xlsx", "acme-3.xlsx", "Acme-2-2.xlsx"]


def test_a_long_name_is_cut_between_letters() -> None:
    (name,) = file_names(["ü" * 300])

    assert name == "ü" * 40 + ".xlsx"


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.text() | st.sampled_from(["con", "COM1.x", "nul.xlsx", "a. ", "/..", "x" * 300, "\u202e"]),
        max_size=5,
    )
)
def test_any_names_make_different_file_names_that_every_system_has(names: list[str]) -> None:
    files = file_names(names)

    assert len({file.casefold() for file in files}) == len(names)
    assert all(map(is_file_name, files))


@pytest.mark.parametrize(
    "name",
    [
        *("../x.csv", "..", "a/b.csv", "a\\b.csv", "c:x.csv", "con.csv", "LPT1.old.csv", "a?.csv", "a\0.csv"),
        *("x.csv ", "x.csv.", "x" * 300 + ".csv", ""),
    ],
)
def test_a_text_that_leads_elsewhere_is_no_file_name(name: str) -> None:
    assert not is_file_name(name)
