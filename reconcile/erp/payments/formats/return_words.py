"""What the free texts of banks give away: that money came back, and why."""

from __future__ import annotations

import re
from typing import Final

_RETURNED: Final = re.compile(
    r"\b(return(ed)?|reversal|reversed|rejected|bounced|recall(ed)?|chargeback|"
    r"r[üu]ck(gabe|ruf|[üu]berweisung|zahlung|buchung)|retoure|retour)\b",
    re.IGNORECASE,
)


def looks_returned(*texts: str) -> bool:
    """Whether the text of money received says that it is our own money coming back."""
    return any(_RETURNED.search(text) for text in texts)
