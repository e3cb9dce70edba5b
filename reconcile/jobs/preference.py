"""The options that decide conflicts on the command line: `--prefer` with at least one filter."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from reconcile.errors import ConfigurationError
from reconcile.jobs.session import whoami

if TYPE_CHECKING:
    from reconcile.domain.decision import Preference

Command = TypeVar("Command", bound=Callable[..., Any])


def preference_options(command: Command) -> Command:
    """Adds `--prefer` and its filters; the command gets them as one `preference`, or None."""
    options = (
        click.option(
            "--prefer",
            type=click.Choice(["mine", "live"]),
            help="Decide conflicts: keep the workbook's value or take the live one. Needs a filter.",
        ),
        click.option("--payout", "payouts", multiple=True, help="With --prefer: this payout and its lines."),
        click.option("--line", "lines", multiple=True, help="With --prefer: this commission line."),
        click.option(
            "--field", "fields", multiple=True, help="With --prefer: this field, as its column says."
        ),
    )

    @wraps(command)
    def preferring(
        *,
        prefer: str | None,
        payouts: tuple[str, ...],
        lines: tuple[str, ...],
        fields: tuple[str, ...],
        **others: Any,  # noqa: ANN401  the command's own options, passed on as they are
    ) -> Any:  # noqa: ANN401  whatever the command answers
        return command(preference=_preference(prefer, payouts, lines, fields), **others)

    made: Any = preferring
    for option in reversed(options):
        made = option(made)
    return cast("Command", made)


def _preference(
    prefer: str | None, payouts: tuple[str, ...], lines: tuple[str, ...], fields: tuple[str, ...]
) -> Preference | None:
    """The decision from the options; None without `--prefer`.

    Raises ConfigurationError for a decision about everything, for a filter without a decision, and for a
    field that is not there.
    """
    from reconcile.domain.decision import Choice, Preference

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
    return Preference(Choice(prefer), payouts, lines, known, whoami(), " ".join(words))


def _fields(text: str) -> list[str]:
    """The names of the fields that a person means by a name or a column's header, in any case."""
    from reconcile.domain.fields import FIELDS

    every = {one.name: one.label for fields in FIELDS.values() for one in fields}
    wanted = text.strip().casefold()
    found = [name for name, label in every.items() if wanted in (name.casefold(), label.casefold())]
    if not found:
        raise ConfigurationError(f"There is no field {text!r}; the fields are: {', '.join(every.values())}.")
    return found
