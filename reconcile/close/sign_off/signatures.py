"""The people who signed a close, as its pack names them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reconcile.domain.phrases import moment


@dataclass(frozen=True, slots=True)
class SignOff:
    """A signature under the numbers of a close.

    act: `prepared` or `reviewed`. at: UTC, ISO 8601. request: the id under which it is on record.
    """

    act: Literal["prepared", "reviewed"]
    name: str
    at: str
    request: str

    @property
    def words(self) -> str:
        """`Ana, 2026-04-03 08:30 UTC (req-1)`."""
        return f"{self.name}, {moment(self.at)} ({self.request})"


def names_of(signed: Sequence[SignOff], act: str) -> str:
    """Who did it, with the time of each; empty where nobody did."""
    return "; ".join(one.words for one in signed if one.act == act)


def sign_off_facts(signed: Sequence[SignOff] | None, fingerprint: str) -> tuple[tuple[str, str], ...]:
    """What the cover says of it. signed: None where no second person is asked."""
    if signed is None:
        return (("Signed off", "not by a second person: [people] is not set"),)
    return (
        ("Fingerprint of the numbers", fingerprint),
        ("Prepared by", names_of(signed, "prepared") or "nobody yet"),
        ("Reviewed by", names_of(signed, "reviewed") or "nobody yet"),
    )


def sign_off_block(signed: Sequence[SignOff]) -> tuple[tuple[str, str], ...]:
    """The places of the signing version; a place that nobody has signed is left for a pen.

    The first reviewer has reviewed, and those after them have approved.
    """
    reviewers = [one.words for one in signed if one.act == "reviewed"]
    return (
        ("Prepared by", names_of(signed, "prepared")),
        ("Reviewed by, date", "".join(reviewers[:1])),
        ("Approved by, date", "; ".join(reviewers[1:])),
    )
