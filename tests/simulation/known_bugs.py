"""Bugs that the product had or might have had, each as a small change of its code that puts it back."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from simulation import office
from simulation.leaning import Lean
from simulation.stores import QuickStore
from simulation.story import Act

from reconcile.apply import calls, execute, settle, staleness, turn
from reconcile.apply.journal import Journal
from reconcile.apply.known_records import KnownRecords
from reconcile.apply.payout_comments import Comments
from reconcile.apply.turn import Turn
from reconcile.errors import AnswerLost, Refused, ServerFailed, Unreachable
from reconcile.introw import client
from reconcile.jobs import saved_plans
from reconcile.jobs.runs import execute_run, start_run
from reconcile.plan import build, holds, operations
from reconcile.plan.across import narrowing
from reconcile.plan.made_before import likeness, same_lines
from reconcile.plan.model import Action
from reconcile.plan.outcome import Outcome
from reconcile.store.sent import withdrawals

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Bug:
    """A bug in a sentence, what puts it back, and the stories in which it may show."""

    told: str
    put_back: Patch
    lean: Lean


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
    patch.setattr(Turn, "moved", lambda *_: ())


def _the_journal_forgets_intents(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Journal, "intent", lambda *_, **__: None)


def _two_operators_run_without_a_lock(patch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def running(*_: Any, **__: Any) -> Iterator[None]:
        yield None

    patch.setattr(QuickStore, "running", running)
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
    hasty = replace(office.PROFILE, absence_wait=0)  # type: ignore[call-arg]
    patch.setattr(office, "PROFILE", hasty)


def _a_release_looks_at_no_total(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(build, "moved_releases", lambda *_: ())


def _rows_are_not_compared_with_lines(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(build, "settle_same", lambda new, *_: (new, None))
    patch.setattr(KnownRecords, "_same", lambda *_: None)
    patch.setattr(Turn, "moved", lambda *_: ())


def _a_plan_never_asks_what_was_made(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(KnownRecords, "outcome", lambda *_: None)
    patch.setattr(Turn, "moved", lambda *_: ())


def _a_line_is_known_by_every_field(patch: pytest.MonkeyPatch) -> None:
    def is_like(wanted: Any, there: Any, **_: Any) -> bool:
        return dict(wanted) == dict(there)

    for module in (settle, same_lines, likeness):
        patch.setattr(module, "is_like", is_like)
    patch.setattr(settle, "is_near", lambda *_: False)


def _a_new_payout_is_not_known_again(patch: pytest.MonkeyPatch) -> None:
    plain = KnownRecords.outcome

    def outcome(self: KnownRecords, operation: Any, *given: Any) -> Any:
        return None if operation.action is Action.CREATE_PAYOUT else plain(self, operation, *given)

    patch.setattr(KnownRecords, "outcome", outcome)
    patch.setattr(build, "new_payouts", _with_new_keys(build.new_payouts))
    patch.setattr(likeness, "_is_like_payout", lambda *_: False)


def _with_new_keys(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Every reading of a row makes another key up."""
    count = itertools.count()

    def new_payouts(*given: Any) -> Iterator[Any]:
        for one in plain(*given):
            key = f"{one.key}-{next(count)}"
            yield replace(one, key=key, target=replace(one.target, id=key))

    return new_payouts


def _a_new_payout_is_torn_from_its_lines(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(narrowing, "batches", lambda *_: ())
    patch.setattr(holds, "batch_holds", lambda *_: ())


def _a_new_payout_that_is_not_listed_was_not_made(patch: pytest.MonkeyPatch) -> None:
    _absence_is_believed_at_once(patch)
    patch.setattr(settle, "is_near", lambda *_: False)


def _the_pool_is_not_read_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Turn, "_moved_in_pool", lambda *_: ())


def _a_payout_that_was_there_is_ours(patch: pytest.MonkeyPatch) -> None:
    def answered(_: calls.Calls, __: Any, result: Any, record: Any, ___: int) -> Any:
        return replace(result, result_id=record.id)

    patch.setattr(calls.Calls, "_as_answered", answered)


