"""The HTML report in a real browser: it is quiet, its filters work, and no value of a workbook runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import Page, browser
from report_cases import everything, hostile, huge, run_report

from reconcile.report.build import report_on
from reconcile.report.files import write_reports
from reconcile.report.model import Report

SHOWN = "[...document.querySelectorAll('#groups > .payout:not([hidden])')].map((one) => one.dataset.partner)"
KINDS = (
    "[...new Set([...document.querySelectorAll('#groups tbody tr:not([hidden])')]"
    ".map((one) => one.dataset.kind ?? one.querySelector('th').textContent.toLowerCase()))]"
)


@pytest.fixture
def page(program: Callable[[str], str]) -> Iterator[Page]:
    with browser(program("chromium")) as opened:
        yield opened


def opened(page: Page, report: Report, folder: Path) -> Page:
    file = folder / "report.html"
    write_reports(report, [file])
    page.open(file)
    return page


def test_nothing_that_somebody_typed_is_run(page: Page, tmp_path: Path) -> None:
    opened(page, report_on(hostile()), tmp_path)
    page.choose(search="<script>")

    assert page.value("window.hacked === undefined")
    assert page.value("document.scripts.length") == 1
    assert page.value("document.images.length") == 0
    assert page.value("document.querySelectorAll('a:not(.skip), [onerror], [onmouseover]').length") == 0
    assert "<script>window.hacked = 1</script>" in page.value("document.body.textContent")
    assert page.complaints == []
    assert page.requests == [(tmp_path / "report.html").as_uri()]


def test_the_policy_stops_a_script_that_is_put_into_the_page(page: Page, tmp_path: Path) -> None:
    opened(page, report_on(everything()), tmp_path)
    page.value(
        "(() => { const one = document.createElement('script'); one.textContent = 'window.hacked = 9';"
        " document.body.append(one); })()"
    )

    assert page.value("window.hacked === undefined")


def test_the_page_is_quiet_and_asks_for_nothing(page: Page, tmp_path: Path) -> None:
    opened(page, run_report(), tmp_path)

    assert page.complaints == []
    assert len(page.requests) == 1


@pytest.mark.parametrize(
    ("fields", "partners"),
    [
        ({}, ["Acme", "Bolt", "Acme"]),
        ({"partner": "Bolt"}, ["Bolt"]),
        ({"stage": "PENDING_PAYMENT"}, ["Acme"]),
        ({"kind": "new line"}, ["Acme"]),
        ({"currency": "EUR"}, ["Bolt"]),
        ({"search": "000777"}, ["Acme"]),
        ({"search": "CRM", "partner": "Bolt"}, []),
        ({"order": "partner"}, ["Acme", "Acme", "Bolt"]),
        ({"order": "moved"}, ["Bolt", "Acme", "Acme"]),
    ],
    ids=repr,
)
def test_filters_search_and_order_show_what_they_say(
    page: Page, tmp_path: Path, fields: dict[str, str], partners: list[str]
) -> None:
    opened(page, report_on(everything()), tmp_path)
    page.choose(**fields)

    assert page.value(SHOWN) == partners
    assert page.value("document.getElementById('nothing').hidden") is bool(partners)


def test_a_kind_leaves_only_its_changes_and_clearing_brings_all_back(page: Page, tmp_path: Path) -> None:
    opened(page, report_on(everything()), tmp_path)
    before = page.value("document.getElementById('count').value")
    page.choose(kind="decline")
    some, kinds = page.value("document.getElementById('count').value"), page.value(KINDS)
    page.value("document.querySelector('#filters button').click()")
    page.value("new Promise((done) => setTimeout(done, 300))")

    assert kinds == ["decline"]
    assert some.startswith("2 of 3 payouts")
    assert page.value("document.getElementById('count').value") == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_their_ground(page: Page, tmp_path: Path, scheme: str) -> None:
    """WCAG 2.2 asks for a contrast of 4.5."""
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    opened(page, report_on(everything()), tmp_path)
    contrasts = page.value(
        """(() => {
          const light = (name) => {
            const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim().slice(1);
            const part = (at) => { const v = parseInt(hex.slice(at, at + 2), 16) / 255;
              return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
            return 0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4);
          };
          const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          return ["--ink", "--soft", "--old", "--new", "--warn", "--mark"].flatMap((text) =>
            ["--paper", "--tint"].map((ground) => [text + ground, ratio(light(text), light(ground))]));
        })()"""
    )

    assert [one for one in contrasts if one[1] < 4.5] == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_as_wide_as_the_window(page: Page, tmp_path: Path, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    page.call("Emulation.setDeviceMetricsOverride", **size)
    opened(page, report_on(everything()), tmp_path)

    assert page.value("document.documentElement.scrollWidth") <= width


def test_what_is_far_below_is_not_laid_out_before_it_is_seen(page: Page, tmp_path: Path) -> None:
    opened(page, report_on(huge(300, 3)), tmp_path)

    assert page.value("getComputedStyle(document.querySelector('.payout')).contentVisibility") == "auto"
    assert page.value("document.querySelectorAll('#groups tbody tr').length") == 300 * 4
    assert page.complaints == []
