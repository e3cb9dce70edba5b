"""Counts, articles, suggestions and progress, as sentences need them."""

from __future__ import annotations

from datetime import datetime

import pytest

from reconcile.domain.phrases import counted, did_you_mean, moment, with_article
from reconcile.domain.progress import each_once
from reconcile.domain.stage import STAGES


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 payouts"), (1, "1 payout"), (2, "2 payouts"), (1200, "1,200 payouts")]
)
def test_one_is_one_and_everything_else_is_several(number: int, words: str) -> None:
    assert counted(number, "payout") == words


@pytest.mark.parametrize(
    ("noun", "words"), [("action", "an action"), ("stage", "a stage"), ("Amount", "an Amount")]
)
def test_a_noun_has_the_article_that_its_sound_asks_for(noun: str, words: str) -> None:
    assert with_article(noun) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime.fromisoformat("2026-04-05T14:30:59+02:00"), "2026-04-05 12:30 UTC"),
        ("2026-04-05T12:30:59.123+00:00", "2026-04-05 12:30 UTC"),
        ("2026-04-05T12:30:59", "2026-04-05 12:30 UTC"),
        ("yesterday", "yesterday"),
    ],
)
def test_every_moment_is_told_in_one_zone_and_says_which(at: datetime | str, words: str) -> None:
    assert moment(at) == words


@pytest.mark.parametrize(
    ("text", "known", "words"),
    [
        ("PAYED", STAGES, " Did you mean PAID?"),
        ("chekc", ["check", "export"], " Did you mean check?"),
        ("acme", ["Acme Partners", "Bolt"], " Did you mean Acme Partners?"),
        ("zzz", ["Acme", "Bolt"], ""),
        ("", ["Acme"], ""),
    ],
)
def test_a_word_that_is_not_known_is_answered_with_those_that_are_like_it(
    text: str, known: list[str], words: str
) -> None:
    assert did_you_mean(text, known) == words


def test_what_is_told_twice_is_done_once() -> None:
    seen: list[tuple[str, int, int | None]] = []
    count = each_once("Applying", 2, lambda *told: seen.append(told))
    for one in ("op-1", "op-2", "op-2"):
        count(one)

    assert seen == [("Applying", 1, 2), ("Applying", 2, 2), ("Applying", 2, 2)]