def _a_comment_is_left_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Journal, "comments", lambda _: {})


def _a_wait_lies_between_the_look_and_the_write(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Turn, "is_too_old", lambda *_: False)


def _an_amount_stands_for_lines_that_it_does_not_follow(patch: pytest.MonkeyPatch) -> None:
    for module in (turn, staleness):
        patch.setattr(module, "amounts_follow", lambda *_: True)


def _a_comment_needs_no_wish(patch: pytest.MonkeyPatch) -> None:
    author = office.PROFILE.comment_author
    patch.setattr(execute_run, "comments_of", lambda *_: Comments(author, office.COMMENT))


def _a_withdrawn_workbook_is_taken(patch: pytest.MonkeyPatch) -> None:
    for module in (saved_plans, withdrawals):
        patch.setattr(module, "withdrawn", lambda *_: {})


def _a_narrowed_plan_does_the_rest_too(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(narrowing.Narrowing, "takes", lambda *_: True)


_IGNORED: Final = {"keys": "ignored", "hides_id": False}
_EDITED_BEFORE: Final = (Act("save"), Act("colleague"), Act("wait", seconds=90), Act("apply saved"))
_KEPT: Final = (Act("diff"), Act("text"), Act("wait", seconds=400), Act("apply"))
_RELEASED: Final = Lean(("release",), _EDITED_BEFORE)
_COPIED: Final = (Act("apply"), Act("wait", seconds=70), Act("copy", "B"), Act("apply", "B"))
_MOVED: Final = (Act("apply"), Act("wait", seconds=70), Act("move cells"), Act("apply"))
_RESUMED: Final = (Act("apply", comment=True), Act("resume", comment=True))
_POOLED: Final = (Act("save"), Act("pool"), Act("wait", seconds=90), Act("apply saved"))
_MEANWHILE: Final = (Act("save"), Act("open"), Act("apply saved"))
_NARROWED: Final = (Act("apply", only="cln_81"),)
_VOID: Final = (Act("save"), Act("withdraw"), Act("apply"), Act("apply saved"))
_AGAIN: Final = (Act("save"), Act("apply"), Act("wait", seconds=70), Act("apply saved"))
_RESTORED: Final = (Act("backup"), Act("apply"), Act("restore"), Act("wait", seconds=70), Act("apply"))
AMOUNTS_ARE_WRONG: Final = Bug("amounts lose their cents", _amounts_lose_their_cents, Lean(("new", "amount")))
BUGS: Final = (
    AMOUNTS_ARE_WRONG,
    Bug(
        "a write without an answer is sent again at once",
        _every_write_is_sent_again_at_once,
        Lean(faults=(("lost", 0),), habits=_IGNORED),
    ),
    Bug("a lost answer counts as not sent", _a_lost_answer_counts_as_not_sent, Lean(faults=(("lost", 0),))),
    Bug("a 500 counts as a refusal", _a_500_counts_as_a_refusal, Lean(faults=(("500 after", 0),))),
    Bug(
        "the journal forgets intents",
        _the_journal_forgets_intents,
        Lean(within=("killed after",), steps=(12, 17)),
    ),
    Bug(
        "a refusal after an unknown is a refusal",
        _a_refusal_after_an_unknown_counts_as_a_refusal,
        Lean(faults=(("late", 100), ("422", 0)), habits=_IGNORED),
    ),
    Bug(
        "absence is believed at once",
        _absence_is_believed_at_once,
        Lean(faults=(("late", 3),), habits=_IGNORED),
    ),
    Bug(
        "a line is known by every field",
        _a_line_is_known_by_every_field,
        Lean(("odd new",), faults=(("lost", 0),), habits={**_IGNORED, "rounds": True, "trims": True}),
    ),
    Bug("nothing is ever stale", _nothing_is_stale, _RELEASED),
    Bug(
        "what a kept reading of live does not know is written over",
        _nothing_is_stale,
        Lean(("text",), _KEPT, live_minutes=10),
    ),
    Bug("a payout relies on its stage alone", _a_payout_relies_on_its_stage_alone, _RELEASED),
    Bug(
        "a release looks at no total",
        _a_release_looks_at_no_total,
        Lean(("release",), (Act("colleague"), Act("wait", seconds=90), Act("apply"))),
    ),
    Bug(
        "the workbook wins over live",
        _the_workbook_wins_over_live,
        Lean(("amount",), (Act("colleague"), Act("wait", seconds=90), Act("apply"))),
    ),
    Bug(
        "a first look is good for five minutes",
        _a_first_look_is_good_for_five_minutes,
        Lean(("text", "release"), faults=(("slow", 60),), within=("colleague",), steps=(10, 15)),
    ),
    Bug(
        "two operators run without a lock",
        _two_operators_run_without_a_lock,
        Lean(("new", "new"), within=("other office",), steps=(12, 16), habits=_IGNORED),
    ),
    Bug(
        "everything ties out",
        _everything_ties_out,
        Lean(("odd new", "amount"), habits={"rounds": True, "fills_source": True}),
    ),
    Bug(
        "a copy makes its lines again", _rows_are_not_compared_with_lines, Lean(then=_COPIED, habits=_IGNORED)
    ),
    Bug("a moved row is a new one", _rows_are_not_compared_with_lines, Lean(then=_MOVED, habits=_IGNORED)),
    Bug(
        "a restored store makes its lines again",
        _rows_are_not_compared_with_lines,
        Lean(then=_RESTORED, habits=_IGNORED),
    ),
    Bug(
        "a saved plan never asks what was made",
        _a_plan_never_asks_what_was_made,
        Lean(then=_AGAIN, habits=_IGNORED),
    ),
    Bug(
        "a new payout is not known again",
        _a_new_payout_is_not_known_again,
        Lean(("new payout",), then=_AGAIN, habits=_IGNORED),
    ),
    Bug(
        "a new payout is torn from its lines",
        _a_new_payout_is_torn_from_its_lines,
        Lean(("batch",), then=(Act("colleague"), Act("wait", seconds=90), Act("apply"))),
    ),
    Bug(
        "a narrowed plan tears a new payout from its lines",
        _a_new_payout_is_torn_from_its_lines,
        Lean(("batch",), then=(Act("apply", only="ptn_1", first=1),)),
    ),
    Bug(
        "a new payout that is not listed was not made",
        _a_new_payout_that_is_not_listed_was_not_made,
        Lean(("batch",), faults=(("late", 3),)),
    ),
    Bug("the pool is not read again", _the_pool_is_not_read_again, Lean(("batch",), then=_POOLED)),
    Bug(
        "a payout that was there is ours",
        _a_payout_that_was_there_is_ours,
        Lean(("on a batch",), within=("open",), steps=(10, 16)),
    ),
    Bug(
        "a comment is left again",
        _a_comment_is_left_again,
        Lean(("release",), then=_RESUMED, within=("killed after",), steps=(14, 26)),
    ),
    Bug(
        "a wait lies between the look and the write",
        _a_wait_lies_between_the_look_and_the_write,
        Lean(("amount",), faults=(("429", 0),), within=("colleague",), steps=(8, 20), seconds=20),
    ),
    Bug(
        "an amount stands for lines that it does not follow",
        _an_amount_stands_for_lines_that_it_does_not_follow,
        Lean(("release",), _EDITED_BEFORE, habits={"holds_amounts": True}),
    ),
    Bug("a comment needs no wish", _a_comment_needs_no_wish, Lean(("release",))),
    Bug("a withdrawn workbook is taken", _a_withdrawn_workbook_is_taken, Lean(then=_VOID)),
    Bug(
        "a narrowed plan does the rest too",
        _a_narrowed_plan_does_the_rest_too,
        Lean(("amount", "batch"), then=_NARROWED),
    ),
)
