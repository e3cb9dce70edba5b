"""Every locale of CLDR writes amounts, days and moments in a form that can be read back; templates use only that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from reconcile.desk.show import STATIC, printed
from reconcile.desk.writing.filters import FILTERS
from reconcile.desk.writing.page_writing import (
    AS_RECORDED,
    PageWriting,
    every_writing,
    with_spaces,
    writing_for,
)

TEMPLATES = STATIC.parent / "templates"
AMOUNTS = ("0.00", "-0.01", "7", "12.5", "999.99", "1,000", "-1,234.50", "12,345,678,901.2345")
VALUES = re.compile(
    r"(.*_)?(at|amount|amounts|money|difference|paid|owed|delta|exported|live|moves|moved|sums|began"
    r"|amount_before|amount_after|seconds_left|operations)"
)
"""Names of values that a page never prints by itself."""
SENTENCES = {"brought.html": ("money",)}
"""What has such a name and is a sentence, which was written for the page."""


def _way(tag: str) -> PageWriting:
    found = writing_for([tag])
    assert found
    return found


def test_a_number_of_any_locale_is_the_same_number_in_latin_digits() -> None:
    for tag, way in every_writing().items():
        for recorded in AMOUNTS:
            shown = way.number(recorded)
            whole, _, decimals = shown.partition(way.decimal_sign) if "." in recorded else (shown, "", "")
            digits = "".join(re.findall("[0-9]", whole))
            back = digits + ("." + decimals if decimals else "")

            assert back == recorded.replace(",", "").lstrip("-"), (tag, recorded, shown)
            assert (shown[0] in "-\u2212") == recorded.startswith("-"), (tag, recorded, shown)
            assert " " not in shown, (tag, shown)


def test_no_locale_breaks_a_day_or_a_moment_and_each_moment_names_its_zone() -> None:
    when = datetime(2026, 11, 3, 14, 5, tzinfo=UTC)
    for way in (AS_RECORDED, *every_writing().values()):
        assert "2026" in way.day(date(2026, 11, 3))
        assert way.moment(when).endswith(" UTC")
        assert way.sentences.moment(when).isprintable() or way.tag
        assert not set("\u200e\u200f\u061c") & set(way.sentences.moment(when))


def test_a_sentence_of_any_locale_shows_its_own_spaces_and_marks_those_of_a_value() -> None:
    when = datetime(2026, 11, 3, 14, 5, tzinfo=UTC)
    for tag, way in every_writing().items():
        said = way.sentences
        numbers = (said.amount(Decimal("-1234567.5"), "USD"), said.count(1234567), said.moment(when))
        shown = printed(f"{' '.join(numbers)} of PO\u00a07\u202f8")

        assert shown == (
            f"{way.number('-1,234,567.50')} {way.number('1,234,567')} "
            f"{with_spaces(said.moment(when))} of PO⟨U+00A0⟩7⟨U+202F⟩8"
        ), tag


def test_a_text_that_is_no_moment_is_shown_as_it_is() -> None:
    assert _way("de").moment("whenever") == "whenever"


@pytest.mark.parametrize(
    ("tag", "sentence"), [("de-DE", "1.234 changes"), ("en-IN", "1,234 changes"), ("pl", "1\xa0234 changes")]
)
def test_a_count_in_a_sentence_is_written_so_too(tag: str, sentence: str) -> None:
    assert with_spaces(_way(tag).sentences.counted(1234, "change")) == sentence


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        ("-1,234.50 EUR", '<data value="-1234.50" lang="de">-1.234,50</data> EUR'),
        ("12.5%", '<data value="12.5" lang="de">12,5</data>%'),
        ("2026-11-30", '<time datetime="2026-11-30" lang="de">30.11.2026</time>'),
        ("2026-11-30 14:05 UTC", '<time datetime="2026-11-30T14:05Z" lang="de">30.11.2026, 14:05 UTC</time>'),
        *(
            (same, same)
            for same in ("2026-99-99", "2026-11-30 99:05 UTC", "1,23", "1.234,50", "PO 1,234.50", "-")
        ),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_what_a_job_wrote_as_the_record_does_is_written_as_the_page_does(recorded: str, shown: str) -> None:
    engine = Environment(autoescape=True)
    engine.filters.update(FILTERS)

    assert engine.from_string("{{ text | written }}").render(text=recorded, writing=_way("de")) == shown


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda one: one.name)
def test_a_template_prints_no_amount_count_or_moment_by_itself(template: Path) -> None:
    engine = Environment(autoescape=True)
    engine.filters.update(dict.fromkeys(("said", "linked", "notes", "stage", *FILTERS), str))
    tree = engine.parse(template.read_text(encoding="utf-8"))
    printed = [one for output in tree.find_all(nodes.Output) for part in output.nodes for one in _bare(part)]

    assert [one for one in printed if one not in SENTENCES.get(template.name, ())] == []


def _bare(printed: nodes.Node) -> Iterator[str]:
    """The values that an expression prints without a filter that writes them."""
    parts = list(printed.iter_child_nodes())
    name = ""
    if isinstance(printed, nodes.Filter):
        name = f"| {printed.name}" if printed.name in ("length", "sum", "round", "format") else ""
        parts = [] if printed.name in FILTERS else [printed.node] if printed.node else []
    elif isinstance(printed, nodes.CondExpr):
        parts = [one for one in (printed.expr1, printed.expr2) if one]
    elif isinstance(printed, nodes.Getattr):
        name, parts = printed.attr if VALUES.fullmatch(printed.attr) else "", []
    elif isinstance(printed, nodes.Call):
        called = getattr(printed.node, "attr", "")
        name, parts = f"{called}()" if called in ("format", "count", "strftime") else "", []
    if name:
        yield name
    for part in parts:
        yield from _bare(part)
