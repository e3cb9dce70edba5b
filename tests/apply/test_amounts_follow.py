"""When a payout's amount stands for its lines: only where the server is seen to keep it at their sum."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from simulation.records import line, payout

from reconcile.apply.ground import amounts_follow
from reconcile.apply.reread import Reread
from reconcile.domain.policy.names_and_limits import Names
from reconcile.introw.wire import line_from, payout_from


def _read(payouts: Sequence[tuple[str, str]]) -> Reread:
    """Payouts of these amounts and currencies, each with one line of 40.00 USD."""
    found, listed = {}, {}
    for number, (amount, currency) in enumerate(payouts):
        key = f"pay_{number}"
        money = {"amount": {"value": amount, "currency": currency}}
        found[key] = payout_from(payout(key, "ptn_1", "APPROVED") | money)
        listed[key] = (line_from(line(f"cln_{number}", "ptn_1", key, "40.00")),)
    return Reread(found, {}, listed)


RIGHT, OFF, FOREIGN = ("40.00", "USD"), ("41.00", "USD"), ("37.00", "EUR")


@pytest.mark.parametrize(
    ("payouts", "follow"),
    [
        pytest.param([RIGHT] * 10, True, id="ten that are their sum show it"),
        pytest.param([RIGHT] * 9, False, id="nine are too few"),
        pytest.param([RIGHT] * 20 + [OFF], False, id="one that is off refutes it"),
        pytest.param([RIGHT] * 10 + [FOREIGN], True, id="another currency says nothing"),
        pytest.param([RIGHT] * 9 + [FOREIGN], False, id="nor does it count"),
        pytest.param([], False, id="nothing shows nothing"),
    ],
)
def test_an_amount_stands_for_lines_only_where_that_is_seen(
    payouts: list[tuple[str, str]], *, follow: bool
) -> None:
    assert amounts_follow(_read(payouts), Names()) is follow
