"""The plan as JSON and back, and its fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from reconcile.errors import ConfigurationError
from reconcile.plan.model import PLAN_VERSION, Plan


@dataclass(frozen=True, slots=True)
class _Versioned:
    version: int


_ADAPTER = TypeAdapter(Plan)
_VERSIONED = TypeAdapter(_Versioned)
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def to_json(plan: Plan) -> str:
    """The plan as JSON text; amounts are decimal strings, so nothing is lost."""
    return _ADAPTER.dump_json(plan, indent=2).decode() + "\n"


def from_json(text: str, name: str) -> Plan:
    """The plan from JSON text. `name` is the file for the message.

    Raises ConfigurationError when it is not a plan of this version, or was changed after it was made.
    """
    try:
        plan = _read(text, name)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ConfigurationError(f"{name} is not a plan: {where}: {first['msg']}.") from error
    if plan.fingerprint != fingerprint(plan):
        raise ConfigurationError(
            f"{name} was changed after it was made. Make the plan again with diff --save."
        )
    return plan


def _read(text: str, name: str) -> Plan:
    """The plan. What is not one may be one of another version, which has other parts, and is told so.

    The version is read by itself only then: to read all the text twice takes a tenth more time.
    """
    try:
        plan = _ADAPTER.validate_json(text)
    except ValidationError:
        _expect(_VERSIONED.validate_json(text).version, name)
        raise
    _expect(plan.version, name)
    return plan


def _expect(version: int, name: str) -> None:
    if version != PLAN_VERSION:
        raise ConfigurationError(
            f"{name} is a plan of version {version}; this reconcile reads {PLAN_VERSION}. Make it again."
        )


def fingerprint(plan: Plan) -> str:
    """A SHA-256 over everything in the plan but when and by whom it was made, and the credits then."""
    bare = replace(plan, made_at=_NO_TIME, made_by="", fingerprint="")
    text = _ADAPTER.dump_json(bare, exclude={"cost": {"credits_left"}})
    return hashlib.sha256(text).hexdigest()
