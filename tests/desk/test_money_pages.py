"""The money side of the month at the desk: workbooks that arrive, bills, payments, and the close."""

from __future__ import annotations

import html
import io
import json
import re
import time
from collections.abc import Iterator
from zipfile import ZipFile

import httpx
import pytest
from cli_session import PATIENCE, SET_AMOUNT
from desk_process import FAST, Browser, DeskProcess, desk_running

from reconcile.resources import sample
from reconcile.workbook.copy.cell_editor import type_into

PERIOD = "2026-03"
ACME = "Acme Partners"
PAID_PARTNERS = "Bright Peak Consulting\nSummit Peak Consulting\nAcme Partners"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    folder = tmp_path_factory.mktemp("desk")
    inbox = folder / "inbox"
    inbox.mkdir()
    watched = f'[pickup]\nfolder = "{inbox}"\nstill_seconds = 0\n[close.checks]\npool = "blocking"\n'
    with desk_running(folder, settings=FAST + watched) as running:
        yield running


@pytest.fixture(scope="module")
def ana(desk: DeskProcess) -> Browser:
    browser = desk.browser()
    browser.sign_in(desk.link)
    return browser


def _text(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def _names(answer: httpx.Response) -> list[str]:
    assert answer.headers["content-type"] == "application/zip"
    return ZipFile(io.BytesIO(answer.content)).namelist()


def test_a_workbook_in_the_watched_folder_is_found_on_the_page_with_its_plan(
    desk: DeskProcess, ana: Browser
) -> None:
    done = desk.command("export", "--partner", ACME, "-o", "acme.xlsx")
    assert done.returncode == 0, done.stderr
    type_into(desk.folder / "acme.xlsx", desk.folder / "inbox" / "acme <b>.xlsx", [SET_AMOUNT])
    end = time.monotonic() + PATIENCE
    while "acme" not in (page := _text(ana.get("/arrived"))) and time.monotonic() < end:
        time.sleep(0.2)
    (digest,) = re.findall(r'action="/arrived/([0-9a-f]{64})"', ana.get("/arrived").text)
    plan = ana.work(f"/arrived/{digest}")

    assert "acme <b>.xlsx" in page
    assert "1 change" in page
    assert plan.url.path.startswith("/bring/")
    assert "Changes, partner by partner" in _text(plan)
    assert ana.post("/arrived/" + "0" * 64).status_code == 404


def test_bills_are_looked_at_then_written_once_with_what_is_held_back(ana: Browser) -> None:
    ana.get("/bills")
    form = {"system": "xero", "partner": ACME}
    vendors = [("vendors", ("vendors.csv", sample(f"{PERIOD}/vendors.csv").read_bytes()))]
    seen = ana.work("/bills", {**form, "how": "preview"}, files=vendors)
    ana.get(seen.url.path)
    made = ana.work(f"{seen.url.path}/write")
    again = ana.work("/bills", {**form, "how": "make"}, files=vendors)

    assert "This would be written" in _text(seen)
    assert ana.get(f"{seen.url.path.replace('preview', 'made')}/file").status_code == 404
    assert "The files were written" in _text(made)
    assert "manifest.json" in _names(ana.get(f"{made.url.path}/file"))
    assert "Billed before" in _text(again)
    assert "Nothing was written" in _text(again)

    manifest = json.loads(ZipFile(io.BytesIO(ana.get(f"{made.url.path}/file").content)).read("manifest.json"))
    bill = manifest["bills"][0]
    reason = {"again": "the file <i>was lost"}
    seen = ana.work("/bills", {**form, **reason, "how": "preview"}, files=vendors)
    assert "issued once more, because: the file <i>was lost" in _text(seen)
    assert "<i>was" not in seen.text
    table = f"Number,Vendor,Amount\n{bill['number']},{ACME},{bill['amount']}\n".encode()
    there = [*vendors, ("open_bills", ("open.csv", table))]
    held = ana.work("/bills", {**form, **reason, "how": "preview"}, files=there)
    assert "under More to choose" in _text(held)
    assert "--" not in _text(held).replace("----", "")
    anyway = {"anyway": bill["payout_id"]}
    freed = ana.work("/bills", {**form, **reason, **anyway, "how": "preview"}, files=there)
    ana.get(freed.url.path)
    written = ana.work(f"{freed.url.path}/write")
    assert "The files were written" in _text(written)
    second = json.loads(
        ZipFile(io.BytesIO(ana.get(f"{written.url.path}/file").content)).read("manifest.json")
    )
    assert second["issued_again_because"] == reason["again"], "what was looked at is what is written"
    assert bill["number"] in {one["number"] for one in second["bills"]}


def test_payments_are_matched_and_an_answer_on_the_page_is_one_of_the_sheet(ana: Browser) -> None:
    ana.get("/payments")
    content = sample(f"{PERIOD}/payments/bank.camt053.xml").read_bytes()
    page = ana.work(
        "/payments", {"partner": PAID_PARTNERS}, files=[("file", ("../bank.camt053.xml", content))]
    )
    shown = _text(page)
    answers = re.findall(r'name="answer-(\d+)" value="(Yes|1)"', page.text)
    number, said = answers[0]
    plan = ana.work(f"{page.url.path}/answer", {f"answer-{number}": said})
    without = ana.work(f"{page.url.path}/answer", {})

    assert "Suggestions to answer" in shown
    assert "Tie-out" in shown
    assert "Residual" in shown
    found, less = (json.loads(ana.get(f"{one.url.path}/plan.json").text) for one in (plan, without))
    more = {one["target"]["id"] for one in found["operations"]} - {
        one["target"]["id"] for one in less["operations"]
    }
    legend = re.search(rf"M{number} · .*?<small>(.*?)</small>", page.text, re.DOTALL)
    assert legend
    assert more == set(legend[1].split(", "))
    ana.get(page.url.path)
    wrong = ana.post(f"{page.url.path}/answer", {f"answer-{number}": "99"})
    assert (wrong.status_code, "has no answer" in wrong.text) == (400, True)


def test_a_file_that_is_no_payments_file_is_told_and_a_form_without_one_too(ana: Browser) -> None:
    ana.get("/payments")
    refused = ana.work("/payments", files=[("file", ("note.txt", b"no payments here"))])

    assert 'role="alert"' in refused.text
    ana.get("/payments")
    empty = ana.post("/payments", files=[("file", ("", b""))])
    assert (empty.status_code, "Choose a file of payments first" in empty.text) == (400, True)


def test_a_month_is_drafted_waived_closed_and_its_statements_made(ana: Browser) -> None:
    ana.get("/close")
    draft = ana.work("/close", {"period": PERIOD, "how": "draft"})
    blocking = sorted(set(re.findall(r'name="(waive-[a-z-]+)"', draft.text)))
    first = _text(draft)
    refused = ana.work("/close", {"period": PERIOD, "how": "close"})
    waived = ana.work("/close", {"period": PERIOD, "how": "close", **dict.fromkeys(blocking, "looked at")})
    assert waived.url.path.startswith("/close/made/"), _text(waived)
    names = _names(ana.get(f"{waived.url.path}/pack"))
    month = _text(ana.get(f"/close/month/{PERIOD}"))
    statements = ana.work("/close/statements", {"period": PERIOD})

    assert blocking
    assert "this blocks the close" in first
    assert "nothing was closed" in _text(refused)
    assert f"{PERIOD} is closed and locked" in _text(waived)
    assert "manifest.json" in names
    assert "close-" in month
    assert len(_names(ana.get(f"{statements.url.path}/file"))) > 10
    assert PERIOD in _text(ana.get("/close"))


def test_a_period_that_is_none_is_told_and_so_is_one_that_is_not_over(ana: Browser) -> None:
    ana.get("/close")
    none = ana.post("/close", {"period": "March", "how": "draft"})
    later = ana.work("/close", {"period": "2099-01", "how": "draft"})

    assert none.status_code == 400
    assert "Close it when it is over" in _text(later)
    assert ana.get("/close/month/..%2f..%2fetc").status_code in (400, 404)


@pytest.mark.parametrize("path", ["/arrived", "/bills", "/payments", "/close"])
def test_the_pages_need_a_sign_in(desk: DeskProcess, path: str) -> None:
    stranger = desk.browser()

    assert stranger.get(path).status_code == 303
    assert stranger.post(path).status_code == 401
