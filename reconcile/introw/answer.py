"""One answer of the server, as far as it concerns the rest of this package."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from reconcile.errors import UnexpectedAnswer

_LONGEST_NUMBER: Final = 100
_FAR: Final = re.compile(r"[eE][+-]?[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Answer:
    """The request it answers (`GET`, `/payouts`), its status, headers and complete body.

    headers: by name in small letters. next_link: the target of the Link header's rel=next. linked: there is a
    Link header for paging at all.
    """

    method: str
    path: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    next_link: str | None = None
    linked: bool = False

    def json(self) -> object:
        """The body, with every number that is not whole as a Decimal. Raises UnexpectedAnswer."""
        try:
            return json.loads(self.content, parse_float=_number, parse_int=_whole, parse_constant=NotANumber)
        except (ValueError, RecursionError) as error:
            raise UnexpectedAnswer(
                f"The answer to {self.method} {self.path} ({self.status}) is not JSON. "
                "Check that INTROW_BASE_URL is the address of the API.",
                self.status,
            ) from error


@dataclass(frozen=True, slots=True)
class NotANumber:
    """Stands for NaN, an infinity or an absurdly long number: an error only where the member is needed."""

    text: str


def _number(text: str) -> Decimal | NotANumber:
    return Decimal(text) if len(text) <= _LONGEST_NUMBER and not _FAR.search(text) else NotANumber(text[:40])


def _whole(text: str) -> int | NotANumber:
    return int(text) if len(text) <= _LONGEST_NUMBER else NotANumber(text[:40])
