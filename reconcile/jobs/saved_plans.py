"""Plans that `diff --save` keeps: read back, and what moved since."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from reconcile.apply.staleness import Stale, moved_since
from reconcile.errors import ConfigurationError
from reconcile.jobs.session import Session
from reconcile.plan.codec import from_json, to_json
from reconcile.plan.model import Plan


def is_saved_plan(file: Path) -> bool:
    """Whether a file is a plan, by its name."""
    return file.suffix.lower() == ".json"


def read_plan(file: Path) -> Plan:
    """A saved plan. Raises ConfigurationError for a file that is none, or was changed."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The plan {file} cannot be read.") from error
    return from_json(text, file.name)


def stale_operations(session: Session, plan: Plan, name: str) -> tuple[Stale, ...]:
    """The operations of a saved plan that would be held back, since live moved. name: that of its file.

    Raises ConfigurationError for a plan of another environment, and ApiError.
    """
    with session.reading() as reader:
        if plan.environment != session.environment:
            raise ConfigurationError(
                f"{name} is a plan for {plan.environment}, and this is {session.environment}: "
                "what moved since cannot be seen."
            )
        return moved_since(plan, reader, session.settings.policy.names)


def saved_json(plan: Plan, stale: Sequence[Stale]) -> str:
    """A saved plan and what moved since, for a machine."""
    moved = [
        {"operation": one.operation.id, "moved": [asdict(value) for value in one.moved]} for one in stale
    ]
    return json.dumps({"plan": json.loads(to_json(plan)), "stale": moved}, indent=2)


def stale_text(stale: Sequence[Stale]) -> Iterator[str]:
    """What moved since a plan was saved, for people, a line each."""
    if not stale:
        yield "\nNothing that the plan relies on has moved since."
        return
    yield f"\nStale ({len(stale)})  These operations would be held back: live moved since the plan was made."
    for one in stale:
        for value in one.moved:
            texts = (value.planned, value.wanted, value.live)
            planned, wanted, live = ("(blank)" if text is None else text for text in texts)
            yield (
                f"  {one.operation.id} {one.operation.target.id} {value.name}: planned with {planned}, "
                f"wanted {wanted}, live {live}"
            )
