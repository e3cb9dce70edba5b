"""Decides conflicts by a preference: the workbook's value or the live one, for what a person names."""

from __future__ import annotations

import shlex

from reconcile.domain.decision import Choice, Preference
from reconcile.domain.fields import FIELDS
from reconcile.errors import ConfigurationError


def preference_of(
    prefer: str | None, payouts: tuple[str, ...], lines: tuple[str, ...], fields: tuple[str, ...]
) -> Preference | None:
    """The preference from what a person gave; None without `prefer`. Whose it is, the job says.

    Raises ConfigurationError for a preference about everything, for a filter without a preference, and for a
    field that is not there.
    """
    filtered = bool(payouts or lines or fields)
    if prefer is None:
        if filtered:
            raise ConfigurationError("--payout, --line and --field say what --prefer is about; add --prefer.")
        return None
    if not filtered or not all(text.strip() for text in (*payouts, *lines, *fields)):
        raise ConfigurationError(
            "--prefer decides nothing in general: say which conflicts, with --payout, --line or --field."
        )
    named = {"--payout": payouts, "--line": lines, "--field": fields}
    words = [
        f"--prefer {prefer}",
        *(f"{key} {shlex.quote(one)}" for key, some in named.items() for one in some),
    ]
    known = tuple(name for text in fields for name in _fields(text))
    return Preference(Choice(prefer), payouts, lines, known, "", " ".join(words))


def _fields(text: str) -> list[str]:
    """The names of the fields that a person means by a name or a column's header, in any case."""
    every = {one.name: one.label for fields in FIELDS.values() for one in fields}
    wanted = text.strip().casefold()
    found = [name for name, label in every.items() if wanted in (name.casefold(), label.casefold())]
    if not found:
        raise ConfigurationError(f"There is no field {text!r}; the fields are: {', '.join(every.values())}.")
    return found
