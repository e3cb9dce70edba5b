"""The accounts from which an organisation pays, and how its payment orders are made.

Every value can be set in `[bank]` of `reconcile.toml`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PayingAccount:
    """An account of the organisation.

    currency, entity: what is paid from it; empty for every one. holder: the name on the account. iban, bic:
    for pain.001. routing_number, account_number: in the United States. company_id: the ten characters by
    which the bank knows the originator of NACHA files, often 1 and the tax number. bank_name: for NACHA.
    """

    holder: str
    currency: str = ""
    entity: str = ""
    iban: str = field(default="", repr=False)
    bic: str = ""
    routing_number: str = ""
    account_number: str = field(default="", repr=False)
    company_id: str = ""
    bank_name: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class BankPolicy:
    """How payouts are paid by file.

    terms_days: how long after the end of its period a payout is paid; one that is due already is paid on the
    next working day. prenote: whether an account in the United States gets an entry of zero before its first
    payment, and prenote_days: how many days before.
    """

    accounts: tuple[PayingAccount, ...] = ()
    terms_days: int = 30
    prenote: bool = False
    prenote_days: int = 7

    def account_for(self, currency: str, entity: str) -> PayingAccount | None:
        """The account from which a currency is paid for an entity: the one that names most of the two."""
        fitting = [
            one for one in self.accounts if one.currency in ("", currency) and one.entity in ("", entity)
        ]
        return max(fitting, key=lambda one: (bool(one.entity), bool(one.currency)), default=None)
