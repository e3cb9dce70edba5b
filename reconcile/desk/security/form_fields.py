"""The hidden fields that each form of a page carries, and fields with a number in their name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reconcile.domain.money import is_digits

FIELD: Final = "token"
"""What shows that a page of this desk sends the form."""
ONCE: Final = "once"
"""What makes it this one form."""
WHO: Final = "who"
"""The name of the person whose page it stands on."""
HIDDEN: Final = (FIELD, ONCE, WHO)
_LONGEST_NUMBER: Final = 9


def numbered(fields: Iterable[tuple[str, object]], before: str) -> dict[int, str]:
    """The fields `conflict-1`, `conflict-2` of a form that are not empty, by number. before: `conflict-`."""
    found = {}
    for name, value in fields:
        number = name.removeprefix(before)
        if name.startswith(before) and is_digits(number) and len(number) <= _LONGEST_NUMBER and value:
            found[int(number)] = str(value)
    return found
