"""Makes values of sections of the settings; a message names file, section and key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from reconcile.domain.money import parse_decimal
from reconcile.domain.phrases import did_you_mean
from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_LARGEST: Final = 1_000_000
T = TypeVar("T")


def read_bytes(file: Path) -> bytes:
    """The file as it is: what is read here is what is held against its trust, and what is used."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error}.") from error
    if len(raw) > _LARGEST:
        raise ConfigurationError(f"{file} is larger than {_LARGEST // 1_000_000} MB.")
    return raw


def made(kind: type[T], values: Mapping[str, Any], file: Path | None, section: str) -> T:
    """A settings value from a section, each key known and of the right type."""
    if values == {}:
        return kind()
    if not isinstance(values, Mapping):
        raise ConfigurationError(f"{file}: [{section}] must be a section.")
    refuse_unknown(values, {one.name for one in fields(kind)}, file, section)  # type: ignore[arg-type]
    return validated(kind, values, file, section)


def validated(kind: type[T], values: Mapping[str, Any], file: Path | None, section: str) -> T:
    """A value whose keys are known. Raises ConfigurationError for one of the wrong type, or that lacks."""
    from pydantic import ValidationError

    try:
        # A class is hashable; mypy asks its instances.
        checked: T = _adapter(kind).validate_python(values)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join((section, *(str(part) for part in first["loc"])))
        raise ConfigurationError(f"{file or 'The settings'}: {where}: {first['msg']}.") from error
    where = f"{file or 'The settings'}: {section}"
    for name, value in values.items():
        _refuse_other_numbers(value, getattr(checked, name, None), f"{where}.{name}")
    return checked


def _refuse_other_numbers(given: object, made: object, where: str) -> None:
    """Raises ConfigurationError for what the library takes for a number and nobody means as one.

    It takes `"1_000"`, `true`, nan, and decimals in the digits of every script.
    """
    if isinstance(made, Mapping) and isinstance(given, Mapping):
        for key in given:
            _refuse_other_numbers(given[key], made.get(key), f"{where}.{key}")
    elif isinstance(made, Decimal):
        if not (isinstance(given, int | float | Decimal | str) and parse_decimal(str(given)) is not None):
            raise ConfigurationError(f"{where} must be a number of plain digits, such as 1000.00.")
    elif isinstance(made, int | float) and not isinstance(made, bool) and not _is_number(given):
        raise ConfigurationError(f"{where} must be a number, such as 10, without quotes.")


def _is_number(given: object) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """What checks the values of a section; making it takes longer than all it checks."""
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def refuse_unknown(values: Mapping[str, Any], known: set[str], file: Path | None, section: str) -> None:
    """Raises ConfigurationError for a key that is none."""
    for name in values:
        if name not in known:
            raise ConfigurationError(
                f"{file}: {section} has no setting {name!r}; there are: {', '.join(sorted(known))}."
                f"{did_you_mean(name, known)}"
            )
