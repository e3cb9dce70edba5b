"""What a person who is new at the desk meets: no contradiction, no code, no dead end."""

from __future__ import annotations

import html
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cli_session import SET_AMOUNT
from desk_process import Browser, DeskProcess, desk_running

from reconcile.resources import sample
from reconcile.workbook.copy.cell_editor import Keystroke, type_into


def _text(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[DeskProcess]:
    """A desk where nobody has done anything."""
    with desk_running(tmp_path) as running:
        yield running


def test_home_says_one_thing_about_a_workbook_that_came_back(fresh: DeskProcess) -> None:
    desk, signed_in = fresh, fresh.browser()
    signed_in.sign_in(desk.link)
    assert desk.command("export", "-o", "march.xlsx").returncode == 0
    assert "0 of 1 came back" in _text(signed_in.get("/"))
    type_into(desk.folder / "march.xlsx", desk.folder / "edited.xlsx", [SET_AMOUNT])
    signed_in.get("/bring")
    signed_in.bring(desk.folder / "edited.xlsx")
    said = _text(signed_in.get("/"))

    assert "returned" in said
    assert "1 of 1 came back" in said
    assert "1 workbook compared, no run yet" in said
    assert "diff and approval not started" not in said


def test_a_file_that_is_no_workbook_has_no_corrected_copy_and_no_place_of_the_desk(
    signed_in: Browser, tmp_path: Path
) -> None:
    junk = tmp_path / "notes <i>.xlsx"
    junk.write_bytes(b"no workbook at all")
    signed_in.get("/bring")
    page = signed_in.bring(junk)

    assert "corrected" not in _text(page)
    assert "Take another one on the page Take" in _text(page)
    assert signed_in.get(f"{page.url.path}/corrected/0").status_code == 404
    assert "/tmp" not in page.text
    assert "/var/" not in page.text
    assert "reconcile doctor" not in page.text


@pytest.mark.parametrize("column", ["Partner", "Stage"], ids=["not to be edited", "no such value"])
def test_a_copy_is_called_corrected_only_where_less_is_found_in_it(
    desk: DeskProcess, signed_in: Browser, column: str
) -> None:
    is_corrected = column == "Partner"
    assert desk.command("export", "-o", f"{column}.xlsx").returncode == 0
    wrong = Keystroke("Payouts", "pay_0000000000000000000mixed", column, "NO SUCH STAGE")
    type_into(desk.folder / f"{column}.xlsx", desk.folder / "wrong.xlsx", [wrong])
    signed_in.get("/bring")
    page = signed_in.bring(desk.folder / "wrong.xlsx")

    assert re.search(r"What was found in wrong.xlsx \( \d \)", _text(page))
    assert ("Download a corrected workbook" in _text(page)) == is_corrected
    copy = signed_in.get(f"{page.url.path}/corrected/0")
    assert (copy.status_code == 200) == is_corrected
    if is_corrected:
        (desk.folder / "copy.xlsx").write_bytes(copy.content)
        signed_in.get("/bring")
        assert "0 errors, 0 warnings" in _text(signed_in.bring(desk.folder / "copy.xlsx"))


def test_nobody_has_to_know_what_a_system_is_called(signed_in: Browser) -> None:
    page = signed_in.get("/bills")
    said = _text(page)

    assert re.search(r'<option value="">Choose a system</option>\s*<optgroup label="Bills', page.text)
    for told in (
        "QuickBooks",
        "Airwallex",
        "Payments: a batch transfer to saved recipients",
        "credit transfers of ACH",
    ):
        assert told in said, told
    signed_in.get("/bills")
    none = signed_in.post("/bills", {"how": "preview", "system": ""})
    assert none.status_code in (303, 400)


def test_payments_are_named_by_payee_and_partner_and_their_plan_by_their_file(signed_in: Browser) -> None:
    signed_in.get("/payments")
    content = sample("2026-03/payments/bank.camt053.xml").read_bytes()
    page = signed_in.work("/payments", files=[("file", ("bank.camt053.xml", content))])
    said = _text(page)
    assert "Paid to" in said
    assert "Bright Peak Consulting" in said
    assert "leads to 1 payouts" not in said
    signed_in.get(page.url.path)
    plan = _text(signed_in.work(f"{page.url.path}/answer"))

    assert "Payments of bank.camt053.xml" in plan
    assert "your edit" not in plan
    assert "paid.xlsx" not in plan


def test_who_leaves_in_the_middle_of_an_upload_leaves_no_trace_on_the_terminal(tmp_path: Path) -> None:
    with desk_running(tmp_path) as desk:
        browser = desk.be("Ana")
        browser.get("/bring")

        def half() -> Iterator[bytes]:
            yield b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n'
            raise ConnectionResetError

        headers = {"content-type": "multipart/form-data; boundary=x"}
        with pytest.raises(ConnectionResetError):
            browser.client.post("/bring", content=half(), headers=headers)
        assert desk.be("Ana").get("/bring").status_code == 200
        desk.process.send_signal(signal.SIGTERM)
        assert desk.process.stderr
        assert desk.process.stderr.read() == ""
