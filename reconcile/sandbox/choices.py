"""What the sandbox does where Introw's documentation is silent, one field per open question.

The command's options are made from these fields, so a default, its help and the number of the
question (introw-api.md, section 8) stand in one place. This module imports nothing heavy.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

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


def _facts(
    text: str,
    unknown: int | str,
    *,
    off: str | None = None,
    low: float | None = None,
    parse: Callable[[str], Any] | None = None,
) -> dict[str, Any]:
    """Describe a field: its sentence, its open question, and what its option needs to know."""
    return {"help": text, "unknown": unknown, "off": off, "low": low, "parse": parse}


@dataclass(frozen=True)
class Choices:
    """Every answer the sandbox gives to an open question; `unknown` is its number in section 8.

    The sentence of each field is both its documentation and the help of its option. `documented`
    in place of a number marks a figure that Introw does state, kept here so that tests can vary it.
    """

    paging: Paging = field(default="cursor", metadata=_facts("How the lists are paged.", 1))
    page_size: int = field(
        default=50, metadata=_facts("Records on a page when the request names no limit.", 1, low=1)
    )
    max_page_size: int = field(
        default=200, metadata=_facts("Largest limit; a larger one is lowered to it.", 1, low=1)
    )
    total: bool = field(default=True, metadata=_facts("Whether lists report the total number of records.", 1))
    error_envelope: Envelope = field(
        default="nested",
        metadata=_facts("Error bodies: {'error': {code, message, details}}, or the three members bare.", 4),
    )
    echo_metadata: bool = field(
        default=True, metadata=_facts("Whether a payout shows its statement note as metadata.", 12)
    )
    echo_note: bool = field(default=False, metadata=_facts("Whether a line shows its internal note.", 12))
    edit_paid: Literal["allow", "refuse"] = field(
        default="refuse",
        metadata=_facts(
            "What happens when lines of a PAID payout are added, edited, declined or detached.", 6
        ),
    )
    detach_last: Literal["open", "decline"] = field(
        default="open",
        metadata=_facts("The payout after its last line was detached: left open and empty, or declined.", 10),
    )
    decline_payout_id: Literal["null", "keep"] = field(
        default="null",
        metadata=_facts("The payoutId of a declined line: null, or still the payout it was on.", 10),
    )
    list_voided: bool = field(
        default=True, metadata=_facts("Whether lists of lines include voided lines.", 5)
    )
    status_names: tuple[tuple[str, str], ...] = field(
        default=(),
        metadata=_facts(
            "Line status names on the wire, as PENDING=NAME,PAID=NAME.", 2, parse=parse_status_names
        ),
    )
    reason_types: tuple[str, ...] = field(
        default=("DUPLICATE", "INELIGIBLE", "ALREADY_PAID", "DISPUTED", "OUTSIDE_POLICY", "CUSTOM"),
        metadata=_facts(
            "Decline reasons that are accepted, separated by commas; CUSTOM needs a text.",
            3,
            parse=parse_reason_types,
        ),
    )
    detail_field: str = field(
        default="reason", metadata=_facts("Body member that carries the text of a decline reason.", 3)
    )
    honour_keys: bool = field(
        default=True,
        metadata=_facts("Whether a repeated idempotencyKey returns the first line.", 11, off="ignore-keys"),
    )
    key_life: float = field(
        default=0.0,
        metadata=_facts("Seconds for which an idempotencyKey is remembered; 0 is forever.", 11, low=0),
    )
    show_created: bool = field(
        default=True,
        metadata=_facts("Whether the answer to a new line shows the line.", 11, off="bare-created"),
    )
    say_existing: bool = field(
        default=True,
        metadata=_facts(
            "Whether 200 in place of 201 says that a payout was on its batch already.",
            "documented",
            off="hide-existing",
        ),
    )
    fill_source: bool = field(
        default=False,
        metadata=_facts("Whether a new line without sourceAmount gets its amount as one.", 14),
    )
    trim_texts: bool = field(
        default=False,
        metadata=_facts("Whether descriptions lose outer and repeated spaces.", 13),
    )
    amount_step: str = field(
        default="",
        metadata=_facts(
            "Amounts are rounded to a multiple of this, such as 1 or 0.05.", 14, parse=parse_step
        ),
    )
    more_decimals: Literal["refuse", "keep"] = field(
        default="refuse",
        metadata=_facts("An amount with more decimals than its currency has.", 14),
    )
    read_lag: float = field(
        default=0.0,
        metadata=_facts("Seconds after which a read of one record shows a write.", 8, low=0),
    )
    list_lag: float = field(
        default=0.0, metadata=_facts("Seconds after which the lists show a write.", 8, low=0)
    )
    rate: int = field(
        default=120, metadata=_facts("Requests that a key may make in one window.", "documented", low=1)
    )
    window: float = field(
        default=60.0,
        metadata=_facts("Seconds in a rate window, counted from the start.", "documented", low=0.1),
    )
    retry_after: bool = field(
        default=False, metadata=_facts("Whether a 429 names the seconds to wait in Retry-After.", 17)
    )
    credits: int | None = field(
        default=None,
        metadata=_facts(
            "Monthly credits, or 'unlimited' (then the credit headers are absent).", 17, parse=parse_credits
        ),
    )
    latency: int = field(
        default=0, metadata=_facts("Milliseconds that each request takes at least.", "documented", low=0)
    )
    keys: tuple[Key, ...] = field(
        default=(Key("sandbox-key"),),
        metadata=_facts(
            "A key that is accepted, as NAME=SCOPE,SCOPE or NAME=all. Repeat it for more keys.",
            20,
            parse=parse_key,
        ),
    )
    unknown_params: Literal["ignore", "refuse"] = field(
        default="ignore", metadata=_facts("What happens to query parameters of lists that are not known.", 5)
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
