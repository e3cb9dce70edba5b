"""What a plan was made of beside its workbooks, as JSON, so that it can be made again years later."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from reconcile.domain.policy.names_and_limits import Policy
from reconcile.errors import ConfigurationError
from reconcile.plan.build import Circumstances
from reconcile.plan.made_before.likeness import Posted
from reconcile.plan.sources import Applied, OwnWork

INPUTS_VERSION: Final = 1


@dataclass(frozen=True)
class PlanInputs:
    """What decided a plan beside the workbooks, the exports and live.

    files: the workbooks by the names that the plan gives them; own: what earlier runs of each did; kept:
    whether the store had its export. settings: what else was set, for people; never a key or an account.
    templates: whether the user's own templates were in use. undoes: the run that the plan sets back.
    """

    tool_version: str
    policy: Policy
    given: Circumstances
    files: tuple[str, ...]
    own: tuple[OwnWork, ...]
    kept: tuple[bool, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    templates: bool = False
    undoes: str = ""


def to_json(inputs: PlanInputs) -> str:
    """The inputs as JSON text; the same inputs give the same text."""
    given = _of(Circumstances).dump_python(inputs.given, mode="json")
    if given["narrowing"]["ids"] is not None:
        given["narrowing"]["ids"] = sorted(given["narrowing"]["ids"])
    told = {
        "version": INPUTS_VERSION,
        "tool_version": inputs.tool_version,
        "policy": _of(Policy).dump_python(_plain(inputs.policy), mode="json"),
        "given": given,
        "files": list(inputs.files),
        "own": [_own_json(one) for one in inputs.own],
        "kept": list(inputs.kept),
        "settings": dict(inputs.settings),
        "templates": inputs.templates,
        "undoes": inputs.undoes,
    }
    return json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def from_json(text: str, name: str) -> PlanInputs:
    """The inputs from JSON text. name: of the file. Raises ConfigurationError for what are none."""
    try:
        told = json.loads(text)
        if told["version"] != INPUTS_VERSION:
            raise ConfigurationError(
                f"{name} is of version {told['version']}, and this reconcile reads {INPUTS_VERSION}."
            )
        return PlanInputs(
            tool_version=str(told["tool_version"]),
            policy=_of(Policy).validate_json(json.dumps(told["policy"])),
            given=_of(Circumstances).validate_json(json.dumps(told["given"])),
            files=tuple(map(str, told["files"])),
            own=tuple(map(_own_work, told["own"])),
            kept=tuple(map(bool, told["kept"])),
            settings={str(key): str(value) for key, value in told["settings"].items()},
            templates=bool(told["templates"]),
            undoes=str(told["undoes"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, ValidationError) as error:
        raise ConfigurationError(f"{name} does not say what a plan was made of.") from error


def _plain(policy: Policy) -> Policy:
    """The policy with plain mappings: a read-only view cannot be written as JSON."""
    names = replace(policy.names, decline_reasons=dict(policy.names.decline_reasons))
    return replace(policy, names=names, rules=dict(policy.rules))


@cache
def _of(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _own_json(own: OwnWork) -> dict[str, Any]:
    return {
        "created": dict(own.created),
        "posted": {key: one.to_json() for key, one in own.posted.items()},
        "gone": sorted(own.gone),
        "sent": sorted([*key, text] for key, text in own.sent.items()),
        "applied": sorted(
            ([*key, one.value, one.run_id, one.at] for key, one in own.applied.items()),
            key=lambda row: row[:2],
        ),
    }


def _own_work(told: Mapping[str, Any]) -> OwnWork:
    rows: Sequence[Sequence[Any]] = told["applied"]
    return OwnWork(
        created=dict(told["created"]),
        posted={key: posted for key, text in told["posted"].items() if (posted := Posted.from_json(text))},
        gone=frozenset(told["gone"]),
        sent={(record, name): text for record, name, text in told["sent"]},
        applied={(row[0], row[1]): Applied(row[2], row[3], row[4]) for row in rows},
    )
