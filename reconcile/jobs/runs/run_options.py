"""How a person wants a run: what was agreed to in advance, how far it goes, and what is written after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from reconcile.apply.bounds import Bounds
from reconcile.errors import ConfigurationError
from reconcile.jobs.session import now
from reconcile.report.files import check_names

_TIME: Final = re.compile("([01]?[0-9]|2[0-3]):([0-5]?[0-9])")
RUN_ID: Final = r"run-[A-Za-z0-9-]{1,60}"


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to in advance.

    yes: nothing is asked. allow: the gates to let pass. reopen, reason: the closed periods that may be
    changed, and why.
    """

    yes: bool = False
    allow: tuple[str, ...] = ()
    reopen: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How far a run goes, and what is written after it.

    reports: the files that the report is written to. result: where the result workbook goes; a folder for
    several. workbooks: the edited workbooks of a saved plan, which the result workbooks are copies of.
    run_id: the id of a new run, where whoever starts it must know it before; empty for one that is made up.
    force: a result workbook that is there already is replaced.
    comment: why a payout moved is left on it as a comment. comment_text: this text instead of the reasons.
    """

    bounds: Bounds = field(default_factory=Bounds)
    reports: tuple[Path, ...] = ()
    result: Path | None = None
    workbooks: tuple[Path, ...] = ()
    run_id: str = ""
    comment: bool = False
    comment_text: str = ""
    force: bool = False


def run_options(  # noqa: PLR0913  one argument per option
    *,
    until: str | None = None,
    max_calls: int | None = None,
    reports: Sequence[Path] = (),
    result: Path | None = None,
    workbooks: Sequence[Path] = (),
    new_run_id: str = "",
    comment: bool = False,
    comment_text: str = "",
    force: bool = False,
) -> RunOptions:
    """The options from what a person gave. until: `HH:MM`. Raises ConfigurationError."""
    check_names(reports)
    if new_run_id and not re.fullmatch(RUN_ID, new_run_id):
        raise ConfigurationError(
            f"--run-id {new_run_id} is no id of a run: run- and then up to 60 letters, digits and dashes."
        )
    end = None if until is None else next_time(until, now())
    return RunOptions(
        Bounds(end, max_calls),
        tuple(reports),
        result,
        tuple(workbooks),
        new_run_id,
        comment,
        comment_text,
        force,
    )


def next_time(text: str, at: datetime) -> datetime:
    """The next moment after `at` at which the clock on this computer's wall shows `HH:MM`."""
    wanted = _TIME.fullmatch(text)
    if wanted is None:
        raise ConfigurationError(f"--until {text} is no time of day such as 18:00.")
    here = at.astimezone()
    today = here.replace(hour=int(wanted[1]), minute=int(wanted[2]), second=0, microsecond=0)
    return today if today > here else today + timedelta(days=1)
