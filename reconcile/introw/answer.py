"""One answer of the server, as far as it concerns the rest of this package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from reconcile.errors import UnexpectedAnswer


@dataclass(frozen=True, slots=True)
class Answer:
    """The request it answers (`GET`, `/payouts`), its status, headers and complete body.

    next_link: the target of the Link header's rel=next. linked: there is a Link header for paging at all.
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
            return json.loads(self.content, parse_float=Decimal, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise UnexpectedAnswer(
                f"The answer to {self.method} {self.path} ({self.status}) is not JSON. "
                "Check that INTROW_BASE_URL is the address of the API.",
                self.status,
            ) from error


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")
