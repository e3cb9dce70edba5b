"""Makes values of sections of the settings; a message names file, section and key."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from reconcile.domain.money import parse_decimal
from reconcile.domain.phrases import did_you_mean
from reconcile.domain.policy.toml_text import toml_content
from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

_LARGEST: Final = 1_000_000
_MOST: Final = 1_000_000_000
"""The largest number that is no amount: as seconds 31 years, which every clock can count."""
_WANTED: Final = {
    "finite": "a number, such as 10; nan, inf and what is too large to count with are none",
    "int_parsing": "a whole number, such as 10, without quotes",
    "int": "a whole number, such as 10",
    "float_parsing": "a number, such as 10, without quotes",
    "float": "a number, such as 10",
    "decimal": "a number of plain digits, such as 1000.00",
    "bool": "true or false, without quotes",
    "string": "a text in quotes",
    "tuple": "a list in square brackets",
    "dict": "a table, such as { NAME = ... }",
    "mapping": "a table, such as { NAME = ... }",
}
"""What a value must be, by the beginning of the library's name for what is wrong with it."""
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


def sections_of(raw: bytes, known: set[str], file: Path) -> dict[str, Any]:
    """What a file of settings says, each of its sections known."""
    try:
        content = toml_content(raw.decode("utf-8"))
    except ValueError as error:
        raise ConfigurationError(f"{file} cannot be read: {error}.") from error
    refuse_unknown(content, known, file, "the file")
    return content


def beside(name: str, file: Path | None) -> Path:
    """A file that the settings name: beside them, unless they name it in full."""
    named = Path(name).expanduser()
    return named if named.is_absolute() or file is None else file.parent / named


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
        raise ConfigurationError(f"{file or 'The settings'}: {where}{_problem_of(first)}.") from error
    where = f"{file or 'The settings'}: {section}"
    for name, value in values.items():
        _refuse_other_numbers(value, getattr(checked, name, None), f"{where}.{name}")
    return checked


def _problem_of(error: ErrorDetails) -> str:
    """What is wrong with a value, in words of ours."""
    kind = error["type"]
    if kind == "value_error":
        return f": {error['ctx']['error']}"
    wanted = _WANTED.get(kind) or next(
        (words for start, words in _WANTED.items() if kind.startswith(start)), ""
    )
    return f" must be {wanted}" if wanted else f": {error['msg']}"


def _refuse_other_numbers(given: object, made: object, where: str) -> None:
    """Raises ConfigurationError for what the library takes for a number and nobody means as one.

    It takes `"1_000"`, `true`, nan, and decimals in the digits of every script. None is larger than what a
    clock or a list can count to.
    """
    for one, inner, place in _within(given, made, where):
        _refuse_other_numbers(one, inner, place)
    if isinstance(made, Decimal):
        if not (isinstance(given, int | float | Decimal | str) and parse_decimal(str(given)) is not None):
            raise ConfigurationError(f"{where} must be {_WANTED['decimal']}.")
    elif isinstance(made, int | float) and not isinstance(made, bool):
        problem = _problem_of_number(given)
        if problem:
            raise ConfigurationError(f"{where} must be {problem}.")


def _within(given: object, made: object, where: str) -> Iterator[tuple[object, object, str]]:
    """The values within a value, each beside what was made of it."""
    if isinstance(made, tuple) and isinstance(given, list):
        pairs = enumerate(zip(given, made, strict=False), start=1)
        yield from ((one, inner, f"{where} {number}") for number, (one, inner) in pairs)
    elif isinstance(given, Mapping):
        inner = made if isinstance(made, Mapping) else {key: getattr(made, key, None) for key in given}
        yield from ((value, inner.get(key), f"{where}.{key}") for key, value in given.items())


def refuse_below_zero(value: object, where: str) -> None:
    """Raises ConfigurationError for a number below zero in a section: none of the settings may be one."""
    if is_dataclass(value):
        for one in fields(value):
            refuse_below_zero(getattr(value, one.name), f"{where}.{one.name}")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            refuse_below_zero(inner, f"{where}.{key}")
    elif isinstance(value, tuple):
        for inner in value:
            refuse_below_zero(inner, where)
    elif isinstance(value, int | float | Decimal) and value < 0:
        raise ConfigurationError(f"{where} must be 0 or more.")


def _problem_of_number(given: object) -> str:
    """What a number of the settings must be, where it is not that."""
    if isinstance(given, bool):
        return "a number, such as 10, not true or false"
    if not isinstance(given, int | float):
        return "a number, such as 10, without quotes"
    if not math.isfinite(given):
        return _WANTED["finite"]
    return f"{_MOST:,} at most" if given > _MOST else ""


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
