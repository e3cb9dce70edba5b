"""No text becomes a link, a mention or markup: for any text, in every target."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reconcile.notify.escaping import TAGLESS, defused, mail_text, slack_text, teams_text, webhook_text

PARTS = st.sampled_from(
    ["http://", "evil", ".", "com", "@", "here", "<!channel>", "[a](", ")", "`", "**", "_", "&", "<", ">", "\n", "//",
     "mailto:", ":", "\u202e", "\u200b", "| ", "# ", "1. ", "- ", "~~", "\\", "&lt;", "。", "x.xlsx", " "]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=8), st.lists(PARTS, max_size=12).map("".join))
LINK = re.compile(
    r"[A-Za-z]:\S|//|@|[^\W_][.\u3002\uff0e\uff61](?!(xlsx|xlsm|json|csv|xml|txt|pdf)\b)[^\W\d_]",
    re.IGNORECASE,
)


@settings(max_examples=60)
@given(TEXTS)
def test_nothing_looks_like_an_address_or_names_somebody(text: str) -> None:
    shown = defused(text)

    assert LINK.search(shown) is None
    assert len(shown.splitlines()) == 1


@settings(max_examples=60)
@given(TEXTS)
def test_slack_shows_it_as_code_without_one_of_its_signs(text: str) -> None:
    shown = slack_text(text)

    assert (shown[0], shown[-1], shown.count("`")) == ("`", "`", 2)
    assert not set("<>") & set(shown)


@settings(max_examples=60)
@given(TEXTS)
def test_teams_shows_it_without_tags_and_its_markdown_says_the_text_itself(text: str) -> None:
    (inline,) = (one for one in MarkdownIt().parse(f"**Label**: {teams_text(text)}") if one.type == "inline")
    kinds = {one.type for one in inline.children or ()}

    assert kinds <= {"text", "strong_open", "strong_close", "text_special"}
    shown = "".join(one.content for one in inline.children or ())
    plain = defused(text).translate(TAGLESS)
    assert shown == f"Label: {plain}".rstrip()


@settings(max_examples=60)
@given(TEXTS)
def test_mail_and_webhook_say_the_text_itself(text: str) -> None:
    assert html.unescape(mail_text(text)) == defused(text) == webhook_text(text)
    assert not set("<>") & set(mail_text(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("march.xlsx", "march.xlsx"),
        ("march.evil.com.xlsx", "march[.]evil[.]com.xlsx"),
        ("9,761.12 USD at 12:30", "9,761.12 USD at 12:30"),
        ("Payouts!F12: not a stage", "Payouts!F12: not a stage"),
        ("", "(blank)"),
        ("a\nb", "a b"),
    ],
)
def test_what_people_write_stays_readable(text: str, shown: str) -> None:
    assert defused(text) == shown


@pytest.mark.parametrize("part", ["a.", "a:", "//", "@", " ", "<", "a.xlsx", "`"])
def test_a_long_text_costs_no_more_than_its_length(part: str) -> None:
    began = time.process_time()
    shown = teams_text(part * 200_000)

    assert len(shown) < 3_000
    assert time.process_time() - began < 5
