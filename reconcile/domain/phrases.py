"""Small pieces of sentences that every room needs: counts, articles, suggestions, ids with names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

from reconcile.domain.money import shown_amount

_CLOSE = 0.6
"""How alike two words must be for a suggestion, as `difflib` measures it."""
_NAMED: Final = re.compile(r"\A.* \(([^()\s]+)\)", re.DOTALL)
"""An id as people choose it, with the name of what it stands for: `Acme Partners (ptn_z2113)`."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 change`, `2 changes`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def moment(at: datetime | str) -> str:
    """`2026-04-05 12:30 UTC`, of a moment in any zone, or of its ISO text as the store keeps it.

    A text that is no moment, in a store or plan that somebody changed, is shown as it is.
    """
    try:
        when = datetime.fromisoformat(at) if isinstance(at, str) else at
        when = when.astimezone(UTC) if when.tzinfo else when
    except (ValueError, OverflowError):
        return str(at)
    return f"{when:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Writing:
    """How the numbers and moments of a sentence are written.

    amount: of a number in a currency, without its code. count: of a whole number. moment: with its zone.
    """

    amount: Callable[[Decimal, str], str]
    count: Callable[[int], str]
    moment: Callable[[datetime | str], str]

    def counted(self, number: int, noun: str, plural: str = "") -> str:
        """`1 change`, `2 changes`."""
        return f"{self.count(number)} {noun if number == 1 else plural or noun + 's'}"

    def signed(self, amount: Decimal, currency: str) -> str:
        """`+12.50`, `-407.50`; `0.00` for nothing."""
        return ("+" if amount > 0 else "") + self.amount(amount, currency)


AS_RECORDED: Final = Writing(shown_amount, "{:,}".format, moment)
"""The one way of the record and its files, whoever reads them: `1,234.50`, `2026-04-05 12:30 UTC`."""


def with_article(noun: str) -> str:
    """`an action`, `a stage`."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """` Did you mean PAID?`, with the space before it; nothing where no known word is like the text.

    A known word that contains the text, or begins it, is like it, too: `Acme` means `Acme Partners`.
    """
    names = list(dict.fromkeys(known))
    folded = {name.casefold(): name for name in names}
    wanted = text.strip().casefold()
    found = get_close_matches(wanted, folded, n=3, cutoff=_CLOSE) if wanted else []
    found += [name for name in folded if wanted and wanted in name and name not in found]
    if not found:
        return ""
    return f" Did you mean {' or '.join(folded[name] for name in found[:3])}?"


def named(words: str, record_id: str) -> str | None:
    """The words and the id in one text; None where the id could not be told from it again."""
    text = f"{' '.join(words.split())} ({record_id})"
    return text if id_of(text) == record_id else None


def id_of(text: str) -> str:
    """The id in such a text; any other text is an id itself."""
    found = _NAMED.fullmatch(text)
    return found[1] if found else text
