"""What finance does after a month is closed, at the desk: journals for its system, late changes, quarters."""

from __future__ import annotations

import html
import io
import re
from zipfile import ZipFile

import httpx
from cli_session import APPROVED_LINE
from desk_process import Browser, DeskProcess

PERIOD = "2026-03"
MONTH = f"/close/month/{PERIOD}"


def _text(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def _names(answer: httpx.Response) -> list[str]:
    assert answer.headers["content-type"] == "application/zip"
    return ZipFile(io.BytesIO(answer.content)).namelist()


def _closed(ana: Browser) -> httpx.Response:
    ana.get("/close")
    draft = ana.work("/close", {"period": PERIOD, "how": "draft"})
    assert "Journals for" in _text(draft)
    return ana.work("/close", {"period": PERIOD, "how": "close", "journal": ["xero", "csv"]})


def test_a_month_is_closed_with_its_journals_trued_up_and_rolled_up(
    desk: DeskProcess, signed_in: Browser
) -> None:
    closed = _closed(signed_in)
    packed = _names(signed_in.get(f"{closed.url.path}/pack"))
    assert any("xero" in one for one in packed), packed

    quiet = signed_in.work(f"{MONTH}/late")
    assert f"Nothing of {PERIOD} moved since its close" in _text(quiet)
    assert signed_in.get(f"{quiet.url.path}/file").status_code == 404

    desk.patch(f"/commission-lines/{APPROVED_LINE}", {"amount": "777.00"})
    signed_in.get(MONTH)
    late = signed_in.work(f"{MONTH}/late")
    said = _text(late)
    for told in (APPROVED_LINE, "777.00", "The entry that trues the books up", "Write the entry"):
        assert told in said
    written = signed_in.work(f"{MONTH}/late", {"how": "write", "journal": "xero"})
    assert "The entry was written" in _text(written)
    assert any("late-1" in one for one in _names(signed_in.get(f"{written.url.path}/file")))
    again = signed_in.work(f"{MONTH}/late", {"how": "write"})
    assert "All of it was booked by an earlier entry" in _text(again)
    assert signed_in.get(f"{again.url.path}/file").status_code == 404

    signed_in.get("/close")
    rolled = signed_in.work("/close/rollup", {"longer": PERIOD})
    assert "Roll-forward" in _text(rolled)
    assert f"1 close: {PERIOD}" in _text(rolled)
    assert f"rollup-{PERIOD}.xlsx" in _names(signed_in.get(f"{rolled.url.path}/file"))
    refused = signed_in.work("/close/rollup", {"longer": "2026-Q1"})
    assert "Close what is missing first" in _text(refused)
    signed_in.get("/close")
    assert signed_in.post("/close/rollup", {"longer": "the quarter"}).status_code == 400


def test_a_journal_for_a_system_that_there_is_not_closes_nothing(signed_in: Browser) -> None:
    signed_in.get("/close")
    for name in ("../../etc", "xero-2"):
        refused = signed_in.post("/close", {"period": PERIOD, "how": "close", "journal": name})
        assert (refused.status_code, "from the list" in refused.text) == (400, True)
        late = signed_in.post(f"{MONTH}/late", {"how": "write", "journal": name})
        assert late.status_code == 400
