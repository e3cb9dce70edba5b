"""Groups of options: a command names them, and gets one value for each."""

from __future__ import annotations

from click import command, echo, option
from click.testing import CliRunner

from reconcile.cli.options import Group, options


def pair(left: str, right: str = "alone") -> tuple[str, str]:
    return (left, right)


PAIR = Group("pair", pair, (option("--left", default="l", help="One."),))


def test_a_group_takes_its_own_options_and_those_that_the_command_adds() -> None:
    @command()
    @options(option("--other", default="o"), PAIR, option("--right", default="r"))
    def both(*, pair: tuple[str, str], other: str) -> None:
        echo(f"{pair} {other}")

    @command()
    @options(PAIR)
    def left_only(*, pair: tuple[str, str]) -> None:
        echo(f"{pair}")

    runner = CliRunner()

    assert runner.invoke(both, ["--left", "a", "--right", "b"]).output == "('a', 'b') o\n"
    assert runner.invoke(left_only, []).output == "('l', 'alone')\n"


def test_the_options_stand_in_the_order_in_which_they_are_named() -> None:
    @command()
    @options(option("--other"), PAIR, option("--right"))
    def both(**_: object) -> None:
        """Both."""

    assert [one.name for one in both.params] == ["other", "left", "right"]
