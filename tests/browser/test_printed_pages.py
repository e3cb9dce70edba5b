"""A page of the desk on paper: what is folded on the screen is there, and nothing that can only be pressed."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from chromium import browser
from desk_process import FAST, desk_running


def test_a_printed_close_has_every_record_and_no_button(
    program: Callable[[str], str], tmp_path: Path
) -> None:
    with desk_running(tmp_path, settings=FAST) as desk, browser(program("chromium")) as page:
        person = desk.browser()
        person.sign_in(desk.link)
        person.get("/close")
        draft = person.work("/close", {"period": "2026-03", "how": "draft"})
        for name, value in person.client.cookies.items():
            page.call("Network.setCookie", name=name, value=value, url=desk.url)
        page.speak("de-DE")
        page.visit(f"{desk.url}{draft.url.path}")
        folded = page.value("document.querySelector('details:not([open]) li small').textContent")
        pdf = tmp_path / "close.pdf"
        pdf.write_bytes(page.printed())

    done = subprocess.run([program("pdftotext"), pdf, "-"], capture_output=True, check=True, timeout=60)
    printed = re.sub(r"\s", "", done.stdout.decode())
    records = re.findall(r"<li><strong>.*?</strong> <small>(.*?)</small>", draft.text)
    assert folded in records
    assert [one for one in records if re.sub(r"\s", "", html.unescape(one)) not in printed] == []
    assert "NumbersanddatesarewrittenasinGerman" in printed
    for word in ("Make the draft again", "Download the pack", "Sign out", "Let it pass, because"):
        assert word.replace(" ", "") not in printed
