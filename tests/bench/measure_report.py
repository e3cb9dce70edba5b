"""Measures how long Chromium takes to open the HTML report and to filter it: python tests/bench/measure_report.py."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from chromium import browser
from report_cases import huge

from reconcile.report.build import report_on
from reconcile.report.files import write_reports

_TIMING = "(() => { const one = performance.getEntriesByType('navigation')[0]; return one.loadEventEnd - one.startTime; })()"
_PAINT = "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0)))"
# From a choice or the last typed letter until the page is drawn again; the page waits 120 ms for more letters.
_FILTER = """(async () => {{
  const one = document.getElementById("{field}"), start = performance.now();
  one.value = {value};
  one.dispatchEvent(new Event("input", {{bubbles: true}}));
  await new Promise((done) => setTimeout(done, {wait}));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - start - {wait};
}})()"""
_PARTNER = _FILTER.format(
    field="partner", value='document.getElementById("partner").options[1].value', wait=0
)
_SEARCH = _FILTER.format(field="search", value='"7"', wait=120)


def main() -> None:
    """Prints milliseconds until the page is loaded, drawn, filtered and searched, by its number of changes."""
    program = shutil.which("chromium")
    if program is None:
        sys.exit("chromium is not installed")
    first = 0.0
    with browser(program) as page, tempfile.TemporaryDirectory() as folder:
        for payouts in (100, 1000):
            file = Path(folder) / f"{payouts}.html"
            report = report_on(huge(payouts, 10))
            write_reports(report, [file])
            page.open(file)
            drawn, loaded = page.value(_PAINT), page.value(_TIMING)
            filtered, searched = page.value(_PARTNER), page.value(_SEARCH)
            first = first or loaded
            size = file.stat().st_size / 1e6
            sys.stdout.write(
                f"{len(report.operations):>6} changes, {size:.1f} MB: loaded in {loaded:.0f} ms, "
                f"drawn by {drawn:.0f} ms, {loaded / first:.1f} times the first; "
                f"filtered in {filtered:.0f} ms, searched in {searched:.0f} ms\n"
            )


if __name__ == "__main__":
    main()
