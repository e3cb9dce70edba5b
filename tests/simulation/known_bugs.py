"""Bugs that the product had or might have had, each as a small change of its code that puts it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from simulation import office
from simulation.story import Story

from reconcile.apply import calls, execute, runner, settle
from reconcile.apply.journal import Journal
from reconcile.errors import AnswerLost, Refused, ServerFailed, Unreachable
from reconcile.introw import client
from reconcile.introw.listings.listing import Walk
from reconcile.jobs.runs import start_run
from reconcile.plan import build, new_lines, operations
from reconcile.plan.outcome import Outcome
from reconcile.store.store import Store

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Bug:
    """A bug in a sentence, and what puts it back. needs: it shows only in stories in which one of these happens."""

    told: str
    put_back: Patch
    needs: frozenset[str] = frozenset()

    def may_show(self, story: Story) -> bool:
        """Whether the bug may show in a story, so that the others need not be played."""
        there = {one.what for one in (*story.happenings, *story.acts)}
        return not self.needs or bool(self.needs & there)


def _every_write_is_sent_again_at_once(patch: pytest.MonkeyPatch) -> None:
    def settle_(self: calls.Calls, operation: Any, attempt: int = 1) -> None:
        if attempt < 3:
            self.write(operation, attempt + 1)
        else:
            raise calls.Halt("tried too often")

    patch.setattr(calls.Calls, "settle", settle_)


def _a_lost_answer_counts_as_not_sent(patch: pytest.MonkeyPatch) -> None:
    _sends(patch, AnswerLost, lambda error: Unreachable(str(error)))


def _a_500_counts_as_a_refusal(patch: pytest.MonkeyPatch) -> None:
    _sends(patch, ServerFailed, lambda error: Refused(str(error), error.status))


def _sends(patch: pytest.MonkeyPatch, kind: type[Exception], turned: Callable[[Any], Exception]) -> None:
    plain = client.Client.send

    def send(self: client.Client, *given: Any, **named: Any) -> Any:
        try:
            return plain(self, *given, **named)
        except kind as error:
            raise turned(error) from error

    patch.setattr(client.Client, "send", send)


def _a_refusal_after_an_unknown_counts_as_a_refusal(patch: pytest.MonkeyPatch) -> None:
    def refused(self: calls.Calls, operation: Any, error: Any, attempt: int) -> None:
        self.conclude(operation, Outcome.REFUSED, str(error), status=error.status)

    patch.setattr(calls.Calls, "_refused", refused)


def _nothing_is_stale(patch: pytest.MonkeyPatch) -> None:
    def nothing(*_: Any) -> tuple[()]:
        return ()

    for module in (settle, runner):
        patch.setattr(module, "stale", nothing, raising=False)


def _the_journal_forgets_intents(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Journal, "intent", lambda *_, **__: None)


def _the_store_forgets_what_workbooks_caused(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Store, "effects", lambda *_: {})


def _two_operators_run_without_a_lock(patch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def running(*_: Any, **__: Any) -> Iterator[None]:
        yield None

    patch.setattr(Store, "running", running)
    patch.setattr(start_run, "refuse_unfinished", lambda *_: None)


def _everything_ties_out(patch: pytest.MonkeyPatch) -> None:
    plain = execute.verify

    def verify(*given: Any, **named: Any) -> Any:
        return replace(plain(*given, **named), differences=(), totals=(), stages=())

    patch.setattr(execute, "verify", verify)


def _the_workbook_wins_over_live(patch: pytest.MonkeyPatch) -> None:
    plain = build.compare

    def compare(sides: Any) -> Any:
        known = {key: one for key, one in sides.baseline.lines.items() if key in sides.live.lines}
        return plain(replace(sides, live=replace(sides.live, lines={**sides.live.lines, **known})))

    patch.setattr(build, "compare", compare)


def _amounts_lose_their_cents(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(operations, "wire_amount", lambda number, _: str(int(number)))


def _a_listing_ends_with_its_first_page(patch: pytest.MonkeyPatch) -> None:
    plain = Walk.advance

    def advance(self: Any) -> None:
        plain(self)
        self.complete = True

    patch.setattr(Walk, "advance", advance)


def _a_new_line_is_known_by_its_row(patch: pytest.MonkeyPatch) -> None:
    def keyed(workbook: str, rows: Any, _: Any) -> Any:
        return [(row, f"reconcile-{workbook}-{row.number}") for row in rows]

    patch.setattr(new_lines, "keyed_rows", keyed)


def _a_payout_relies_on_its_stage_alone(patch: pytest.MonkeyPatch) -> None:
    _relies(patch, lambda one: {name: one.relies_on[name] for name in one.relies_on if name == "stage"})


def _relies(patch: pytest.MonkeyPatch, left: Callable[[Any], dict[str, Any]]) -> None:
    plain = build.payout_operation

    def made(*given: Any, **named: Any) -> Any:
        one = plain(*given, **named)
        return replace(one, relies_on=left(one))

    patch.setattr(build, "payout_operation", made)


def _a_first_look_is_good_for_five_minutes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(office, "CONDUCT", replace(office.CONDUCT, fresh_seconds=300, reread_minutes=5))  # type: ignore[call-arg]


def _absence_is_believed_at_once(patch: pytest.MonkeyPatch) -> None:
    hasty = replace(office.PROFILE, settle_wait=0, absence_wait=0)  # type: ignore[call-arg]
    patch.setattr(office, "PROFILE", hasty)


_LOST: Final = frozenset({"lost", "late", "500 after", "dropped", "500"})
_KILLED: Final = frozenset({"killed", "killed after"})
_EDITED: Final = frozenset({"colleague"})
AMOUNTS_ARE_WRONG: Final = Bug("amounts lose their cents", _amounts_lose_their_cents)
BUGS: Final = (
    AMOUNTS_ARE_WRONG,
    Bug("a write without an answer is sent again at once", _every_write_is_sent_again_at_once, _LOST),
    Bug("a lost answer counts as not sent", _a_lost_answer_counts_as_not_sent, _LOST),
    Bug("a 500 counts as a refusal", _a_500_counts_as_a_refusal, frozenset({"500 after"})),
    Bug("the journal forgets intents", _the_journal_forgets_intents, _KILLED),
)
AFTER_MENDS: Final = (
    Bug("the store forgets what workbooks caused", _the_store_forgets_what_workbooks_caused),
    Bug("two operators run without a lock", _two_operators_run_without_a_lock, frozenset({"other office"})),
    Bug("a refusal after an unknown is a refusal", _a_refusal_after_an_unknown_counts_as_a_refusal, _LOST),
    Bug("nothing is ever stale", _nothing_is_stale, _EDITED),
    Bug("everything ties out", _everything_ties_out),
    Bug("the workbook wins over live", _the_workbook_wins_over_live, _EDITED),
    Bug("a listing ends with its first page", _a_listing_ends_with_its_first_page),
    Bug("a new line is known by its row", _a_new_line_is_known_by_its_row, frozenset({"move"})),
    Bug("a payout relies on its stage alone", _a_payout_relies_on_its_stage_alone, _EDITED),
    Bug("a first look is good for five minutes", _a_first_look_is_good_for_five_minutes, _EDITED),
    Bug("absence is believed at once", _absence_is_believed_at_once, _LOST),
)
