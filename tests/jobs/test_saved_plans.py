"""A plan file that was made to hang or to exhaust the tool is refused in a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconcile.domain.policy.names_and_limits import Policy
from reconcile.errors import ConfigurationError
from reconcile.jobs.saved_plans import read_plan

DEEP = 200_000


def test_a_pipe_in_the_place_of_a_plan_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "plan.json")

    with pytest.raises(ConfigurationError, match="is not a file"):
        read_plan(tmp_path / "plan.json", Policy())


def test_a_plan_of_more_than_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "plan.json").open("wb") as file:
        file.truncate((1 << 30) + 1)

    with pytest.raises(ConfigurationError, match="more than 1,024 MB"):
        read_plan(tmp_path / "plan.json", Policy())


@pytest.mark.parametrize(
    "text",
    [
        "[" * DEEP,
        '{"a":' * DEEP,
        '{"version":5,"payouts":' + "[" * DEEP + "]" * DEEP + "}",
        '"' + "x" * DEEP,
        '{"version":' + "9" * DEEP + "}",
        '{"version":1E+999999}',
        '{"version":NaN}',
        "null",
        "\0",
        "",
    ],
    ids=lambda text: repr(text[:24]),
)
def test_a_plan_that_is_nested_deeply_or_no_plan_ends_in_a_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"plan\.json is not a plan: .+\."):
        read_plan(tmp_path / "plan.json", Policy())
