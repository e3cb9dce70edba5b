"""Plans that `diff --save` keeps: read back, and shown with what moved since."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.terminal import console
from reconcile.errors import ConfigurationError
from reconcile.jobs.session import reading

if TYPE_CHECKING:
    from reconcile.apply.staleness import Stale
    from reconcile.config import Settings
    from reconcile.plan.model import Plan


def is_saved_plan(file: Path) -> bool:
    """Whether a file is a plan, by its name."""
    return file.suffix.lower() == ".json"


def read_plan(file: Path) -> Plan:
    """A saved plan. Raises ConfigurationError for a file that is none, or was changed."""
    from reconcile.plan.codec import from_json

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The plan {file} cannot be read.") from error
    return from_json(text, file.name)


def show_saved(file: Path, settings: Settings, *, as_json: bool, full: bool) -> int:
    """Shows a saved plan, then reads what it relies on and shows what moved; answers the exit code.

    The plan itself is shown whatever the API says.
    """
    from reconcile.apply.staleness import moved_since
    from reconcile.domain.snapshot import Environment
    from reconcile.plan.codec import to_json
    from reconcile.report.build import report_on
    from reconcile.report.terminal import render

    # Gather.
    plan = read_plan(file)
    if not as_json:
        render(report_on(plan), console(), full=full)
    with reading(settings) as reader:
        environment = Environment(reader.connection.origin, settings.profile_name)
        if plan.environment != environment:
            raise ConfigurationError(
                f"{file.name} is a plan for {plan.environment}, and this is {environment}: "
                "what moved since cannot be seen."
            )
        found = moved_since(plan, reader, settings.policy.names)
    # Act.
    if as_json:
        stale = [
            {"operation": one.operation.id, "moved": [_as_dict(value) for value in one.moved]}
            for one in found
        ]
        click.echo(json.dumps({"plan": json.loads(to_json(plan)), "stale": stale}, indent=2))
    else:
        _show(found)
    return int(bool(found) or plan.needs_decision)


def _as_dict(moved: object) -> dict[str, str | None]:
    from dataclasses import asdict, is_dataclass

    return asdict(moved) if is_dataclass(moved) and not isinstance(moved, type) else {}


def _show(found: tuple[Stale, ...]) -> None:
    if not found:
        click.echo("\nNothing that the plan relies on has moved since.")
        return
    click.echo(
        f"\nStale ({len(found)})  These operations would be held back: live moved since the plan was made."
    )
    for one in found:
        for value in one.moved:
            texts = (value.planned, value.wanted, value.live)
            planned, wanted, live = ("(blank)" if text is None else text for text in texts)
            click.echo(
                f"  {one.operation.id} {one.operation.target.id} {value.name}: planned with {planned}, "
                f"wanted {wanted}, live {live}"
            )
