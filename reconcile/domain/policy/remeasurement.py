"""What an organisation decides about balances in other currencies: ASC 830-20-35, IAS 21.23 and 21.28.

Every value can be set in `[close.remeasurement]` of `reconcile.toml`. Without a currency nothing is
remeasured.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reconcile.domain.money import known_currencies
from reconcile.domain.phrases import did_you_mean


@dataclass(frozen=True, slots=True)
class RemeasurementPolicy:
    """In which currency the books are kept, and where gains and losses go.

    currency: the functional currency of the books; empty where nothing is remeasured. account: of the gain or
    loss. payables: whether bills that are not paid are remeasured by the journals `here`, or by the `finance
    system`, which then also books what their payments realise.
    """

    currency: str = ""
    account: str = ""
    payables: Literal["here", "finance system"] = "here"

    @property
    def is_on(self) -> bool:
        """Whether balances are remeasured."""
        return bool(self.currency)

    def faults(self, payable: str) -> Iterator[str]:
        """What is wrong with the settings, a sentence each. payable: the account of bills in `[close.gl]`."""
        if not self.currency:
            if self.account:
                yield "currency must name the currency of the books, such as USD, since an account is named"
            return
        if self.currency not in known_currencies():
            hint = did_you_mean(self.currency, known_currencies())
            yield f"currency is {self.currency!r}, which is no currency; write its code, such as USD.{hint}"
        if not self.account.strip():
            yield "account must name the account of gains and losses"
        if self.payables == "here" and not payable.strip():
            yield (
                "bills that are not paid are remeasured here, so payable in [close.gl] must name their "
                'account; or set payables = "finance system", where that remeasures them itself'
            )
