"""Stories in which a rule was broken once, as short as they can be told: none is broken any more."""

from __future__ import annotations

import pytest
from simulation.records import Habits
from simulation.story import Act, Story, played
from simulation.world import Edit, Happening

ONE_PAYOUT = (("pay_1", "ptn_1", "APPROVED", ("345.00", "202.00")),)
EXPORT, APPLY = Act("export"), Act("apply")

STORIES = {
    "a new payout that is listed late is not one that the server bent": Story(
        12,
        Habits(lag=4),
        ONE_PAYOUT,
        (EXPORT, Act("type", record="new payout", value="ptn_2 2026-04 Run 1")),
        (),
    ),
    "what somebody set before us and shows late is not what became of ours": Story(
        15,
        Habits(lag=0.5, salt=2),
        (("pay_1", "ptn_2", "PENDING_REVIEW", ("398.00", "82.00")),),
        (
            EXPORT,
            Act("type", record="pay_1", name="stage", value="SCHEDULED"),
            Act("colleague", edit=Edit("stage", "pay_1", "APPROVED")),
            APPLY,
        ),
        (),
    ),
    "a new payout is not asked for again when other lines came into the pool meanwhile": Story(
        29476,
        Habits(lag=4, salt=938),
        (
            ("pay_1", "ptn_1", "DRAFT", ("322.00",)),
            ("pool_7", "ptn_2", "2026-04-30", ("99.00",)),
        ),
        (
            EXPORT,
            Act("type", record="cln_71", name="Batch", value=""),
            Act("type", record="new payout", value="ptn_2 2026-04 Run 2"),
            Act("colleague", edit=Edit("pool", "ptn_2", "5428.00")),
            Act("save"),
            Act("apply saved"),
        ),
        (Happening(17, "500"),),
    ),
    "a new line whose payout is gone is not told as skipped after a lost answer": Story(
        34444,
        Habits(page=4, salt=823),
        (
            ("pay_1", "ptn_2", "PENDING_PAYMENT", ("44.00", "118.00")),
            ("pay_2", "ptn_1", "DRAFT", ("177.00", "267.00", "165.00")),
        ),
        (
            EXPORT,
            Act("type", record="new", value="pay_2 501.25 True-up "),
            APPLY,
            Act("colleague", edit=Edit("delete", "pay_2")),
        ),
        (Happening(18, "killed"),),
    ),
    "a payout that was there already is not told as made, also where the answer names none": Story(
        70361,
        Habits(lag=4, hides_id=True, salt=72),
        (("pay_1", "ptn_1", "DRAFT", ("41.00", "85.00", "143.00")),),
        (
            EXPORT,
            Act("type", record="new payout", value="ptn_2 pbt_1 Run 1"),
            Act("colleague", edit=Edit("batch", "ptn_2", "pbt_1")),
            Act("apply", first=2),
        ),
        (),
    ),
    "a row whose payout another row of the run made is told as found, also where its first try failed": Story(
        96745,
        Habits(salt=548),
        (("pay_1", "ptn_1", "APPROVED", ("227.00", "203.00", "150.00")),),
        (
            EXPORT,
            Act("type", record="new payout", value="ptn_2 pbt_1 Run 1"),
            Act("type", record="new payout", value="ptn_2 pbt_1 Run 2"),
            APPLY,
        ),
        (Happening(17, "500"),),
    ),
    "a comment that was sent before its workbook is withdrawn may arrive afterwards": Story(
        96326,
        Habits(salt=570),
        (("pay_1", "ptn_2", "PENDING_REVIEW", ("309.00", "378.00")),),
        (
            EXPORT,
            Act("type", record="pay_1", name="stage", value="PENDING_PAYMENT"),
            Act("type", record="new", value="pay_1 502.25 True-up"),
            Act("apply", comment=True),
            Act("withdraw"),
        ),
        (Happening(23, "late", 20),),
    ),
    "an amount that somebody changes while a 429 is waited out is not overwritten": Story(
        1,
        Habits(),
        (("pay_1", "ptn_1", "DRAFT", ("322.00",)),),
        (EXPORT, Act("type", record="cln_11", name="amount", value="510.5"), APPLY),
        (Happening(1, "429"), Happening(10, "colleague", 20, Edit("amount", "cln_11", "50.00"))),
    ),
    "a payout whose line grows while a 429 is waited out is not released": Story(
        2,
        Habits(),
        (("pay_1", "ptn_1", "APPROVED", ("322.00",)),),
        (EXPORT, Act("type", record="pay_1", name="stage", value="PAID"), APPLY),
        (Happening(1, "429"), Happening(10, "colleague", 20, Edit("amount", "cln_11", "9000.00"))),
    ),
    "a new line that somebody makes while a 429 is waited out is not made again": Story(
        3,
        Habits(keys="ignored"),
        (("pay_1", "ptn_1", "APPROVED", ("322.00",)),),
        (
            EXPORT,
            Act("type", record="new", value="pay_1 501.25 True-up"),
            Act("copy", "B"),
            APPLY,
        ),
        (Happening(1, "429"), Happening(14, "other office", 20, office="B")),
    ),
    "an amount that somebody changes while the rate is waited for is not overwritten": Story(
        4,
        Habits(rate=20),
        (("pay_1", "ptn_1", "DRAFT", tuple(f"{number}.00" for number in range(100, 118))),),
        (
            EXPORT,
            *(
                Act("type", record=f"cln_1{number}", name="amount", value=f"{number}.5")
                for number in range(1, 19)
            ),
            APPLY,
        ),
        (Happening(20, "colleague", 20, Edit("amount", "cln_17", "5000.00")),),
    ),
    "a payout whose amount does not follow its lines is not released after a wait, either": Story(
        6,
        Habits(holds_amounts=True),
        (("pay_1", "ptn_1", "APPROVED", ("322.00",)),),
        (EXPORT, Act("type", record="pay_1", name="stage", value="PAID"), APPLY),
        (Happening(1, "429"), Happening(10, "colleague", 20, Edit("amount", "cln_11", "9000.00"))),
    ),
    "a payout whose lines grew is not released where its amount does not follow them": Story(
        5,
        Habits(holds_amounts=True),
        (("pay_1", "ptn_1", "APPROVED", ("322.00",)), ("pay_2", "ptn_1", "APPROVED", ("40.00",))),
        (
            EXPORT,
            Act("type", record="pay_1", name="stage", value="PAID"),
            Act("type", record="pay_2", name="stage", value="PAID"),
            Act("save"),
            Act("colleague", edit=Edit("amount", "cln_11", "9000.00")),
            Act("apply saved"),
        ),
        (),
    ),
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_story_that_broke_a_rule_breaks_none(story: Story) -> None:
    result = played(story)
    assert not result.broken, result.told()


def test_where_the_rate_leaves_no_room_for_a_look_and_its_write_nothing_is_sent_and_the_run_says_so() -> None:
    typed = Act("type", record="cln_11", name="amount", value="510.5")
    payouts = (("pay_1", "ptn_1", "DRAFT", ("322.00",)),)

    told = played(Story(7, Habits(rate=1), payouts, (EXPORT, typed, APPLY), ())).told()

    assert "PATCH" not in told
    assert "fresh_seconds under [run] in reconcile.toml" in told
