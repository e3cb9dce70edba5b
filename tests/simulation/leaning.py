"""Stories that lean towards one kind of trouble: still made up from a seed, but with what that trouble needs."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulation.story import Act, Story, written
from simulation.world import Edit, Happening


@dataclass(frozen=True)
class Lean:
    """What the stories of one kind have in common.

    typed: what is typed into the workbook; see `_typed`. then: what people do afterwards; `colleague` stands
    for a change of a line that the workbook is about. faults: what becomes of the first writes, with seconds.
    within: what happens at some step of the run. steps: the steps between which that is.
    """

    typed: tuple[str, ...] = ("new",)
    then: tuple[Act, ...] = (Act("apply"),)
    faults: tuple[tuple[str, float], ...] = ()
    within: tuple[str, ...] = ()
    steps: tuple[int, int] = (8, 40)
    habits: Mapping[str, Any] = field(default_factory=dict)

    def story(self, seed: int) -> Story:
        """The story of a seed."""
        dice, plain = random.Random(seed), written(seed)
        payouts = tuple(one for one in plain.payouts if one[0] != "pool")
        first, *others = payouts
        payouts = ((*first[:2], dice.choice(["PENDING_REVIEW", "APPROVED"]), first[3]), *others)
        line = f"cln_1{dice.randrange(len(first[3])) + 1}"
        acts = [Act("export")]
        acts += [_typed(what, line, dice) for what in self.typed]
        acts += [
            replace(one, edit=_edit(line, dice)) if one.what == "colleague" else one for one in self.then
        ]
        happenings = sorted(self._happenings(line, dice), key=lambda one: one.step)
        habits = replace(plain.habits, **self.habits)
        return Story(seed, habits, payouts, tuple(acts), tuple(happenings))

    def _happenings(self, line: str, dice: random.Random) -> Iterator[Happening]:
        for number, (what, seconds) in enumerate(self.faults):
            yield Happening(number + 1, what, seconds)
        for what in self.within:
            step = dice.randrange(*self.steps)
            if what == "colleague":
                yield Happening(step, what, edit=_edit(line, dice))
            elif what == "other office":
                yield Happening(step, what, office="A")
            else:
                yield Happening(step, what)


def _typed(what: str, line: str, dice: random.Random) -> Act:
    if what == "new":
        amount = f"{dice.randrange(500, 900)}.{dice.choice(['5', '25'])}"
        return Act("type", record="new", value=f"pay_1 {amount} True-up {dice.randrange(100)}")
    if what == "odd new":
        return Act("type", record="new", value=f"pay_1 {dice.randrange(500, 900)}.125 Bonus  two")
    name, value = {
        "release": ("stage", dice.choice(["PAID", "PENDING_PAYMENT"])),
        "amount": ("amount", f"{dice.randrange(500, 900)}.5"),
        "text": ("description", f"Deal of {dice.randrange(100)}"),
        "odd text": ("description", f" Deal  {dice.randrange(100)}"),
    }[what]
    return Act("type", record="pay_1" if name == "stage" else line, name=name, value=value)


def _edit(line: str, dice: random.Random) -> Edit:
    return Edit("amount", line, f"{dice.randrange(1000, 9000)}.00")
