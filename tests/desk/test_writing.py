"""Numbers and dates on the pages are written as the person's locale does; the record and all files stay the same."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_session import EVERY_KIND
from desk_process import FAST, Browser, DeskProcess, desk_running

from reconcile.workbook.copy.cell_editor import type_into

EXAMPLES = {
    "de-DE": ("1.234.567,50", "-1.234,50", "30.11.2026", "30.11.2026, 14:05 UTC"),
    "de-CH": ("1'234'567.50", "-1'234.50", "30.11.2026", "30.11.2026, 14:05 UTC"),
    "fr-FR": ("1\u202f234\u202f567,50", "-1\u202f234,50", "30 nov. 2026", "30 nov. 2026, 14:05 UTC"),
    "en-IN": ("12,34,567.50", "-1,234.50", "30 Nov 2026", "30 Nov 2026, 2:05\u202fPM UTC"),
    "en-US": ("1,234,567.50", "-1,234.50", "Nov 30, 2026", "Nov 30, 2026, 2:05\u202fPM UTC"),
    "sv": ("1\xa0234\xa0567,50", "\u22121\xa0234,50", "30 nov. 2026", "30 nov. 2026 14:05 UTC"),
    "ar-EG": ("1,234,567.50", "-1,234.50", "30\u200f/11\u200f/2026", "30\u200f/11\u200f/2026، 2:05 م UTC"),
}
RECORDED = ("1,234,567.50", "-1,234.50", "2026-11-30", "2026-11-30 14:05 UTC")
HOSTILE = (
    "de" * 5000,
    "de-" * 3000,
    ("x" * 9 + ",") * 1000,
    "de;q=" + "9" * 5000,
    ",;=,;q=;;*;q=*",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629, \u65e5\u672c".encode().decode("latin-1"),
    "de\x01",
    "xx-YY, qqq;q=1",
)


def _examples(person: Browser, language: str = "") -> tuple[str, ...]:
    """The examples of the page as it writes them."""
    text = person.get("/writing", headers={"accept-language": language} if language else {}).text
    cells = re.findall(r'</th><td class="number">(.*?)</td>', text)
    return tuple(html.unescape(re.sub(r"<[^>]*>", "", one)) for one in cells)


@pytest.fixture
def plain_choice(signed_in: Browser) -> Iterator[Browser]:
    """The operator's browser, in which no way of writing was chosen."""
    yield signed_in
    signed_in.get("/writing")
    signed_in.post("/writing", {"choice": ""})


@pytest.mark.parametrize("language", EXAMPLES)
def test_a_page_follows_the_language_of_the_browser(plain_choice: Browser, language: str) -> None:
    assert _examples(plain_choice, f"{language},en;q=0.1") == EXAMPLES[language]


def test_the_weights_of_the_languages_hold_and_unknown_ones_are_passed_over(plain_choice: Browser) -> None:
    assert _examples(plain_choice, "en-US;q=0.2, tlh, de-XX;q=0.9, fr;q=0") == EXAMPLES["de-DE"]


def test_a_browser_without_a_language_is_shown_what_the_record_has(plain_choice: Browser) -> None:
    assert _examples(plain_choice) == RECORDED


@pytest.mark.parametrize("language", HOSTILE)
def test_a_hostile_language_does_nothing(plain_choice: Browser, language: str) -> None:
    answer = plain_choice.client.get("/writing", headers={"accept-language": language.encode("latin-1")})

    assert answer.status_code in (200, 400)
    assert "alert(1)" not in answer.text
    assert _examples(plain_choice, "de-DE") == EXAMPLES["de-DE"]


def test_what_a_person_chose_wins_over_the_browser(plain_choice: Browser) -> None:
    plain_choice.get("/writing")
    answer = plain_choice.post("/writing", {"choice": "fr-FR"})
    assert answer.status_code == 303
    assert "HttpOnly" in answer.headers["set-cookie"]

    assert _examples(plain_choice, "de-DE") == EXAMPLES["fr-FR"]

    plain_choice.get("/writing")
    plain_choice.post("/writing", {"choice": "record"})
    assert _examples(plain_choice, "de-DE") == RECORDED

    plain_choice.get("/writing")
    plain_choice.post("/writing", {"choice": ""})
    assert _examples(plain_choice, "de-DE") == EXAMPLES["de-DE"]


@pytest.mark.parametrize("choice", ["de_DE", "xx", "<b>", "a" * 5000])
def test_only_what_stands_in_the_list_can_be_chosen(plain_choice: Browser, choice: str) -> None:
    plain_choice.get("/writing")
    answer = plain_choice.post("/writing", {"choice": choice})

    assert answer.status_code == 400
    assert "Choose one from the list." in answer.text
    assert "set-cookie" not in answer.headers or "desk-writing" not in answer.headers["set-cookie"]


def test_a_cookie_that_somebody_made_up_is_as_none(plain_choice: Browser) -> None:
    port = plain_choice.client.base_url.port
    plain_choice.client.cookies.set(
        f"desk-writing-{port}", "../../de", domain=plain_choice.client.base_url.host
    )
    try:
        assert _examples(plain_choice, "de-DE") == EXAMPLES["de-DE"]
    finally:
        plain_choice.client.cookies.delete(f"desk-writing-{port}", domain=plain_choice.client.base_url.host)


def test_numbers_name_their_language_and_go_from_left_to_right(plain_choice: Browser) -> None:
    german = plain_choice.get("/writing", headers={"accept-language": "de-DE"}).text
    arabic = plain_choice.get("/writing", headers={"accept-language": "ar-EG"}).text

    assert '<html lang="en"' in german
    assert '<data value="-1234.50" lang="de-DE">-1.234,50</data>' in german
    assert '<time datetime="2026-11-30T14:05Z" lang="de-DE">30.11.2026, 14:05 UTC</time>' in german
    assert '<data value="-1234.50" lang="ar-EG" dir="ltr">-1,234.50</data>' in arabic
    assert '<time datetime="2026-11-30" lang="ar-EG" dir="rtl">' in arabic


def test_a_desk_whose_settings_name_a_locale_follows_it_where_the_browser_says_none(tmp_path: Path) -> None:
    with desk_running(tmp_path, settings=f'{FAST}[policy]\nlocale = "de-CH"\n') as desk:
        person = desk.browser()
        person.sign_in(desk.link)

        assert _examples(person) == EXAMPLES["de-CH"]
        assert _examples(person, "fr-FR") == EXAMPLES["fr-FR"]


def test_a_plan_is_written_for_its_reader_and_its_files_are_the_same_for_everybody(
    desk: DeskProcess, plain_choice: Browser
) -> None:
    plain_choice.get("/take")
    made = plain_choice.work("/take")
    (desk.folder / "taken.xlsx").write_bytes(plain_choice.client.get(f"{made.url.path}/file").content)
    type_into(desk.folder / "taken.xlsx", desk.folder / "edited.xlsx", EVERY_KIND)
    plain_choice.get("/bring")
    place = plain_choice.bring(desk.folder / "edited.xlsx").url.path

    pages = {}
    for language in ("", "de-DE", "en-IN"):
        plain_choice.client.headers["accept-language"] = language
        pages[language] = plain_choice.get(place).text
        pages[f"{language} files"] = "".join(
            plain_choice.client.get(f"{place}/{name}").text for name in ("report.html", "plan.json")
        )
    del plain_choice.client.headers["accept-language"]

    assert pages[" files"] == pages["de-DE files"] == pages["en-IN files"]
    recorded = re.search(r"USD lines: ([0-9,]+\.[0-9]{2}) live", pages[""])
    assert recorded
    german = recorded[1].translate(str.maketrans(",.", ".,"))
    assert f"USD lines: {german} live" in pages["de-DE"]
    value = recorded[1].replace(",", "")
    assert f'<data value="{value}">{recorded[1]}</data>' in pages[""]
    assert f'<data value="{value}" lang="de-DE">{german}</data>' in pages["de-DE"]
    assert "Sentences of the record, and files, are the same for everybody" in pages["de-DE"]
    fingerprints = {re.findall(r"Plan fingerprint</dt><dd>(\w+)", pages[one])[0] for one in ("", "de-DE")}
    assert len(fingerprints) == 1


@pytest.mark.parametrize("day", ["11/12/2026", "30.11.2026", "1.234,50"])
def test_a_day_in_another_form_than_a_calendar_sends_is_refused_and_not_guessed(
    plain_choice: Browser, day: str
) -> None:
    plain_choice.get("/bills")
    refused = plain_choice.work("/bills", {"system": "pain.001", "how": "preview", "pay_on": day})

    assert f"The day of payment {day!r} is no date. Write it as 2026-04-30." in html.unescape(refused.text)
