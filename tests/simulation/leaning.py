"""Stories that lean towards one kind of trouble: still made up from a seed, but with what that trouble needs."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from simulation.records import BATCH
from simulation.story import Act, Story, written
from simulation.world import Edit, Happening

_BY_HAND: Final = ("colleague", "pool", "open", "text")
"""What a colleague does."""


@dataclass(frozen=True)
class Lean:
    """What the stories of one kind have in common.

    typed: what is typed into the workbook; see `_typed` and `_batched`. then: what people do afterwards;
    `colleague` stands for a change of a line that the workbook is about, `pool` for a line that one adds to
    the pool, `open` for a payout that one makes, `text` for another description of that line. faults: what becomes of the first writes, with seconds.
    within: what happens at some step of the run. steps: the steps between which that is. seconds: so long
    after the step people do it. live_minutes: for how long a reading of live serves a plan.
    """

    typed: tuple[str, ...] = ("new",)
    then: tuple[Act, ...] = (Act("apply"),)
    faults: tuple[tuple[str, float], ...] = ()
    within: tuple[str, ...] = ()
    steps: tuple[int, int] = (8, 40)
    seconds: float = 0
    habits: Mapping[str, Any] = field(default_factory=dict)
    live_minutes: float = 0

    def story(self, seed: int) -> Story:
        """The story of a seed."""
        dice, plain = random.Random(seed), written(seed)
        payouts = tuple(one for one in plain.payouts if one[0] != "pool")
        first, *others = payouts
        payouts = ((*first[:2], dice.choice(["PENDING_REVIEW", "APPROVED"]), first[3]), *others)
        line = f"cln_1{dice.randrange(len(first[3])) + 1}"
        if {"batch", "on a batch"} & {*self.typed}:
            payouts = (*payouts, ("pool_8", "ptn_1", "2026-03-31", ("40.00", "60.00")))
            line = dice.choice(["cln_81", "cln_82"]) if "amount" not in self.typed else line
        if "on a batch" in self.typed:
            payouts = (("pay_1", "ptn_2", *payouts[0][2:]), payouts[-1])
        acts = [Act("export")]
        acts += [one for what in self.typed for one in _typed(what, line, dice)]
        acts += [
            replace(one, edit=_edit(line, dice, one.what)) if one.what in _BY_HAND else one
            for one in self.then
        ]
        happenings = sorted(self._happenings(line, dice), key=lambda one: one.step)
        habits = replace(plain.habits, **self.habits)
        return Story(seed, habits, payouts, tuple(acts), tuple(happenings), self.live_minutes)

    def _happenings(self, line: str, dice: random.Random) -> Iterator[Happening]:
        for number, (what, seconds) in enumerate(self.faults):
            yield Happening(number + 1, what, seconds)
        for what in self.within:
            step = dice.randrange(*self.steps)
            if what in _BY_HAND:
                yield Happening(step, "colleague", self.seconds, edit=_edit(line, dice, what))
            elif what == "other office":
                yield Happening(step, what, self.seconds, office="A")
            else:
                yield Happening(step, what)


def _typed(what: str, line: str, dice: random.Random) -> Iterator[Act]:
    if what == "new":
        amount = f"{dice.randrange(500, 900)}.{dice.choice(['5', '25'])}"
        yield Act("type", record="new", value=f"pay_1 {amount} True-up {dice.randrange(100)}")
    elif what == "odd new":
        yield Act("type", record="new", value=f"pay_1 {dice.randrange(500, 900)}.125 Bonus  two")
    elif what in ("new payout", "batch", "on a batch"):
        when = BATCH if what == "on a batch" else dice.choice(["2026-04", "2026-Q1"])
        yield Act("type", record="new payout", value=f"ptn_1 {when} Run {dice.randrange(100)}")
        for one in ("cln_81", "cln_82") if what != "new payout" else ():
            yield Act("type", record=one, name="Batch")
    else:
        yield _typed_in(what, line, dice)


def _typed_in(what: str, line: str, dice: random.Random) -> Act:
    name, value = {
        "release": ("stage", dice.choice(["PAID", "PENDING_PAYMENT"])),
        "amount": ("amount", f"{dice.randrange(500, 900)}.5"),
        "text": ("description", f"Deal of {dice.randrange(100)}"),
        "odd text": ("description", f" Deal  {dice.randrange(100)}"),
    }[what]
    return Act("type", record="pay_1" if name == "stage" else line, name=name, value=value)


def _edit(line: str, dice: random.Random, what: str = "colleague") -> Edit:
    amount = f"{dice.randrange(1000, 9000)}.00"
    if what == "pool":
        return Edit("pool", "ptn_1", amount)
    if what == "text":
        return Edit("description", line, f"Changed {dice.randrange(100)}")
    return Edit("open", "ptn_1", BATCH) if what == "open" else Edit("amount", line, amount)
