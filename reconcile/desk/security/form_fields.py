"""The hidden fields that each form of a page carries, and fields with a number in their name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import Depends, HTTPException

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
        if name.startswith(before) and _is_number(number) and value:
            found[int(number)] = str(value)
    return found


def _is_number(text: str) -> bool:
    return is_digits(text) and len(text) <= _LONGEST_NUMBER


async def number_of(number: str) -> int:
    """A dependency: the number in a path. FastAPI's own takes `1_0` and the digits of other scripts."""
    if not _is_number(number):
        raise HTTPException(404)
    return int(number)


Number = Annotated[int, Depends(number_of)]
