"""A snapshot that is too large for one workbook, cut into chunks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from builders import make_line, make_payout, make_snapshot

from reconcile.domain.snapshot import Snapshot
from reconcile.domain.split.split_by import Part
from reconcile.domain.split.split_by_size import chunks
from reconcile.errors import ConfigurationError

BASE = make_snapshot(
    *(make_payout(f"pay_{number}", partner_id=f"ptn_{number % 3}") for number in range(9)),
    *(
        make_line(f"cln_{number}_{index}", payout_id=f"pay_{number}", partner_id=f"ptn_{number % 3}")
        for number in range(9)
        for index in range(number % 4)
    ),
    *(make_line(f"cln_pool{number}", payout_id=None, partner_id=f"ptn_{number % 3}") for number in range(4)),
)


def cut(snapshot: Snapshot, most: int) -> tuple[Part, ...]:
    return chunks(Part("all", "March", snapshot), most)


def names(records: Sequence[Part]) -> list[str]:
    return [key for part in records for key in (*part.snapshot.payouts, *part.snapshot.lines)]


@pytest.mark.parametrize("most", range(1, 18))
def test_every_record_is_in_exactly_one_chunk_and_no_chunk_is_too_large(most: int) -> None:
    found = cut(BASE, most)

    assert sorted(names(found)) == sorted((*BASE.payouts, *BASE.lines))
    for part in found:
        assert len(part.snapshot.payouts) <= most
        assert len(part.snapshot.lines) <= most or len(part.snapshot.payouts) == 1


@pytest.mark.parametrize("most", [1, 3, 5])
def test_lines_are_where_their_payout_is(most: int) -> None:
    for part in cut(BASE, most):
        homes = {line.payout_id for line in part.snapshot.lines.values()} - {None}
        assert homes <= part.snapshot.payouts.keys()


@pytest.mark.parametrize("most", [1, 3, 5])
def test_each_scope_holds_its_own_records_and_a_new_one_belongs_to_exactly_one(most: int) -> None:
    found = cut(BASE, most)
    partners = frozenset({"ptn_0", "ptn_1", "ptn_2", "ptn_9"})

    for part in found:
        scope = part.snapshot.scope
        assert {key for key, one in BASE.payouts.items() if scope.includes(one)} == set(part.snapshot.payouts)
        pool = {key: one for key, one in BASE.lines.items() if one.payout_id is None}
        assert {key for key, one in pool.items() if scope.includes_pool_line(one, partners)} == {
            key for key in part.snapshot.lines if key in pool
        }
    for partner in sorted(partners):
        new = make_payout("pay_new", partner_id=partner)
        assert sum(part.snapshot.scope.includes(new) for part in found) == 1


def test_the_chunks_say_which_they_are() -> None:
    found = cut(BASE, 5)

    assert [part.name for part in found] == [f"March {number} of 4" for number in (1, 2, 3, 4)]
    assert {part.id for part in found} == {"all"}


def test_what_is_not_too_large_stays_as_it_is() -> None:
    whole = Part("all", "March", BASE)

    assert chunks(whole, 17) == (whole,)


def test_a_payout_with_more_lines_than_a_worksheet_has_rows_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reconcile.domain.split.split_by_size.MOST_ROWS", 2)

    with pytest.raises(ConfigurationError, match="payout pay_3 has 3 lines, more than the 2 rows"):
        cut(BASE, 5)
