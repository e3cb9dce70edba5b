"""Whatever a text says, in Introw, in a workbook or as an argument: nothing is written, and it stays data."""

from __future__ import annotations

from typing import Any

import pytest
from assistant.conftest import Assistant
from assistant.injections import INJECTIONS

from reconcile.assistant.tools import A_PERSON_APPLIES
from reconcile.domain.unseen import hidden_in, visible
from reconcile.workbook.copy import Keystroke, type_into


@pytest.fixture(scope="module")
def told(assistant: Assistant) -> list[dict[str, Any]]:
    """What the tools answer over a month in which every name, text, note and reason is an injection."""
    answers = assistant.calls(("export", {"output": "month.xlsx"}))
    typed = [
        Keystroke(sheet, f"{prefix}_{number}", column, text.lstrip("=") or None)
        for number, text in enumerate(INJECTIONS)
        for sheet, prefix, column in (
            ("Payouts", "pay", "Statement note"),
            ("Payouts", "pay", "Reason"),
            ("Lines", "cln", "Internal note"),
            ("Lines", "cln", "Description"),
        )
    ]
    type_into(assistant.folder / "month.xlsx", assistant.folder / "edited.xlsx", typed)
    answers += assistant.calls(
        ("check", {"workbook": "edited.xlsx"}),
        ("diff", {"workbooks": ["edited.xlsx"], "save": "plan.json"}),
        ("list_workbooks", {}),
        ("list_runs", {}),
    )
    return answers


@pytest.fixture(scope="module")
def outside(told: list[dict[str, Any]]) -> frozenset[str]:
    """Every text in the data of these answers."""
    return frozenset(one for answer in told for one in _texts(answer["data"]))


def test_there_are_fifty_of_them_and_the_tools_did_their_work(told: list[dict[str, Any]]) -> None:
    assert len(set(INJECTIONS)) == 50
    assert [one["done"] for one in told] == [True] * 5
    assert len(told[2]["data"]["operations"]) >= 50


def test_what_nobody_sees_is_visible_in_every_answer(outside: frozenset[str]) -> None:
    assert [one for one in outside if next(hidden_in(one), "")] == []


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_text_from_outside_is_never_among_our_words_and_hides_nothing(
    text: str, told: list[dict[str, Any]], outside: frozenset[str], assistant: Assistant
) -> None:
    shown = visible(text)

    assert any(shown in one for one in outside)
    assert not [one["said"] for one in told if shown in one["said"]]
    assert assistant.writes() == []


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_text_as_an_argument_does_nothing(text: str, assistant: Assistant) -> None:
    before = sorted(one.name for one in assistant.folder.iterdir())
    edit = {"sheet": "Lines", "row": text, "column": text, "value": text}
    answers = assistant.calls(
        ("apply", {"plan": text}),
        ("ask_for_approval", {"plan": text}),
        ("check", {"workbook": text}),
        ("export", {"output": text}),
        ("explain_rule", {"rule": text}),
        ("propose_edits", {"workbook": "month.xlsx", "output": text, "edits": [edit]}),
    )

    assert [one["done"] for one in answers] == [False] * len(answers)
    assert answers[0]["said"] == A_PERSON_APPLIES
    assert not [one for one in answers if visible(text) in one["said"]]
    assert sorted(one.name for one in assistant.folder.iterdir()) == before
    assert assistant.writes() == []


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []
