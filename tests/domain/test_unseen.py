"""Characters that nobody sees are found and shown by number; what belongs to a text of any language stays."""

from __future__ import annotations

import pytest

from reconcile.domain.unseen import ends_marked, hidden_in, marked, unseen_in

UNSEEN = {
    "no-break space": "\u00a0",
    "narrow no-break space": "\u202f",
    "wide space": "\u3000",
    "soft hyphen": "\u00ad",
    "hyphen without break": "\u2011",
    "zero-width space": "\u200b",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "right-to-left override": "\u202e",
    "tag letter": "\U000e0041",
    "variation selector of the supplement": "\U000e0101",
    "variation selector behind a letter": "\ufe01",
    "presentation selector behind a letter": "\ufe0f",
    "variation selector of Mongolian": "\u180b",
    "code point kept for what is ignored": "\u2065",
    "tag without a meaning": "\U000e0080",
    "null note of music": "\U0001d159",
    "filler of Hangul": "\u3164",
    "blank of Braille": "\u2800",
    "line separator": "\u2028",
}


@pytest.mark.parametrize("character", UNSEEN.values(), ids=UNSEEN)
def test_a_text_with_it_does_not_look_like_the_text_without(character: str) -> None:
    assert marked(f"PO{character}7") == f"PO⟨U+{ord(character):04X}⟩7"
    assert list(unseen_in(f"PO{character}7")) == [character]


@pytest.mark.parametrize("text", ["Ärger, naïve café", "日本語", "👩‍💻 ❤️ 1️⃣", "क्‍ष", "می‌خواهم", "one\ntwo"])
def test_what_a_language_needs_is_not_called_hidden(text: str) -> None:
    assert list(hidden_in(text)) == []


@pytest.mark.parametrize("ending", ["\n", " ", "\t", "\n\n"])
def test_spaces_and_line_feeds_at_the_ends_are_shown_and_found(ending: str) -> None:
    shown = "".join(f"⟨U+{ord(one):04X}⟩" for one in ending)

    assert ends_marked(f"PO-7{ending}") == f"PO-7{shown}"
    assert ends_marked(f"{ending}PO-7") == f"{shown}PO-7"
    assert list(unseen_in(f"PO-7{ending}")) == list(ending)


def test_a_second_selector_behind_a_sign_is_found() -> None:
    assert list(hidden_in("❤\ufe0f\ufe0f")) == ["\ufe0f"]


def test_line_feeds_inside_a_text_stay() -> None:
    assert ends_marked(marked("one\ntwo three")) == "one\ntwo three"
