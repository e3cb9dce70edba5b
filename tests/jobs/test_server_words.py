"""Words that the server uses and no setting names are counted, kept, and offered as the setting to add."""

from __future__ import annotations

from pathlib import Path

from builders import ENVIRONMENT, make_line, make_payout, make_snapshot

from reconcile.domain.policy.names_and_limits import Names
from reconcile.jobs.doctor.server_words import setting_of, told_words, unknown_in, unknown_words
from reconcile.store.seen_words import LONGEST, MOST, SeenWord, keep_words, seen_words
from reconcile.store.store import Store
from reconcile.workbook.contract import load_layout
from reconcile.workbook.export.decline_reasons import listed_reasons, reasons_hint

NAMES = Names()
AT = "2026-04-05T09:30:00+00:00"


def word(text: str, *, records: int = 1, kind: str = "status", at: str = AT) -> SeenWord:
    return SeenWord(str(ENVIRONMENT), kind, text, records, at, "ana")


def test_only_what_neither_the_program_nor_the_settings_name_is_unknown() -> None:
    found = unknown_words({"PAID": 3, "ON_HOLD": 2}, {"PENDING": 1, "VOIDED": 1, "QUEUED": 4, "": 5}, NAMES)

    assert found == {"stage": {"ON_HOLD": 2}, "status": {"QUEUED": 4}}


def test_a_line_on_a_payout_may_have_any_status() -> None:
    payout = make_payout()
    on_it = make_line("cln_on", status="WHATEVER")
    beside = make_line("cln_beside", payout_id=None, status="QUEUED")

    assert unknown_in(make_snapshot(payout, on_it, beside), NAMES) == {"status": {"QUEUED": 1}}


def test_the_setting_that_is_offered_keeps_what_it_says_already() -> None:
    (told,) = told_words({"status": {"QUEUED": 4, 'odd "word"': 1}}, NAMES)

    assert 'QUEUED (4 lines), odd "word" (1 line)' in told
    assert r'pending_statuses = ["PENDING", "QUEUED", "odd \"word\""]' in told
    assert setting_of(["x" * (LONGEST + 1)], NAMES) == 'pending_statuses = ["PENDING"]'


def test_a_word_is_kept_with_its_last_count_and_moment(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        keep_words(store, [word("QUEUED", records=4), word("ON_HOLD", kind="stage")])
        keep_words(store, [word("QUEUED", records=9, at=AT.replace("05T", "06T"))])
        found = seen_words(store, ENVIRONMENT)

    assert [(one.kind, one.word, one.records, one.at[:10]) for one in found] == [
        ("stage", "ON_HOLD", 1, "2026-04-05"),
        ("status", "QUEUED", 9, "2026-04-06"),
    ]


def test_a_server_that_makes_words_up_fills_no_store(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        keep_words(store, [word(""), word("x" * (LONGEST + 1)), *(word(f"W{one}") for one in range(500))])

        assert len(seen_words(store, ENVIRONMENT)) == MOST


def test_the_drop_down_begins_with_what_is_documented_and_ends_with_what_was_refused() -> None:
    reasons = listed_reasons(NAMES, {"DISPUTED": True, "INELIGIBLE": False})

    assert [(one.value, one.origin) for one in reasons] == [
        ("DUPLICATE", "reason_documented"),
        ("DISPUTED", "reason_accepted"),
        ("ALREADY_PAID", "reason_settings"),
        ("OUTSIDE_POLICY", "reason_settings"),
        ("CUSTOM", "reason_settings"),
        ("INELIGIBLE", "reason_refused"),
    ]


def test_the_hint_of_the_column_names_the_groups_unless_they_are_too_long_for_a_hint() -> None:
    layout, many = load_layout(), Names(decline_reasons={f"REASON_{one}": "" for one in range(40)})

    assert reasons_hint(layout, "Choose.", listed_reasons(NAMES, {"DISPUTED": True})) == (
        "Choose. Documented by Introw: DUPLICATE. Accepted before: DISPUTED. Not tried yet: INELIGIBLE, "
        "ALREADY_PAID, OUTSIDE_POLICY, CUSTOM."
    )
    assert reasons_hint(layout, "Choose.", listed_reasons(many, {})) == "Choose."
