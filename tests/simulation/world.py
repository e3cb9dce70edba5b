"""The world of a simulation: time that only moves when somebody waits, calls that go wrong, people who type.

Every call and every commit to a store is a step. What a story wants to happen, happens at a step, so the same
story goes the same way every time.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import httpx
from simulation.records import BEGINS, COLLEAGUE, PERIODS, Habits, Record, Refusal
from simulation.server import Introw

from reconcile.introw.pacing import Clock

A_CALL: Final = 0.08
"""Seconds that a call takes, a half of them before its effect."""
MOST_STEPS: Final = 4000
THE_PROCESS: Final = re.compile(r"process \d+ on [^\s)]+")
"""What differs from one play to the next: the number of the process, and the computer."""


class Killed(BaseException):
    """The process died. Nothing that it wanted to do afterwards is done."""


class Runaway(Exception):
    """A command takes more steps than any could need."""


@dataclass(frozen=True)
class Happening:
    """Something that happens at a step, or at the first call after it that it can happen to.

    what: a key of FAULTS, `killed`, `killed after`, `stopped`, `colleague` or `other office`. seconds: how
    late; what people do, they do so long after the step, which may be in the middle of a wait. edit: what the
    colleague does. office: who begins a run in the middle of another one.
    """

    step: int
    what: str
    seconds: float = 0
    edit: Edit | None = None
    office: str = ""

    def told(self) -> str:
        """In a sentence."""
        if self.edit:
            return f"{self._when}, {self.edit.told()}."
        if self.office:
            return f"{self._when}, office {self.office} applies its workbook at the same time."
        late = f" ({self.seconds:g} s)" if self.seconds else ""
        return f"From step {self.step} on, {FAULTS.get(self.what, self.what)}{late}."

    @property
    def _when(self) -> str:
        return f"{self.seconds:g} s after step {self.step}" if self.seconds else f"At step {self.step}"


FAULTS: Final = {
    "lost": "the answer to a write is lost, and the write was made",
    "dropped": "a write is lost before it reaches the server",
    "late": "a write is lost for its sender, and takes effect later",
    "slow": "a write is made, and its answer takes its time",
    "500 after": "a write is made and answered with 500",
    "500": "a write is answered with 500 and not made",
    "garbage": "a write is made and its answer is no JSON",
    "429": "a write is answered with 429",
    "402": "a write is answered with 402",
    "422": "a write is answered with 422",
    "409": "a write is answered with 409",
    "unreachable": "the server cannot be reached for a write",
    "read 500": "a read is answered with 500",
    "killed": "the process is killed before the step",
    "killed after": "the process is killed after the step",
    "stopped": "the operator presses Ctrl-C",
}
_TO_A_WRITE: Final = tuple(sorted(FAULTS.keys() - {"read 500", "killed", "killed after", "stopped"}))
_MADE: Final = {"lost", "slow", "500 after", "garbage"}
_STATUS: Final = {"500 after": 500, "500": 500, "429": 429, "402": 402, "422": 422, "409": 409}


@dataclass(frozen=True)
class Edit:
    """What a colleague does in Introw itself. value: the new text, or the amount of a new line.

    record: a partner, where it is about the pending pool or a new payout.
    """

    what: str
    record: str
    value: str = ""

    def told(self) -> str:
        """In a sentence, without a full stop."""
        return {
            "amount": f"a colleague changes the amount of {self.record} to {self.value}",
            "description": f"a colleague changes the description of {self.record} to {self.value!r}",
            "stage": f"a colleague sets {self.record} to {self.value}",
            "decline": f"a colleague declines {self.record}",
            "detach": f"a colleague detaches {self.record}",
            "create": f"a colleague adds a line of {self.value} to {self.record}",
            "pool": f"a colleague adds a pending line of {self.value} for {self.record}",
            "open": f"a colleague makes an empty payout of {self.value} for {self.record}",
            "batch": f"a colleague makes a payout of {self.value} for {self.record} with all pending lines",
            "delete": f"a colleague deletes {self.record}",
        }[self.what]


@dataclass(frozen=True)
class Sent:
    """One write as the server got it."""

    tag: int
    at: float
    by: str
    method: str
    path: str
    body: Record
    status: int


@dataclass
class World:
    """One server, one time, and what is going to happen."""

    habits: Habits
    happenings: list[Happening] = field(default_factory=list)
    seconds: float = 0
    steps: int = 0
    tags: int = 0
    dead: bool = False
    stopped: bool = False
    busy: int = 0
    sent: list[Sent] = field(default_factory=list)
    since: dict[int, float] = field(default_factory=dict)
    due: list[tuple[float, Callable[[], object]]] = field(default_factory=list)
    diary: list[str] = field(default_factory=list)
    occurred: list[str] = field(default_factory=list)
    other_office: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        """Sets up the server and the clock."""
        self.server = Introw(self.habits, lambda: self.seconds)
        self.clock = Clock(self.now, lambda: self.seconds, self.sleep)

    # --- time ----------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The time of day."""
        return BEGINS + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        """Time passes, and what is due meanwhile happens."""
        end = self.seconds + max(seconds, 0)
        while self.due and min(at for at, _ in self.due) <= end:
            at, act = min(self.due, key=lambda one: one[0])
            self.due.remove((at, act))
            self.seconds = max(self.seconds, at)
            act()
        self.seconds = max(self.seconds, end)

    def note(self, words: str) -> None:
        """Writes a sentence into the diary."""
        self.diary.append(f"{self.seconds:9.2f} s  {THE_PROCESS.sub('this process', words)}")

    # --- steps ---------------------------------------------------------------------------------------

    def before_step(self) -> None:
        """Counts a step, and lets happen what is to happen now."""
        if self.dead:
            raise Killed
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Runaway("the story takes more steps than any could need")
        if self.busy > 1:
            return  # an office that works in a gap of another one is left in peace
        for one in self._taken("colleague", "other office", "stopped"):
            self._happen(one)
        if self._taken("killed"):
            self.die("before")

    def after_step(self) -> None:
        """The step is done; the process may die now."""
        if self.busy <= 1 and self._taken("killed after"):
            self.die("after")

    def die(self, when: str) -> None:
        """Ends the process."""
        self.note(f"The process is killed {when} step {self.steps}.")
        self.dead = True
        raise Killed

    def calm(self) -> None:
        """Nothing goes wrong any more, and everything that was late has come."""
        self.happenings.clear()
        self.sleep(3600)

    def _taken(self, *what: str) -> list[Happening]:
        """What is to happen by now, and happens no more afterwards."""
        found = [one for one in self.happenings if one.step <= self.steps and one.what in what]
        for one in found:
            self.happenings.remove(one)
            self.occurred.append(one.what)
        return found

    def _happen(self, one: Happening) -> None:
        if one.seconds:
            self.due.append((self.seconds + one.seconds, partial(self._happen, replace(one, seconds=0))))
        elif one.edit:
            self.edit(one.edit)
        elif one.office:
            self.other_office(one.office)
        else:
            self.note("The operator presses Ctrl-C.")
            self.stopped = True

    def edit(self, edit: Edit) -> None:
        """A colleague does something; the server may refuse it."""
        try:
            self._edit(edit)
        except Refusal:
            return
        self.note(f"{edit.told().capitalize()}.")

    def _edit(self, edit: Edit) -> None:
        server, record = self.server, self.server.truth(edit.record)
        if edit.what in ("pool", "open", "batch"):
            self._make(edit)
        elif record is None:
            return
        elif edit.what in ("amount", "description", "stage"):
            server.patch(edit.record, {edit.what: edit.value}, COLLEAGUE)
        elif edit.what == "create":
            body = {"partnerId": record["partner"]["id"], "payoutId": edit.record, "currency": "USD"}
            server.create({**body, "amount": edit.value, "description": "By hand"}, COLLEAGUE)
        else:
            by_hand = {"decline": server.decline, "detach": server.detach, "delete": server.delete}
            by_hand[edit.what](edit.record, COLLEAGUE)

    def _make(self, edit: Edit) -> None:
        """A colleague makes a pending line, or a payout of a period or on a batch."""
        body: Record = {"partnerId": edit.record}
        if edit.what == "pool":
            self.server.create({**body, "currency": "USD", "amount": edit.value}, COLLEAGUE)
            return
        if edit.value in PERIODS:
            first, last = PERIODS[edit.value]
            body |= {"periodStart": f"{first}T00:00:00.000Z", "periodEnd": f"{last}T23:59:59.000Z"}
        else:
            body |= {"batchId": edit.value}
        self.server.open({**body, "attachPendingLines": edit.what == "batch"}, COLLEAGUE)

    # --- calls ---------------------------------------------------------------------------------------

    def call(self, request: httpx.Request, by: str) -> httpx.Response:
        """One call of an office, with whatever becomes of it."""
        self.before_step()
        self.sleep(A_CALL / 2)
        self.tags += 1
        answered = self._read if request.method == "GET" else self._written
        answer = answered(request, by, self.tags)
        self.sleep(A_CALL / 2)
        self.after_step()
        return answer

    def _read(self, request: httpx.Request, by: str, tag: int) -> httpx.Response:
        if self.busy <= 1 and self._fault("read 500"):
            return httpx.Response(500)
        return self.server.answer(request, by, tag)

    def _written(self, request: httpx.Request, by: str, tag: int) -> httpx.Response:
        fault = self._fault(*_TO_A_WRITE) if self.busy <= 1 else None
        what = fault.what if fault else ""
        done = not what or what in _MADE
        self.since[tag] = self.seconds
        answer = self.server.answer(request, by, tag) if done else httpx.Response(_STATUS.get(what, 599))
        self._log(request, by, tag, answer.status_code)
        if fault is None:
            return answer
        self.note(f"Fault: {FAULTS[what]}.")
        if what == "late":
            self.due.append((self.seconds + fault.seconds, lambda: self.server.answer(request, by, tag)))
        return self._damaged(request, fault, answer)

    def _damaged(self, request: httpx.Request, fault: Happening, answer: httpx.Response) -> httpx.Response:
        match fault.what:
            case "unreachable":
                raise httpx.ConnectError("no route", request=request)
            case "lost" | "dropped" | "late":
                self.sleep(1)
                raise httpx.ReadTimeout("no answer", request=request)
            case "slow":
                self.sleep(fault.seconds)
                return answer
            case "garbage":
                return httpx.Response(answer.status_code, content=b"<html>")
        return httpx.Response(_STATUS[fault.what], json={"error": {"message": FAULTS[fault.what]}})

    def _fault(self, *what: str) -> Happening | None:
        found = [one for one in self.happenings if one.step <= self.steps and one.what in what]
        one = min(found, key=lambda one: one.step, default=None)
        if one:
            self.happenings.remove(one)
            self.occurred.append(one.what)
        return one

    def _log(self, request: httpx.Request, by: str, tag: int, status: int) -> None:
        path, body = request.url.path, json.loads(request.content) if request.content else {}
        self.sent.append(Sent(tag, self.seconds, by, request.method, path, body, status))
        words = ", ".join(f"{name}={value}" for name, value in body.items() if name != "idempotencyKey")
        self.note(f"Office {by}: {request.method} {path.removeprefix('/api/v1')} {words} -> {status}")


@dataclass
class Wire(httpx.BaseTransport):
    """The line from one office to the server."""

    world: World
    office: str

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends one request."""
        return self.world.call(request, self.office)


def seeded(seed: int) -> None:
    """Makes the jitter of the product's own pauses the same in every play of a story."""
    random.seed(seed)
