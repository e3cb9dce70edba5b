"""The signing version of a close in a real browser: at most five pages, on A4 and on Letter."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

from builders import make_line
from chromium import browser
from closing import april_line, close_of, frozen_of

from reconcile.close.pack import pack_of
from reconcile.close.signing import signing_pack
from reconcile.report.pack import write_page

CURRENCIES = ("USD", "EUR", "GBP", "JPY", "CAD", "AUD")
SIZES = {"A4": (8.27, 11.69), "Letter": (8.5, 11.0)}


def test_what_is_signed_takes_at_most_five_pages_of_both_papers(
    program: Callable[[str], str], tmp_path: Path
) -> None:
    before = frozen_of(*(make_line(f"cln_{code}", f"9000 {code}", None) for code in CURRENCIES))
    lines = [
        april_line(f"cln_{n}", f"{3000 + n} {CURRENCIES[n % 6]}", payout_id=None, plan_name=f"Plan {n}")
        for n in range(600)
    ]
    file = tmp_path / "sign.html"
    close = close_of(before, *before.snapshot.lines.values(), *lines)
    with file.open("wb") as stream:
        write_page(stream, signing_pack(close, pack_of(close)))
    with browser(program("chromium")) as page:
        page.open(file)
        made = {
            name: base64.b64decode(page.call("Page.printToPDF", paperWidth=width, paperHeight=height)["data"])
            for name, (width, height) in SIZES.items()
        }

    pages = {name: len(re.findall(rb"/Type\s*/Page\b", content)) for name, content in made.items()}
    assert {name: 1 < count <= 5 for name, count in pages.items()} == dict.fromkeys(SIZES, True)
