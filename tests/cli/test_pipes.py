"""A pipe or a device in the place of a file is refused: no command waits for it, none replaces it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reconcile.atomic import write_text
from reconcile.cli import reconcile
from reconcile.cli.options import PlainPath
from reconcile.errors import ConfigurationError, StateError
from reconcile.store.store import Store

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def _parameters(command: click.Command, name: str) -> Iterator[tuple[str, click.Parameter]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None
            yield from _parameters(found, f"{name} {each}")
    for one in command.params:
        yield f"{name} {one.human_readable_name}", one


PATHS = [
    pytest.param(one.type, id=name)
    for name, one in _parameters(reconcile, "reconcile")
    if isinstance(one.type, click.Path | click.File)
]


@pytest.mark.parametrize("kind", PATHS)
def test_every_path_that_a_command_takes_is_no_pipe_and_no_device(kind: click.ParamType, pipe: Path) -> None:
    assert isinstance(kind, PlainPath)
    for path in (pipe, Path(os.devnull)):
        with pytest.raises(click.BadParameter, match=r"is a (pipe or a device|file)"):
            kind.convert(str(path), None, None)


def test_there_are_paths_among_the_options() -> None:
    assert len(PATHS) > 30


def test_a_pipe_is_no_state_store(pipe: Path) -> None:
    with pytest.raises(StateError, match="is not a file"):
        Store(pipe)


def test_an_output_takes_the_place_of_no_pipe(pipe: Path) -> None:
    with pytest.raises(ConfigurationError, match="is a pipe or a device"):
        write_text(pipe, "money")
    assert pipe.is_fifo()
