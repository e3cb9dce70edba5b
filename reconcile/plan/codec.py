"""The plan as JSON and back, and its fingerprint."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from reconcile.domain.money import is_bounded
from reconcile.errors import ConfigurationError
from reconcile.plan.model import PLAN_VERSION, Plan


@dataclass(frozen=True, slots=True)
class _Versioned:
    version: int


_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)

OLDEST_PLAN: Final = 3
"""The oldest version in the record of a run that can still be undone."""
OLDEST_APPLIED: Final = 4
"""The oldest version that can be applied and resumed: it names all that its operations rely on."""
_FAR: Final = tuple(map(re.compile, (r"[eE](?<=[\d_.].)[+-]?[\d_]{3,}(?!\w)", r"\d[\d_]{28}", r"\\u")))
"""One of them stands in the text of every number of more digits than an amount has, and seldom anywhere else.

Decimal takes digits of every script and `_` between them. In a fingerprint letters follow the digits.
"""
_UNSEALED: Final[dict[str, Any]] = {"cost": {"credits_left"}}
_AFTER_5: Final[dict[str, Any]] = {
    "changes": {"__all__": {"reason"}},
    "operations": {"__all__": {"reason"}},
}
_AFTER_4: Final[dict[str, Any]] = _AFTER_5 | {
    "held": {"__all__": {"money"}},
    "conflicts": {"__all__": {"money"}},
    "decided": {"__all__": {"conflict": {"money"}}},
    "findings": {"__all__": {"partner_name", "money"}},
}
_AFTER_3: Final[dict[str, Any]] = {"scale": True, "workbooks": {"__all__": {"kept"}}} | _AFTER_4
_LATER: Final[Mapping[int, dict[str, Any]]] = {3: _AFTER_3, 4: _AFTER_4, 5: _AFTER_5}
"""What plans of an older version do not have, and their fingerprints do not cover."""


@cache
def _plans() -> TypeAdapter[Plan]:
    return TypeAdapter(Plan)


def to_json(plan: Plan) -> str:
    """The plan as JSON text; amounts are decimal strings, so nothing is lost."""
    return _plans().dump_json(plan, indent=2).decode() + "\n"


def from_json(text: str, name: str, oldest: int = OLDEST_APPLIED) -> Plan:
    """The plan from JSON text. `name` is the file for the message. oldest: the oldest version that will do.

    Raises ConfigurationError when it is not a plan of these versions, or was changed after it was made.
    """
    try:
        plan = _read(text, name, oldest)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ConfigurationError(f"{name} is not a plan: {where}: {first['msg']}.") from error
    if any(far.search(text) for far in _FAR) and not all(map(is_bounded, _numbers(plan))):
        raise ConfigurationError(f"{name} is not a plan: a number has more digits than an amount can have.")
    if plan.fingerprint != fingerprint(plan):
        raise ConfigurationError(
            f"{name} was changed after it was made. Make the plan again with diff --save."
        )
    return plan


def _read(text: str, name: str, oldest: int) -> Plan:
    """The plan. What is not one may be one of another version, which has other parts, and is told so.

    The version is read by itself only then: to read all the text twice takes a tenth more time.
    """
    try:
        plan = _plans().validate_json(text)
    except ValidationError:
        _expect(TypeAdapter(_Versioned).validate_json(text).version, name, oldest)
        raise
    _expect(plan.version, name, oldest)
    return plan


def _numbers(value: object) -> Iterator[Decimal]:
    """Every number in a value and in what it is made of."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Decimal):
            yield one
        elif is_dataclass(one):
            waiting += (getattr(one, each.name) for each in fields(one))
        elif isinstance(one, Mapping):
            waiting += one.values()
        elif isinstance(one, tuple):
            waiting += one


def _expect(version: int, name: str, oldest: int) -> None:
    if not oldest <= version <= PLAN_VERSION:
        raise ConfigurationError(
            f"{name} is a plan of version {version} and this reconcile applies version {PLAN_VERSION}: "
            "make it again from the workbook with diff --save."
        )


def fingerprint(plan: Plan) -> str:
    """A SHA-256 over everything in the plan but when and by whom it was made, and the credits then.

    So a plan that is made again from the same values is the same plan, and what was agreed to holds. No
    control rests on `made_by`: who prepared a plan signed the request, and who applied it stands in the run.
    """
    bare = replace(plan, made_at=_NO_TIME, made_by="", fingerprint="")
    text = _plans().dump_json(bare, exclude=_UNSEALED | _LATER.get(plan.version, {}))
    return hashlib.sha256(text).hexdigest()
