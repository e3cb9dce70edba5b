"""The options of `reconcile sandbox`, made from the fields of its choices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any, get_args, get_type_hints

import click

from reconcile.cli.whole_number import WholeNumber
from reconcile.sandbox.choices import Choices, Key


def parsed(parse: Callable[[str], Any]) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Make a click callback of a parser that raises ValueError with a sentence."""

    def callback(_context: click.Context, _parameter: click.Parameter, value: Any) -> Any:  # noqa: ANN401 - click's
        try:
            if isinstance(value, tuple):
                return tuple(map(parse, value))
            return None if value is None else parse(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return callback


def choice_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option per field of Choices, so that defaults and help stand there alone."""
    hints = get_type_hints(Choices)
    for field in reversed(fields(Choices)):
        command = _option(field, hints[field.name])(command)
    return command


def _option(field: Field[Any], hint: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:  # noqa: ANN401 - a type hint may be anything
    facts, name = field.metadata, field.name.replace("_", "-")
    if facts.get("hidden"):
        return click.option(f"--{name}", field.name, type=WholeNumber(), hidden=True)
    if facts["parse"]:
        return _parsed_option(field, name)
    if hint is bool:
        off = facts["off"] or f"no-{name}"
        return click.option(
            f"--{name}/--{off}", field.name, default=field.default, show_default=True, help=facts["help"]
        )
    return click.option(
        f"--{name}",
        field.name,
        type=_type(hint, facts["low"]),
        default=field.default,
        show_default=True,
        help=facts["help"],
    )


def _parsed_option(field: Field[Any], name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make an option whose text a parser reads; left out, it leaves the default to Choices."""
    many = field.name == "keys"
    return click.option(
        "--key" if many else f"--{name}",
        field.name,
        multiple=many,
        callback=parsed(field.metadata["parse"]),
        default=None,
        show_default=_shown(field.default),
        metavar="TEXT",
        help=field.metadata["help"],
    )


def _shown(default: Any) -> str | bool:  # noqa: ANN401 - a default may be anything
    """Write a default as a person would type it."""
    match default:
        case None:
            return "unlimited"
        case ():
            return False
        case (Key(), *_):
            return ",".join(f"{key.name}=all" for key in default)
        case _:
            return ",".join(default)


def _type(hint: Any, low: float | None) -> click.ParamType[Any] | type:  # noqa: ANN401 - a type hint may be anything
    if values := get_args(hint):
        return click.Choice(values)
    if hint is int:
        return WholeNumber(min=int(low or 0))
    return click.FloatRange(min=low) if hint is float else str
