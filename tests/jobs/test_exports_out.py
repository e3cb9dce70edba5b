"""Exported workbooks have a life: out, back, applied, replaced, withdrawn; the list and the close agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from builders import ENVIRONMENT, EXPORTED, make_export, make_payout, make_snapshot

from reconcile.domain.snapshot import Scope
from reconcile.domain.split.split_by import SplitWorkbook
from reconcile.errors import ConfigurationError
from reconcile.jobs.exports.export_standing import standings
from reconcile.jobs.exports.exports_out import Exports
from reconcile.jobs.exports.sender_words import sender_words
from reconcile.store.sent.sent_exports import RunOfExport, SentExport
from reconcile.store.sent.withdrawals import Withdrawal

EXPORT = make_export(make_snapshot(make_payout()))
EVERYTHING = Scope()
BACK = "2026-04-07T08:00:00+00:00"
RUN = RunOfExport("run-1", "finished", BACK)
GONE = Withdrawal(str(ENVIRONMENT), "wb", "withdrawn", BACK, "ana", "the plan was wrong")


def sent(name: str, *, scope: Scope = EVERYTHING, set_id: str = "", days: int = 0) -> SentExport:
    """A workbook that nobody has brought back."""
    export = replace(EXPORT, workbook_id=name, scope=scope, exported_at=EXPORTED + timedelta(days=days))
    split = SplitWorkbook(set_id, name, f"{name}.xlsx", "Acme", "Ben") if set_id else None
    return SentExport(export, f"{name}.xlsx", split=split)


def states(*exports: SentExport) -> list[str]:
    return [str(one.standing) for one in standings(exports)]


def test_a_workbook_is_out_until_it_came_back_or_a_run_had_it() -> None:
    one = sent("wb")

    assert states(one) == ["out"]
    assert states(replace(one, returned_at=BACK)) == ["returned"]
    assert states(replace(one, returned_at=BACK, runs=(RUN,))) == ["applied"]
    assert states(replace(one, withdrawal=GONE, runs=(RUN,))) == ["withdrawn"]


def test_a_newer_export_of_the_same_scope_replaces_an_older_one_and_says_which() -> None:
    older, newer, other = sent("older"), sent("newer", days=1), sent("other", scope=Scope(stages=("PAID",)))

    found = standings([older, other, newer])

    assert [(str(one.standing), one.replaced_by) for one in found] == [
        ("replaced", "newer"),
        ("out", ""),
        ("out", ""),
    ]


def test_a_workbook_of_payments_is_awaited_from_nobody_and_replaces_none() -> None:
    asked = sent("asked")
    matched = replace(sent("matched", days=1), is_of_payments=True)

    assert states(asked, matched) == ["out", "of payments"]
    assert states(asked, replace(matched, returned_at=BACK, runs=(RUN,))) == ["out", "applied"]
    assert [one.is_awaited for one in standings([asked, matched])] == [True, False]


def test_a_withdrawn_export_replaces_none() -> None:
    assert states(sent("older"), replace(sent("newer", days=1), withdrawal=GONE)) == ["out", "withdrawn"]


def test_the_workbooks_of_one_split_do_not_replace_each_other_and_those_of_the_next_split_do() -> None:
    first = [sent(f"a{number}", set_id="set-1") for number in range(48)]
    second = [sent(f"b{number}", set_id="set-2", days=1) for number in range(48)]

    assert states(*first) == ["out"] * 48
    assert states(*first, *second) == ["replaced"] * 48 + ["out"] * 48


def listed(exports: Sequence[SentExport]) -> str:
    every = standings(exports)
    shown = Exports("here", datetime(2026, 4, 20, 12, 30, tzinfo=UTC), every, {"applied": 2})
    return "\n".join(shown.as_text())


def test_the_list_says_who_has_a_workbook_since_when_and_what_became_of_it() -> None:
    noted = replace(sent("wb-1", set_id="set-1"), note="By Friday,\nplease.")
    text = listed(
        [
            noted,
            replace(sent("wb-2", set_id="set-1"), returned_at=BACK),
            replace(sent("wb-3"), withdrawal=GONE),
        ]
    )

    assert "set-1: 2 workbooks of one split are listed, 1 out, 1 returned" in text
    assert "  wb-1.xlsx (wb-1): out\n" in text
    assert "    for Ben\n    note to the recipients: By Friday, please." in text
    assert "wb-2.xlsx (wb-2): returned 2026-04-07 08:00 UTC, not applied" in text
    assert "wb-3.xlsx (wb-3): withdrawn on 2026-04-07 08:00 UTC by ana: the plan was wrong" in text
    assert " ago: everything" in text
    assert text.endswith("Not listed: 2 applied. All of them: reconcile exports --all")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (" \n", "is blank"),
        ("x" * 501, "has 501 characters; at most 500"),
        ("a\n" * 20 + "b", "has 21 lines"),
        ("pay\u200bme", r"nobody sees \(⟨U\+200B⟩\)"),
        ("bell\x07", r"⟨U\+0007⟩"),
        ("ever\u202eesrever", r"⟨U\+202E⟩"),
    ],
)
def test_words_of_the_sender_are_bounded_and_hide_nothing(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        sender_words(text, "--note", 500)


def test_words_of_the_sender_are_kept_as_they_are_but_for_the_spaces_around_them() -> None:
    assert sender_words(" =1+1, naïve\ncafé ", "--note", 500) == "=1+1, naïve\ncafé"
