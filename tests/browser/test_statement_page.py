"""The statement of a partner in a real browser: nothing scrolls to the side on a laptop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from builders import make_line, make_payout
from chromium import browser
from closing import APRIL_END, MARCH_END, close_of, frozen_of, paid

from reconcile.close.statement.partner_statement import partner_statements
from reconcile.close.statement.statement_tables import statement_pack
from reconcile.report.pack import write_page

WIDTH = 900


def test_a_statement_is_as_wide_as_a_small_window(program: Callable[[str], str], tmp_path: Path) -> None:
    payout, line = f"pay_{'0' * 20}april", f"cln_{'0' * 20}april"
    records = (
        make_payout(payout, "1000000 USD", period_end=APRIL_END),
        make_line(line, "1000000 USD", payout, period_end=MARCH_END),
    )
    before = frozen_of(records[0], make_line(line, "900000 USD", payout, period_end=MARCH_END))
    close = close_of(
        before, *records, payments={payout: (paid("2026-04-09", "70 USD", "TX-" + "9" * 30, payout),)}
    )
    file = tmp_path / "statement.html"
    with file.open("wb") as stream:
        write_page(stream, statement_pack(partner_statements(close)[0], close.frozen), None, "statement.html")
    with browser(program("chromium")) as page:
        page.call(
            "Emulation.setDeviceMetricsOverride", width=WIDTH, height=900, deviceScaleFactor=1, mobile=False
        )
        page.open(file)
        wide = page.value(
            "[...document.querySelectorAll('.wide')].map((one) => one.scrollWidth - one.clientWidth)"
        )
        whole = page.value("document.documentElement.scrollWidth")

    assert whole <= WIDTH
    assert set(wide) == {0}
