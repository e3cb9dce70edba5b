"""The pictures of README and manual show real files: `RECONCILE_UPDATE=1` makes them again."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from chromium import browser
from cli_session import APPROVED, DECLINE, SET_AMOUNT, SET_STAGE, CliSession
from libreoffice import Converter

from reconcile.resources import manual_page, sample
from reconcile.workbook.copy import Keystroke

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
STATEMENT = sample("2026-03/payments/bank.camt053.xml")
LIMIT = 120_000
# People see the whole month.
pytestmark = pytest.mark.full_month
PNG = b"\x89PNG\r\n"


def test_the_pictures_of_the_readme_are_a_workbook_and_its_report(
    cli: CliSession, convert: Converter, program: Callable[[str], str], tmp_path: Path
) -> None:
    po_number = Keystroke("Payouts", APPROVED, "PO number", "000777")
    workbook = cli.edit(cli.export("--stage", "APPROVED"), SET_STAGE, po_number, SET_AMOUNT, *DECLINE)
    report = cli.folder / "report.html"
    _done(cli, "diff", workbook, "--report", report)
    made = {
        "workbook.png": _printed(convert, program, workbook, tmp_path, page=3),
        "report.png": _seen(program("chromium"), report),
    }

    _keep_and_check(made, ROOT / "samples" / "pictures", README.read_text(encoding="utf-8"))


def test_the_pictures_of_the_close_are_made_from_the_pack_of_a_month(
    cli: CliSession, convert: Converter, program: Callable[[str], str], tmp_path: Path
) -> None:
    april = _closed_april(cli)
    made = {
        "summary.png": _printed(convert, program, april / "close-2026-04.xlsx", tmp_path, page=1),
        "page.png": _seen(program("chromium"), april / "close-2026-04.html"),
    }

    _keep_and_check(made, ROOT / "samples" / "close", manual_page("close"))


def _keep_and_check(made: Mapping[str, bytes], folder: Path, text: str) -> None:
    if os.environ.get("RECONCILE_UPDATE"):
        folder.mkdir(exist_ok=True)
        for name, picture in made.items():
            (folder / name).write_bytes(picture)

    for name, picture in made.items():
        kept = (folder / name).read_bytes()
        assert picture.startswith(PNG)
        assert kept.startswith(PNG)
        assert len(kept) < LIMIT
        assert f"samples/{folder.name}/{name})" in text


def _closed_april(cli: CliSession) -> Path:
    """The folder of the pack of April, in which some of March is paid."""
    cli.settings('[profiles.default]\nrate = 100000\n[close]\nlocked = "money"\n')
    _done(cli, "close", "--period", "2026-03", "-o", cli.folder / "march")
    _done(cli, "payments", STATEMENT, "-o", cli.folder / "paid.xlsx")
    _done(cli, "apply", cli.folder / "paid.xlsx", "--yes")
    _done(cli, "close", "--period", "2026-04", "-o", cli.folder / "april")
    return cli.folder / "april"


def _done(cli: CliSession, *arguments: str | Path) -> None:
    code, out, err = cli.run(*arguments)
    assert code == 0, out + err


def _printed(
    convert: Converter, program: Callable[[str], str], workbook: Path, folder: Path, *, page: int
) -> bytes:
    """A printed page of a workbook."""
    # Laying out the other pages, a hundred of them, takes most of the time.
    one = f'pdf:calc_pdf_Export:{{"PageRange":{{"type":"string","value":"{page}"}}}}'
    options = ["-png", "-r", "90", "-singlefile"]
    _run(program("pdftoppm"), *options, str(convert(workbook, folder, one)), str(folder / "summary"))
    return (folder / "summary.png").read_bytes()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=300)


def _seen(chromium: str, page: Path) -> bytes:
    """What a reader sees of the page at first."""
    with browser(chromium) as shown:
        size = {"width": 1280, "height": 1240, "deviceScaleFactor": 0.7, "mobile": False}
        shown.call("Emulation.setDeviceMetricsOverride", **size)
        shown.open(page)
        return base64.b64decode(shown.call("Page.captureScreenshot", format="png")["data"])
