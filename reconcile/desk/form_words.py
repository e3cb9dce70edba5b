"""What a page says of a form, or of an address, with a field that is missing or wrong: one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

_MISSING: Final = {
    "name": "Fill in the name.",
    "of": "Name a run or a closed period, such as 2026-03.",
    "pack": "Choose a pack first.",
    "password": "Fill in the password.",
    "person": "Choose who you are.",
    "reason": "Say why; it stays on record.",
    "record": "Name a payout, a line, a payment or a run.",
    "text": "Write the comment first.",
}
"""What to do about a field that a person fills in, by its name."""
_LABELS: Final = {
    "note": "What Start here says",
    "record": "About",
    "split": "Cut into",
    "text": "The comment",
}
_OLD_PAGE: Final = "This page is too old, or was not made by this desk. Load it again."


def what_is_wrong(errors: Sequence[Mapping[str, Any]]) -> str:
    """The sentence about the first of the errors that the framework found in a request."""
    first = errors[0]
    name, kind, limits = str(first["loc"][-1]), first["type"], first.get("ctx", {})
    label = _LABELS.get(name, name)
    if kind == "missing":
        return _MISSING.get(name, _OLD_PAGE)
    if kind == "string_too_long":
        return f"{label} is too long: at most {limits['max_length']:,} characters are taken."
    if kind in ("enum", "literal_error"):
        return f"{label}: choose what the list offers."
    return f"{_LABELS.get(name, 'A field')} cannot be read. Load the page again, and fill it in there."


def is_of_the_address(errors: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the address itself names what cannot be there."""
    return any(one["loc"][0] == "path" for one in errors)
