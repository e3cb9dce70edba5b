from __future__ import annotations

import pytest
from builders import make_line, make_payout, make_snapshot

from reconcile.check.export_review import review_export
from reconcile.domain.records import CommissionLine


def test_a_payout_that_is_the_sum_of_its_lines_is_not_worth_a_word() -> None:
    snapshot = make_snapshot(make_payout(total="750.5 USD"), make_line(), make_line("cln_2", "250.50 USD"))

    assert review_export(snapshot) == ()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([make_line()], "is 1,000.00 USD, but its 1 line has 500.00 USD."),
        ([make_line(), make_line("cln_2", "500.01 USD")], "but its 2 lines have 1,000.01 USD."),
        ([], "but its 0 lines have 0.00 USD."),
        ([make_line(payout_id=None)], "but its 0 lines have 0.00 USD."),
    ],
)
def test_a_payout_that_is_not_the_sum_of_its_lines_is_named_with_both_amounts(
    lines: list[CommissionLine], said: str
) -> None:
    (finding,) = review_export(make_snapshot(make_payout(), *lines))

    assert finding.message.startswith("Payout pay_1 of Acme ")
    assert finding.message.endswith(said)
    assert (finding.severity, finding.rule, finding.record_id) == ("warning", "payout-total", "pay_1")


def test_amounts_of_different_currencies_are_never_compared() -> None:
    snapshot = make_snapshot(make_payout(), make_line(), make_line("cln_2", "1 EUR"))

    assert review_export(snapshot) == ()
