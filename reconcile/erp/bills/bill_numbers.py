"""Bill numbers: unique, always the same for the same payout, and leading back to it."""

from __future__ import annotations

import hashlib
import re
from typing import Final

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing that is misread
_CODE_LENGTH: Final = 10
_ORDER_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,34}")  # 35 characters, none outside SEPA's set


def code_of(record_id: str) -> str:
    """Ten letters and digits that stand for an id where the id itself is too long.

    50 bits of its SHA-256: two of a million ids have the same code about once in two thousand times, and
    then both are held back rather than billed under one number.
    """
    number = int.from_bytes(hashlib.sha256(record_id.encode()).digest()[:7]) >> 6
    return "".join(_LETTERS[number >> shift & 31] for shift in range(5 * (_CODE_LENGTH - 1), -1, -5))


def bill_number(pattern: str, payout_id: str, line_id: str, partner_id: str, period: str) -> str:
    """The number of a payout's bill, or of a line's where every line is a bill.

    pattern: the layout's; it can name only what never changes, so the number never does.
    """
    return pattern.format(
        payout_id=payout_id,
        line_id=line_id,
        partner_id=partner_id,
        period=period,
        code=code_of(line_id or payout_id),
        order_id=order_id(payout_id),
    )


def order_id(payout_id: str) -> str:
    """The end-to-end id of a payment: the payout's id as banks take it, or its code where it does not fit."""
    text = payout_id.replace("_", "-")
    return text if _ORDER_ID.fullmatch(text) else f"IN-{code_of(payout_id)}"
