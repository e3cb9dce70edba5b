"""The pictures of the close pack in the manual are made from a pack: `RECONCILE_UPDATE=1` makes them again."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from chromium import browser
from cli_session import CliSession

from reconcile.resources import sample

ROOT = Path(__file__).parent.parent.parent
PICTURES = ROOT / "samples" / "close"
STATEMENT = sample("2026-03/payments/bank.camt053.xml")
LIMIT = 120_000
PNG = b"\x89PNG\r\n"


def test_the_pictures_of_the_manual_are_made_from_the_pack_of_a_month(
    cli: CliSession, program: Callable[[str], str], tmp_path: Path
) -> None:
    april = _closed_april(cli)
    made = {
        "summary.png": _printed(program, april / "close-2026-04.xlsx", tmp_path),
        "page.png": _seen(program("chromium"), april / "close-2026-04.html"),
    }
    if os.environ.get("RECONCILE_UPDATE"):
        PICTURES.mkdir(exist_ok=True)
        for name, picture in made.items():
            (PICTURES / name).write_bytes(picture)

    manual = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, picture in made.items():
        kept = (PICTURES / name).read_bytes()
        assert picture.startswith(PNG)
        assert kept.startswith(PNG)
        assert len(kept) < LIMIT
        assert f"](samples/close/{name})" in manual


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


def _printed(program: Callable[[str], str], workbook: Path, folder: Path) -> bytes:
    """The first printed page of a workbook."""
    office = [program("soffice"), f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    _run(*office, "--convert-to", "pdf", "--outdir", str(folder), str(workbook))
    page = ["-png", "-r", "90", "-f", "1", "-l", "1", "-singlefile"]
    _run(program("pdftoppm"), *page, str(folder / f"{workbook.stem}.pdf"), str(folder / "summary"))
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
