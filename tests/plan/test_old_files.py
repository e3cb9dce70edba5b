"""Workbooks that earlier versions exported give the plan that they gave then; plans of theirs are refused.

The files in `old` were written by the program as it was when plans had that version: an export that finance
edited by openpyxl, and the plan that `diff --save` made of it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import POLICY, make_plan

from reconcile.check.review import review
from reconcile.errors import ConfigurationError
from reconcile.plan.codec import from_json
from reconcile.workbook.read.baseline import baseline_of
from reconcile.workbook.read.reader import read_workbook
from reconcile.workbook.read.readonly_edits import readonly_edits

OLD = Path(__file__).parent / "old"
VERSIONS = (1, 2, 3)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_workbook_asks_for_what_it_asked_for_then(version: int) -> None:
    """The keys of new lines included: a line that was made before the upgrade is not made again after it."""
    edited = read_workbook(OLD / f"workbook_{version}.xlsx", POLICY, None)
    known = baseline_of(edited)
    plan = make_plan(
        known, edited, known, findings=review(edited, known, POLICY, readonly_edits(edited, known))
    )
    then = json.loads((OLD / f"plan_{version}.json").read_text(encoding="utf-8"))["operations"]

    assert {one.target.id: one.body for one in plan.operations} == {
        one["target"]["id"]: one["body"] for one in then
    }
    assert len(then) == 5


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_plan_is_refused_since_it_does_not_say_what_it_relies_on(version: int) -> None:
    path = OLD / f"plan_{version}.json"

    with pytest.raises(
        ConfigurationError, match=rf"plan_{version}.json is a plan of version {version} .*diff --save"
    ):
        from_json(path.read_text(encoding="utf-8"), path.name)
