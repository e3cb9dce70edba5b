"""Groups of options: a command names its groups, and gets one value for each."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, TypeAlias, TypeVar, cast

import click

Command = TypeVar("Command", bound=Callable[..., Any])
Option: TypeAlias = Callable[[Any], Any]


class PlainPath(click.Path):
    """A path to a file or a folder, there or not: a pipe would be waited for, a device be replaced."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """The path. Fails for what is neither a file nor a folder."""
        found = super().convert(value, param, ctx)
        path = Path(os.fsdecode(found))
        if path.exists() and not (path.is_file() or path.is_dir()):
            self.fail(f"{path} is a pipe or a device. Name a file.", param, ctx)
        return found


@dataclass(frozen=True, slots=True)
class Group:
    """Options that make one value.

    make: takes them by their names; one that is not there has a default. As `module:name` it is imported only
    when a command runs.
    """

    name: str
    make: Callable[..., object] | str
    options: tuple[Option, ...] = ()

    def take(self, given: dict[str, Any]) -> object:
        """The value of the group, from what was given; its options are taken out of it."""
        make = resolve_name(self.make) if isinstance(self.make, str) else self.make
        names = [name for name in inspect.signature(make).parameters if name in given]
        return make(**{name: given.pop(name) for name in names})


def options(*parts: Group | Option) -> Callable[[Command], Command]:
    """Adds options and groups of options to a command, in this order; it gets each group as one value."""
    groups = [part for part in parts if isinstance(part, Group)]
    every = [one for part in parts for one in (part.options if isinstance(part, Group) else (part,))]

    def decorate(command: Command) -> Command:
        @wraps(command)
        def grouped(**given: Any) -> Any:  # noqa: ANN401  what click gives, and whatever the command answers
            values = {group.name: group.take(given) for group in groups}
            return command(**values, **given)

        decorated: Any = grouped
        for option in reversed(every):
            decorated = option(decorated)
        return cast("Command", decorated)

    return decorate
