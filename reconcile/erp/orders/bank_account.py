"""A partner's bank account: checked by its own digits, shown by its last four, remembered by a hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from stdnum import bic, iban
from stdnum.exceptions import ValidationError
from stdnum.us import rtn

from reconcile.domain.policy.bank import PayingAccount
from reconcile.erp.bills.vendors import Vendor

_SEPA: Final = set(
    re.findall(
        "..",
        "ADALATBEBGCHCYCZDEDKEEESFIFRGBGIGRHRHUIEISITLILTLULVMCMDMEMKMTNLNOPLPTRORSSESISKSMVA",
    )
)
_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where a partner is paid: an IBAN, or an account number with the routing number or BIC of its bank.

    person: an account of a consumer. The address is needed outside SEPA.
    """

    holder: str
    iban: str = field(default="", repr=False)
    bic: str = ""
    routing_number: str = ""
    account_number: str = field(default="", repr=False)
    savings: bool = False
    person: bool = False
    street: str = ""
    postal_code: str = ""
    town: str = ""
    country: str = ""

    @property
    def shown(self) -> str:
        """The last four characters: enough to tell two accounts apart, too little to pay one."""
        return "..." + (self.iban or self.account_number)[-_SHOWN:]

    @property
    def is_sepa(self) -> bool:
        """Whether its IBAN is of a country that takes part in SEPA."""
        return self.iban[:2] in _SEPA

    def fingerprint(self, partner_id: str) -> str:
        """A slow hash of every number of the account, other for each partner: it is not found by trying."""
        bank = "" if self.iban else self.bic[:8]  # beside an IBAN it may be left out, and says nothing more
        number = f"{self.iban}|{self.routing_number}|{self.account_number}|{bank}"
        salt = f"reconcile account {partner_id}".encode()
        return hashlib.scrypt(number.encode(), salt=salt, n=2**11, r=8, p=1, dklen=24).hex()


def account_of(vendor: Vendor, partner_name: str) -> BankAccount:
    """The account of a row of the vendors file; its numbers without spaces and in capitals."""
    return BankAccount(
        holder=vendor.holder or vendor.vendor or partner_name,
        iban=_compact(vendor.iban),
        bic=_compact(vendor.bic),
        routing_number=_compact(vendor.routing_number),
        account_number=_compact(vendor.account_number),
        savings=vendor.account_type.casefold() == "savings",
        person=vendor.person.casefold() == "yes",
        street=vendor.street,
        postal_code=vendor.postal_code,
        town=vendor.town,
        country=vendor.country.upper(),
    )


def _compact(number: str) -> str:
    return "".join(number.split()).upper()


def number_faults(account: BankAccount | PayingAccount) -> Iterator[str]:
    """What is wrong with the numbers of an account; a fault names the end of a number only."""
    checks: tuple[tuple[str, str, Callable[[str], str]], ...] = (
        ("IBAN", account.iban, iban.validate),
        ("BIC", account.bic, bic.validate),
        ("routing number", account.routing_number, rtn.validate),
    )
    for name, number, validate in checks:
        if number:
            try:
                validate(number)
            except ValidationError:
                yield f"the {name} that ends in {number[-_SHOWN:]} is not valid"
    if account.account_number and not account.account_number.replace("-", "").isalnum():
        yield f"the account number that ends in {account.account_number[-_SHOWN:]} is not all digits"
