"""What the tests of doubts share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from reconcile.domain.money import Money
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.result import Matching
from reconcile.erp.payments.formats.layout import built_in
from reconcile.erp.payments.model import PaymentFile

if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[..., PaymentFile]


ID = "pay_aaaa1111bbbb2222"


LAYOUTS = built_in(None)


def owed_payout(partner: str = "Acme Partners") -> Owed:
    money = Money(Decimal(100), "USD")
    return Owed(ID, partner, partner, money, "APPROVED", date(2026, 3, 31), (ID,))


def one_row_table(header: str, text: str, payee: str = "Acme Partners") -> str:
    return (
        f"Payment date,Payee,Amount,Currency,Reference,{header}\n2026-04-15,{payee},100.00,USD,{ID},{text}\n"
    )


def paid_count(result: Matching) -> int:
    return sum(match.verdict == "paid" for match in result.matches)


MT940 = (
    ":20:S\n:25:123/456\n:28C:1/1\n:60F:C260414USD1000,00\n:61:2604150415D100,00{kind}NONREF//B1\n"
    ":86:{id} Acme Partners\n:62F:C260415USD900,00\n"
)
