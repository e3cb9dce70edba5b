"""A story: what the server is like, what people do, what goes wrong. Made from a seed, played, and shrunk.

Everything in a story can be left out, one by one, and the rest still plays: so a story in which a rule is broken
becomes the shortest one that breaks the same rule.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final, TypeVar

from simulation.invariants import Broken, Watch
from simulation.office import PLAIN, Ended, Office, Way
from simulation.records import BATCH, PARTNERS, PERIODS, Habits, line, payout
from simulation.stores import store_of
from simulation.world import FAULTS, Edit, Happening, Runaway, World, seeded

from reconcile.jobs.narrow_to import NarrowTo

Part = TypeVar("Part")
Payouts = list[tuple[str, str, str, tuple[str, ...]]]
EVERY_CHECKED: Final = 20
"""One seed of so many goes through the checks of workbooks, too."""
EVERY_STORED: Final = 20
"""One seed of so many keeps its state in a real store."""
TYPING: Final = 5.0
"""Seconds that it takes to type something."""
ROUNDS_AT_THE_END: Final = 3


@dataclass(frozen=True)
class Act:
    """Something that a person does. office: who. record, name, value: what is typed, and where.

    only, first: what a command is narrowed to. comment: whether it leaves comments.
    """

    what: str
    office: str = "A"
    record: str = ""
    name: str = ""
    value: str = ""
    seconds: float = 0
    edit: Edit | None = None
    only: str = ""
    first: int | None = None
    comment: bool = False

    @property
    def way(self) -> Way:
        """How the person wants the command."""
        narrow_to = NarrowTo((self.only,) if self.only else (), self.first)
        return Way(narrow_to, self.comment) if narrow_to or self.comment else PLAIN

    def told(self) -> str:
        """In a sentence."""
        if self.edit:
            return f"{self.edit.told().capitalize()}."
        if self.what == "type":
            is_new = self.record in ("new", "new payout")
            noun = "payout" if self.record == "new payout" else "line"
            where = f"a new {noun}: {self.value}" if is_new else f"{self.name} {self.value} for {self.record}"
            return f"Office {self.office} types {where}."
        if self.what == "wait":
            return f"{self.seconds:g} seconds pass."
        options = [f"--only {self.only}"] if self.only else []
        options += [f"--first {self.first}"] if self.first is not None else []
        options += ["--comment"] if self.comment else []
        return f"Office {self.office} {' '.join([ACTS[self.what], *options])}."


ACTS: Final = {
    "export": "exports a workbook",
    "apply": "applies its workbook",
    "diff": "compares its workbook with live",
    "save": "saves the plan of its workbook",
    "apply saved": "applies its saved plan",
    "resume": "resumes what is unfinished",
    "set aside": "sets aside what is unfinished",
    "backup": "copies its state store",
    "restore": "puts the copy of its state store back",
    "copy": "gets a copy of the workbook of A",
    "move": "moves the rows of its new lines down",
    "move cells": "moves the new lines down without their hidden columns",
    "withdraw": "withdraws its workbook",
    "make valid": "makes its workbook valid again",
    "strip": "lets the document inspector remove hidden columns",
}


@dataclass(frozen=True)
class Story:
    """One story.

    payouts: id, partner, stage, and the amounts of its lines. Those of the pool have an id that begins with
    `pool`, and the day of the lines for a stage. live_minutes: for how long a reading of live serves a plan.
    """

    seed: int
    habits: Habits
    payouts: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    acts: tuple[Act, ...]
    happenings: tuple[Happening, ...]
    live_minutes: float = 0

    def told(self) -> str:
        """In sentences."""
        plain = Habits()
        odd = [
            f"{one.name} {getattr(self.habits, one.name)}"
            for one in fields(Habits)
            if getattr(self.habits, one.name) != getattr(plain, one.name) and one.name != "salt"
        ]
        there = [
            f"{key} of {partner} is {stage} with lines of {', '.join(amounts) or 'nothing'}"
            for key, partner, stage, amounts in self.payouts
        ]
        kept = [f"A reading of live serves for {self.live_minutes:g} minutes."] if self.live_minutes else []
        sentences = [
            *kept,
            f"The server: {', '.join(odd) or 'nothing odd'}.",
            f"There: {'; '.join(there)}.",
            *(act.told() for act in self.acts),
            *(one.told() for one in self.happenings),
        ]
        return "\n".join(f"  {number}. {one}" for number, one in enumerate(sentences, 1))


@dataclass(frozen=True)
class Played:
    """What came of a story. occurred: what really happened of what the story says, and what people did."""

    story: Story
    broken: tuple[Broken, ...]
    diary: tuple[str, ...]
    calls: int
    occurred: tuple[str, ...]

    def told(self) -> str:
        """The story, what happened, and the rules that were broken."""
        return "\n".join(
            [
                f"Seed {self.story.seed}, shrunk:",
                self.story.told(),
                "What happened:",
                *(f"  {one}" for one in self.diary),
                "Broken:",
                *(f"  {one.rule}: {one.how}" for one in self.broken),
            ]
        )


def written(seed: int) -> Story:
    """The story of a seed."""
    return _Writer(random.Random(seed), seed).story()


@dataclass
class _Writer:
    """Makes a story up."""

    dice: random.Random
    seed: int
    typed: int = 0

    def story(self) -> Story:
        payouts = self.payouts()
        lines = [name for name, _ in _line_names(payouts)]
        acts = list(self.acts(payouts, lines))
        happenings = sorted(self.happenings(payouts, lines), key=lambda one: one.step)
        # Dice of their own: so a seed still tells the story that it told before there was such a setting.
        dice = random.Random(f"live of {self.seed}")
        minutes = dice.choice([0, 0, 0, 1, 10])
        for _ in range(dice.choice([1, 2]) if minutes else 0):
            acts.insert(dice.randrange(1, len(acts) + 1), Act("diff"))
        happenings = [_later(one, dice) for one in happenings]
        rate, holds = dice.choice([120, 120, 120, 20]), dice.random() < 0.1
        habits = replace(self.habits(), rate=rate, holds_amounts=holds)
        return Story(self.seed, habits, tuple(payouts), tuple(acts), tuple(happenings), minutes)

    def habits(self) -> Habits:
        dice = self.dice
        lag = dice.choice([0, 0, 0, 0.5, 2, 4])
        return Habits(
            lag=lag,
            replicas=dice.choice([1, 1, 2]) if lag else 1,
            keys=dice.choice(["kept", "kept", "ignored", "expire"]),
            key_life=dice.choice([2, 60]),
            rounds=dice.random() < 0.2,
            fills_source=dice.random() < 0.2,
            trims=dice.random() < 0.2,
            hides_id=dice.random() < 0.1,
            hides_voided=dice.random() < 0.3,
            keeps_place=dice.random() < 0.2,
            attaches=dice.choice(["due"] * 6 + ["all", "nothing"]),
            fills_existing=dice.random() < 0.2,
            knows_author=dice.random() < 0.9,
            knows_partner_filter=dice.random() < 0.8,
            page=dice.choice([50, 50, 4, 3]),
            salt=dice.randrange(1000),
        )

    def payouts(self) -> Payouts:
        dice, found = self.dice, []
        for number in range(dice.choice([1, 2, 2, 3])):
            stage = dice.choice(["DRAFT", "PENDING_REVIEW", "APPROVED", "PENDING_PAYMENT"])
            amounts = tuple(f"{dice.randrange(10, 400)}.00" for _ in range(dice.choice([1, 2, 2, 3])))
            found.append((f"pay_{number + 1}", dice.choice(["ptn_1", "ptn_1", "ptn_2"]), stage, amounts))
        for number in range(dice.choice([0, 0, 1, 2])):
            day = dice.choice(["2026-03-31", "2026-03-31", "2026-04-30"])
            amounts = tuple(f"{dice.randrange(10, 400)}.00" for _ in range(dice.choice([1, 1, 2])))
            found.append((f"pool_{number + 7}", dice.choice(["ptn_1", "ptn_1", "ptn_2"]), day, amounts))
        return found

    def acts(self, payouts: Payouts, lines: list[str]) -> Iterator[Act]:
        dice = self.dice
        yield Act("export")
        for _ in range(dice.choice([1, 1, 2, 3])):
            yield from self.typing("A", payouts, lines)
        if dice.random() < 0.3:
            yield Act("backup")
        if dice.random() < 0.25:
            yield self.colleague(payouts, lines)
        if dice.random() < 0.35:
            yield self.command("save", payouts, lines)
            yield from self.between(payouts, lines)
            yield self.command(dice.choice(["apply saved", "apply saved", "apply"]), payouts, lines)
        else:
            yield self.command("apply", payouts, lines)
        for _ in range(dice.choice([0, 1, 1, 2, 3])):
            yield from self.later(payouts, lines)

    def command(self, what: str, payouts: Payouts, lines: list[str], office: str = "A") -> Act:
        """A command, now and then for some records only, and with comments."""
        dice = self.dice
        only, first = "", None
        if what in ("apply", "save") and dice.random() < 0.15:
            only = dice.choice([*PARTNERS, *(one[0] for one in payouts if one[0][:4] != "pool"), *lines])
        if what in ("apply", "save") and dice.random() < 0.1:
            first = dice.choice([1, 1, 2])
        comment = what in ("apply", "apply saved", "resume") and dice.random() < 0.25
        return Act(what, office, only=only, first=first, comment=comment)

    def between(self, payouts: Payouts, lines: list[str]) -> Iterator[Act]:
        """What happens between a plan and its run."""
        if self.dice.random() < 0.5:
            yield self.colleague(payouts, lines)
        if self.dice.random() < 0.4:
            yield Act("wait", seconds=self.dice.choice([1, 15, 90, 1000]))
        if self.dice.random() < 0.3:
            yield Act("apply")

    def later(self, payouts: Payouts, lines: list[str]) -> Iterator[Act]:
        dice = self.dice
        match dice.choice(
            [
                *("again", "saved", "moved", "elsewhere", "elsewhere", "elsewhere", "aside", "resume") * 2,
                *("colleague", "more", "colleague", "more", "withdrawn"),
            ]
        ):
            case "again":
                yield self.command("apply", payouts, lines)
            case "more":
                yield from self.typing("A", payouts, lines)
                yield self.command("apply", payouts, lines)
            case "withdrawn":
                yield Act("withdraw")
                yield Act(dice.choice(["apply", "apply saved", "resume"]))
                if dice.random() < 0.6:
                    yield Act("make valid")
                    yield self.command(dice.choice(["apply", "apply saved"]), payouts, lines)
            case "saved":
                yield Act("wait", seconds=dice.choice([1, 70]))
                yield Act("apply saved")
            case "moved":
                yield Act(dice.choice(["move", "move cells", "strip"]))
                yield Act("apply")
            case "elsewhere":
                yield from self.elsewhere(payouts, lines)
            case "aside":
                yield Act("set aside")
                yield Act(dice.choice(["apply", "apply saved"]))
            case "resume":
                yield self.command("resume", payouts, lines)
            case _:
                yield self.colleague(payouts, lines)
                yield Act("wait", seconds=dice.choice([1, 15]))
                yield Act("apply")

    def elsewhere(self, payouts: Payouts, lines: list[str]) -> Iterator[Act]:
        """What happens with another store, or with an older one."""
        dice = self.dice
        match dice.choice(["other", "copy", "restore"]):
            case "other":
                yield Act("export", "B")
                yield from self.typing("B", payouts, lines)
                yield self.command("apply", payouts, lines, "B")
            case "copy":
                yield Act("wait", seconds=dice.choice([1, 70]))
                yield Act("copy", "B")
                yield Act("apply", "B")
            case _:
                yield Act("restore")
                yield Act("apply")

    def typing(self, office: str, payouts: Payouts, lines: list[str]) -> Iterator[Act]:
        dice = self.dice
        self.typed += 1
        what = dice.choice(
            [
                *("amount", "text", "stage", "stage", "decline", "detach", "new", "new", "new", "po"),
                *("new payout", "batch", "batch", "batch"),
            ]
        )
        pools = [one for one in payouts if one[0][:4] == "pool"]
        if what == "new":
            place = dice.choice([one[0] for one in payouts])
            amount = f"{500 + self.typed}.{dice.choice(['5', '25', '125'])}"
            text = dice.choice(["True-up", "True-up ", "Bonus  two"])
            yield Act("type", office, "new", "", f"{place} {amount} {text}")
        elif what == "new payout" or (what == "batch" and pools):
            partner = pools[0][1] if pools else dice.choice([*PARTNERS])
            when = dice.choice(["2026-04", "2026-04", "2026-Q1", *PERIODS, BATCH])
            if dice.random() < 0.9:
                yield Act("type", office, "new payout", "", f"{partner} {when} Run {self.typed}")
            for line_id, home in _line_names(payouts) if what == "batch" else ():
                if home in {one[0] for one in pools if one[1] == partner} and dice.random() < 0.9:
                    yield Act("type", office, line_id, "Batch", "")
        elif what != "batch":
            yield self._typed_in(what, office, payouts, lines)

    def _typed_in(self, what: str, office: str, payouts: Payouts, lines: list[str]) -> Act:
        """Something typed into a row that was exported."""
        dice = self.dice
        record = payouts[0][0] if what in ("stage", "po") else dice.choice(lines)
        name, value = {
            "amount": ("amount", dice.choice([f"{dice.randrange(10, 400)}", "33.333"])),
            "text": ("description", f" Deal  {self.typed}"),
            "stage": ("stage", dice.choice(["PAID", "PAID", "PENDING_PAYMENT", "APPROVED", "SCHEDULED"])),
            "decline": ("Decline", ""),
            "detach": ("Detach", ""),
            "po": ("po_number", f"PO-{self.typed}"),
        }[what]
        return Act("type", office, record, name, value)

    def colleague(self, payouts: Payouts, lines: list[str]) -> Act:
        return Act("colleague", edit=self.edit(payouts, lines))

    def edit(self, payouts: Payouts, lines: list[str]) -> Edit:
        dice = self.dice
        what = dice.choice(
            [
                *("amount", "amount", "description", "stage", "decline", "detach", "create"),
                *("pool", "open", "batch", "delete"),
            ]
        )
        place = dice.choice([one[0] for one in payouts])
        value = {
            "amount": f"{dice.randrange(1000, 9000)}.00",
            "create": f"{dice.randrange(1000, 9000)}.00",
            "pool": f"{dice.randrange(1000, 9000)}.00",
            "open": dice.choice(["2026-04", "2026-Q1", BATCH]),
            "batch": dice.choice(["2026-04", "2026-Q1", BATCH]),
            "stage": dice.choice(["PAID", "APPROVED", "BLOCKED"]),
            "description": f"Changed {dice.randrange(100)}",
        }.get(what, "")
        if what in ("pool", "open", "batch"):
            return Edit(what, dice.choice([*PARTNERS]), value)
        return Edit(what, place if what in ("stage", "create", "delete") else dice.choice(lines), value)

    def happenings(self, payouts: Payouts, lines: list[str]) -> Iterator[Happening]:
        dice = self.dice
        for _ in range(dice.choice([0, 1, 1, 2, 3])):
            step = dice.randrange(4, 60)
            what = dice.choice([*FAULTS, "lost", "lost", "killed", "colleague", "colleague", "other office"])
            if what == "colleague":
                yield Happening(step, what, edit=self.edit(payouts, lines))
            elif what == "other office":
                yield Happening(step, what, office=dice.choice(["A", "B"]))
            else:
                yield Happening(step, what, dice.choice([1, 3, 20]) if what in ("late", "slow") else 0)


def _later(one: Happening, dice: random.Random) -> Happening:
    """Now and then people do it some time after the step, in the middle of a wait."""
    by_people = one.what in ("colleague", "other office")
    return replace(one, seconds=dice.choice([0, 0, 2, 15, 40])) if by_people else one


def _line_names(payouts: Payouts) -> Iterator[tuple[str, str]]:
    for key, _, _, amounts in payouts:
        for number in range(len(amounts)):
            yield f"cln_{key[-1]}{number + 1}", key


# --- playing -----------------------------------------------------------------------------------------------


@dataclass
class _Stage:
    """The world, the offices and the watch of one story."""

    story: Story
    real_store: bool = False

    def __post_init__(self) -> None:
        world = self.world = World(self.story.habits, list(self.story.happenings))
        for key, partner, stage, amounts in self.story.payouts:
            in_pool = key.startswith("pool")
            if not in_pool:
                world.server.put(payout(key, partner, stage))
            for number, amount in enumerate(amounts, 1):
                one = line(f"cln_{key[-1]}{number}", partner, None if in_pool else key, amount)
                world.server.put(one | ({"periodEnd": f"{stage}T23:59:59.000Z"} if in_pool and stage else {}))
        world.server.settle_amounts()
        checks = self.story.seed % EVERY_CHECKED == 0
        stores = {name: store_of(name, real=self.real_store) for name in "AB"}
        minutes = self.story.live_minutes
        self.offices = {name: Office(name, world, store, checks, minutes) for name, store in stores.items()}
        for one in self.offices.values():
            one.store.begin(world)
        self.watch = Watch(world, self.offices)
        world.other_office = lambda name: self.do(Act("apply", name))

    def do(self, act: Act) -> Ended | None:
        """A person does something."""
        office = self.offices[act.office]
        if self._has_what_it_needs(act, office):
            self.world.occurred.append(ACTS.get(act.what, act.what))
        command: Callable[[], Ended] | None = {
            "export": office.export,
            "apply": lambda: office.apply(act.way),
            "diff": lambda: office.diff(act.way),
            "save": lambda: office.save_plan(act.way),
            "apply saved": lambda: office.apply_saved(act.way),
            "resume": lambda: office.resume(act.way),
            "set aside": office.set_aside,
            "withdraw": office.withdraw,
            "make valid": office.make_valid,
        }.get(act.what)
        if command is None:
            self._by_hand(office, act)
            return None
        ended = command()
        self.watch.ended(ended)
        return ended

    def _has_what_it_needs(self, act: Act, office: Office) -> bool:
        """Whether the act does anything in the present state of the office."""
        if act.what in ("resume", "set aside"):
            return office.unfinished is not None
        if act.what in ("move", "move cells", "strip"):
            return office.book is not None and bool(office.book.new_rows)
        if act.what in ("withdraw", "make valid"):
            return office.book is not None and (office.book.id in office.void) is (act.what == "make valid")
        needed = {
            "restore": office.backup,
            "copy": self.offices["A"].book,
            "apply": office.book,
            "diff": office.book,
            "save": office.book,
            "apply saved": office.saved.exists(),
        }
        return bool(needed.get(act.what, True))

    def _by_hand(self, office: Office, act: Act) -> None:
        """What people do without `reconcile`."""
        by_hand: dict[str, Callable[[], None]] = {
            "type": lambda: office.type(act.record, act.name, act.value),
            "wait": lambda: self.world.sleep(act.seconds),
            "backup": office.keep_backup,
            "restore": office.restore,
            "copy": lambda: office.take(self.offices["A"].book),
            "move": lambda: office.move_rows(keep_tokens=True),
            "move cells": lambda: office.move_rows(keep_tokens=False),
            "strip": office.strip,
        }
        if act.what == "type":
            self.world.sleep(TYPING)
        if act.edit:
            self.world.edit(act.edit)
        else:
            by_hand[act.what]()

    def play(self) -> Played:
        for act in self.story.acts:
            self.world.note(f"-- {act.told()}")
            self.do(act)
        self.wind_down()
        restored = any(act.what == "restore" for act in self.story.acts)
        for office in self.offices.values():
            self.watch.journal_is_the_log(office, restored=restored)
        return self.ended(self.watch.broken)

    def ended(self, broken: Sequence[Broken]) -> Played:
        """What came of it."""
        world = self.world
        return Played(self.story, tuple(broken), tuple(world.diary), world.tags, tuple(world.occurred))

    def wind_down(self) -> None:
        """Nothing goes wrong any more: every run can be ended, and what is applied again does nothing new."""
        for name, office in self.offices.items():
            self.world.note(f"-- Nothing goes wrong any more for office {name}.")
            self.world.calm()
            for _ in range(ROUNDS_AT_THE_END):
                if office.unfinished is None:
                    break
                ended = self.do(Act("resume", name))
                self.world.calm()
                if ended:
                    last = ended
            if office.unfinished is not None:
                self.watch.can_end(office, last)
                self.do(Act("set aside", name))
            self.do(Act("apply", name))
            self.world.calm()
            self.do(Act("apply saved", name))
            self.world.calm()


def played(story: Story, *, real_store: bool | None = None) -> Played:
    """Plays a story from beginning to end.

    real_store: whether on a database; one seed of so many is if None, and each in which a workbook is
    withdrawn.
    """
    seeded(story.seed)
    if real_store is None:
        real_store = story.seed % EVERY_STORED == 1
    stage = _Stage(story, real_store or any(act.what == "withdraw" for act in story.acts))
    try:
        return stage.play()
    except Runaway as error:
        return stage.ended([*stage.watch.broken, Broken("every run can be ended", str(error))])


# --- shrinking ---------------------------------------------------------------------------------------------


def shrunk(story: Story, rule: str) -> Played:
    """The shortest story, found by leaving out one thing after the other, that still breaks the rule."""
    best = played(story)
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(best.story):
            result = played(candidate)
            if any(one.rule == rule for one in result.broken):
                best, smaller = result, True
                break
    return best


def _smaller(story: Story) -> Iterator[Story]:
    """The story with one thing less."""
    for place in range(len(story.happenings)):
        yield replace(story, happenings=_without(story.happenings, place))
    for place in range(len(story.acts) - 1, -1, -1):
        yield replace(story, acts=_without(story.acts, place))
    plain = Habits()
    for one in fields(Habits):
        if getattr(story.habits, one.name) != getattr(plain, one.name) and one.name != "salt":
            yield replace(story, habits=replace(story.habits, **{one.name: getattr(plain, one.name)}))
    if story.live_minutes:
        yield replace(story, live_minutes=0)
    for place in range(len(story.payouts) - 1, 0, -1):
        yield replace(story, payouts=_without(story.payouts, place))


def _without(some: tuple[Part, ...], place: int) -> tuple[Part, ...]:
    return some[:place] + some[place + 1 :]
