"""What the sandbox does where Introw's documentation is silent, one field per open question.

The command's options are made from these fields, so a default, its help and the number of the
question (introw-api.md, section 8) stand in one place. This module imports nothing heavy.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

_Value = TypeVar("_Value")

SCOPES = (
    "partners:read",
    "partners:write",
    "commissions:read",
    "commissions:write",
    "collaborate:write",
)
STATUSES = ("PENDING", "IN_PAYOUT", "PAID", "VOIDED")

Paging = Literal["cursor", "page", "offset", "link", "none"]
Envelope = Literal["nested", "flat"]


@dataclass(frozen=True)
class Key:
    """An API key and the scopes it holds (introw-api.md 1.3); write does not imply read."""

    name: str
    scopes: frozenset[str] = frozenset(SCOPES)


def parse_key(text: str) -> Key:
    """Read `NAME=SCOPE,SCOPE` or `NAME=all`."""
    name, _, scopes = text.partition("=")
    wanted = frozenset(SCOPES) if scopes == "all" else frozenset(filter(None, scopes.split(",")))
    if not name or not wanted:
        raise ValueError(f"{text!r} is not NAME=SCOPES, for example reader=commissions:read or boss=all.")
    if unknown := wanted - set(SCOPES):
        raise ValueError(f"{', '.join(sorted(unknown))} is not a scope; there are {', '.join(SCOPES)}.")
    return Key(name, wanted)


def parse_status_names(text: str) -> tuple[tuple[str, str], ...]:
    """Read `PENDING=EXPECTED,PAID=SETTLED` into pairs of our status and the name on the wire."""
    pairs = tuple((ours, theirs) for ours, _, theirs in (part.partition("=") for part in text.split(",")))
    for ours, theirs in pairs:
        if ours not in STATUSES or not theirs:
            raise ValueError(f"{ours}={theirs} does not rename one of {', '.join(STATUSES)}.")
    return pairs


def parse_reason_types(text: str) -> tuple[str, ...]:
    """Read the comma-separated list of decline reasons that are accepted."""
    reasons = tuple(filter(None, text.split(",")))
    if not reasons:
        raise ValueError("At least one decline reason is needed.")
    return reasons


def parse_credits(text: str) -> int | None:
    """Read a number of monthly credits, or `unlimited`."""
    if text == "unlimited":
        return None
    if not text.isdecimal():
        raise ValueError(f"{text!r} is neither a number of credits nor 'unlimited'.")
    return int(text)


def parse_step(text: str) -> str:
    """Read the step to which amounts are rounded: a decimal above 0."""
    if not re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII) or not float(text):
        raise ValueError(f"{text!r} is not a decimal above 0, like 1 or 0.05.")
    return text


def _choice(
    default: _Value,
    text: str,
    unknown: int | str,
    *,
    off: str | None = None,
    low: float | None = None,
    parse: Callable[[str], Any] | None = None,
) -> _Value:
    """A field: its default, its sentence, its open question, and what its option needs to know."""
    facts = {"help": text, "unknown": unknown, "off": off, "low": low, "parse": parse}
    return field(default=default, metadata=facts)


@dataclass(frozen=True)
class Choices:
    """Every answer the sandbox gives to an open question; `unknown` is its number in section 8.

    The sentence of each field is both its documentation and the help of its option. `documented`
    in place of a number marks a figure that Introw does state, kept here so that tests can vary it.
    """

    paging: Paging = _choice("cursor", "How the lists are paged.", 1)
    page_size: int = _choice(50, "Records on a page when the request names no limit.", 1, low=1)
    max_page_size: int = _choice(200, "Largest limit; a larger one is lowered to it.", 1, low=1)
    total: bool = _choice(True, "Whether lists report the total number of records.", 1)
    error_envelope: Envelope = _choice(
        "nested", "Error bodies: {'error': {code, message, details}}, or the three members bare.", 4
    )
    echo_metadata: bool = _choice(True, "Whether a payout shows its statement note as metadata.", 12)
    echo_note: bool = _choice(False, "Whether a line shows its internal note.", 12)
    edit_paid: Literal["allow", "refuse"] = _choice(
        "refuse", "What happens when lines of a PAID payout are added, edited, declined or detached.", 6
    )
    detach_last: Literal["open", "decline"] = _choice(
        "open", "The payout after its last line was detached: left open and empty, or declined.", 10
    )
    decline_payout_id: Literal["null", "keep"] = _choice(
        "null", "The payoutId of a declined line: null, or still the payout it was on.", 10
    )
    list_voided: bool = _choice(True, "Whether lists of lines include voided lines.", 5)
    status_names: tuple[tuple[str, str], ...] = _choice(
        (), "Line status names on the wire, as PENDING=NAME,PAID=NAME.", 2, parse=parse_status_names
    )
    reason_types: tuple[str, ...] = _choice(
        ("DUPLICATE", "INELIGIBLE", "ALREADY_PAID", "DISPUTED", "OUTSIDE_POLICY", "CUSTOM"),
        "Decline reasons that are accepted, separated by commas; CUSTOM needs a text.",
        3,
        parse=parse_reason_types,
    )
    detail_field: str = _choice("reason", "Body member that carries the text of a decline reason.", 3)
    honour_keys: bool = _choice(
        True, "Whether a repeated idempotencyKey returns the first line.", 11, off="ignore-keys"
    )
    key_life: float = _choice(
        0.0, "Seconds for which an idempotencyKey is remembered; 0 is forever.", 11, low=0
    )
    show_created: bool = _choice(
        True, "Whether the answer to a new line shows the line.", 11, off="bare-created"
    )
    say_existing: bool = _choice(
        True,
        "Whether 200 in place of 201 says that a payout was on its batch already.",
        "documented",
        off="hide-existing",
    )
    fill_source: bool = _choice(False, "Whether a new line without sourceAmount gets its amount as one.", 14)
    trim_texts: bool = _choice(False, "Whether descriptions lose outer and repeated spaces.", 13)
    amount_step: str = _choice(
        "", "Amounts are rounded to a multiple of this, such as 1 or 0.05.", 14, parse=parse_step
    )
    more_decimals: Literal["refuse", "keep"] = _choice(
        "refuse", "An amount with more decimals than its currency has.", 14
    )
    read_lag: float = _choice(0.0, "Seconds after which a read of one record shows a write.", 8, low=0)
    list_lag: float = _choice(0.0, "Seconds after which the lists show a write.", 8, low=0)
    rate: int = _choice(120, "Requests that a key may make in one window.", "documented", low=1)
    window: float = _choice(60.0, "Seconds in a rate window, counted from the start.", "documented", low=0.1)
    retry_after: bool = _choice(False, "Whether a 429 names the seconds to wait in Retry-After.", 17)
    credits: int | None = _choice(
        None, "Monthly credits, or 'unlimited' (then the credit headers are absent).", 17, parse=parse_credits
    )
    latency: int = _choice(0, "Milliseconds that each request takes at least.", "documented", low=0)
    keys: tuple[Key, ...] = _choice(
        (Key("sandbox-key"),),
        "A key that is accepted, as NAME=SCOPE,SCOPE or NAME=all. Repeat it for more keys.",
        20,
        parse=parse_key,
    )
    unknown_params: Literal["ignore", "refuse"] = _choice(
        "ignore", "What happens to query parameters of lists that are not known.", 5
    )
    seed_ids: int | None = field(default=None, metadata={"hidden": True})

    def __post_init__(self) -> None:
        """Refuse a default page that is larger than the largest page."""
        if self.page_size > self.max_page_size:
            raise ValueError(
                f"The page size {self.page_size} is larger than the largest one, {self.max_page_size}."
            )

    def status_on_wire(self, status: str) -> str:
        """Give the name under which a line status travels (introw-api.md 3.2)."""
        return dict(self.status_names).get(status, status)

    def status_from_wire(self, name: str) -> str | None:
        """Give the status that travels under this name, or None."""
        return next((status for status in STATUSES if self.status_on_wire(status) == name), None)
