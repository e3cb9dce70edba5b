"""What the free texts of banks give away: that money came back, and why."""

from __future__ import annotations

import re
from typing import Final

_RETURNED: Final = re.compile(
    r"\b(return(ed|s)?|rtn|rtnd|reversal|reversed|reverted|rejected|bounced|recall(ed)?|"
    r"charge ?back|refund(ed)?|"
    r"r(ü|ue|u)ck(gabe|ruf|(ü|ue|u)berweisung|zahlung|buchung|lastschrift|läufer|laeufer)|"
    r"storno|storniert|stornierung|retoure|retour|terugboeking|teruggeboekt|"
    r"storting terug|rejet|impay[ée]|devoluci[oó]n|"
    r"R(0[1-9]|[1-7][0-9]|8[0-5]))\b",
    re.IGNORECASE,
)
# A longer text than this is no text of a bank, and the words stand at its beginning.
_LOOK_AT: Final = 2000


def looks_returned(*texts: str) -> bool:
    """Whether the text of money received says that it is our own money coming back."""
    return any(_RETURNED.search(text[:_LOOK_AT]) for text in texts)
