"""Whatever the server and the people do: once, seen, told, and brought to an end.

More seeds: set RECONCILE_SEEDS, or `PYTHONPATH=.:tests python -m simulation 100000`.
"""

from __future__ import annotations

import os

import pytest
from simulation.known_bugs import AMOUNTS_ARE_WRONG, BUGS, Bug
from simulation.records import Habits
from simulation.story import Act, Story, played, shrunk, written

SEEDS = int(os.environ.get("RECONCILE_SEEDS", "1000"))
BLOCK = 25
SEEDS_OF_A_BUG = 40


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_no_story_breaks_a_rule(first: int) -> None:
    for seed in range(first, min(first + BLOCK, SEEDS)):
        broken = [one.rule for one in played(written(seed)).broken]
        assert not broken, shrunk(written(seed), broken[0]).told()


def test_a_story_goes_the_same_way_every_time() -> None:
    for seed in (3, 8, 21):
        assert played(written(seed)).diary == played(written(seed)).diary


def test_a_story_shrinks_to_what_it_needs_and_is_told_in_sentences() -> None:
    acts = (
        Act("export"),
        Act("type", record="cln_11", name="description", value="Deal"),
        Act("type", record="cln_11", name="amount", value="12.5"),
        Act("wait", seconds=5),
        Act("apply"),
        Act("apply"),
    )
    story = Story(1, Habits(page=4), (("pay_1", "ptn_1", "DRAFT", ("10.00", "20.00")),), acts, ())
    with pytest.MonkeyPatch.context() as patch:
        AMOUNTS_ARE_WRONG.put_back(patch)
        found = shrunk(story, "nothing is sent that nobody asked for")

    assert [act.what for act in found.story.acts] == ["export", "type"]
    assert found.story.habits == Habits(salt=found.story.habits.salt)
    assert "Office A types amount 12.5 for cln_11." in found.told()


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.told)
def test_a_bug_that_is_put_back_is_found(bug: Bug) -> None:
    for seed in range(SEEDS_OF_A_BUG):
        story = bug.lean.story(seed)
        with pytest.MonkeyPatch.context() as patch:
            bug.put_back(patch)
            broken = {one.rule for one in played(story, real_store=False).broken}
        if broken - {one.rule for one in played(story, real_store=False).broken}:
            return
    pytest.fail(f"{bug.told}: not found within {SEEDS_OF_A_BUG} stories")


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.told)
def test_the_stories_of_a_bug_break_no_rule_without_it(bug: Bug) -> None:
    for seed in range(4):
        result = played(bug.lean.story(seed), real_store=False)
        assert not result.broken, result.told()


@pytest.mark.parametrize("first", range(0, 20, 5))
def test_a_story_goes_the_same_way_on_a_real_store(first: int) -> None:
    for seed in range(first, first + 5):
        story = written(seed)
        # A message may name the file of the store, which is another one.
        quick = [line.replace("quick-", "") for line in played(story, real_store=False).diary]
        assert list(played(story, real_store=True).diary) == quick
