"""Measures how long Chromium takes to open the HTML report, by its number of changes: python tests/bench/measure_report.py."""

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


def main() -> None:
    """Prints milliseconds until the page is loaded and drawn, and how they grow with the changes."""
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
            first = first or loaded
            size = file.stat().st_size / 1e6
            sys.stdout.write(
                f"{len(report.operations):>6} changes, {size:.1f} MB: loaded in {loaded:.0f} ms, "
                f"drawn by {drawn:.0f} ms, {loaded / first:.1f} times the first\n"
            )


if __name__ == "__main__":
    main()
