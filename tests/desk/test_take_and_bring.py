"""A month at the desk: a workbook is taken, edited, brought back, checked, planned, and its conflicts decided."""

from __future__ import annotations

import getpass
import html
import io
import json
import re
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from cli_session import APPROVED, DRAFT, SET_STAGE
from desk_process import Browser, DeskProcess

from reconcile.workbook.copy.cell_editor import Keystroke, type_into

MINE = Keystroke("Payouts", DRAFT, "PO number", "PO-MINE")
SCRIPT = "<script>alert(1)</script>"


def text_of(answer: httpx.Response) -> str:
    """What a page says, without its tags."""
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def taken(signed_in: Browser, folder: Path, **filters: str) -> Path:
    """A workbook, as the desk makes it."""
    signed_in.get("/take")
    page = signed_in.work("/take", dict(filters))
    assert "payouts" in text_of(page)
    path = folder / "march.xlsx"
    path.write_bytes(signed_in.client.get(f"{page.url.path}/file").content)
    return path


@pytest.fixture(scope="module")
def march(signed_in: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook of everything."""
    return taken(signed_in, tmp_path_factory.mktemp("taken"))


def edited(workbook: Path, folder: Path, *keystrokes: Keystroke) -> Path:
    target = folder / "march-edited.xlsx"
    type_into(workbook, target, keystrokes)
    return target


def plan_of(signed_in: Browser, page: httpx.Response) -> dict[str, object]:
    """The plan that a page shows."""
    found: dict[str, object] = signed_in.client.get(f"{page.url.path}/plan.json").json()
    return found


def test_what_is_in_scope_is_counted_before_it_is_taken(signed_in: Browser) -> None:
    signed_in.get("/take")
    page = signed_in.work("/take/preview", {"stage": "APPROVED"})

    said = text_of(page)
    assert re.search(
        r"\d+ payouts? and \d+ lines? are in scope \(stage Approved\)\. Reading them takes \d+ calls?", said
    )
    assert 'value="APPROVED" checked' in page.text


@pytest.mark.parametrize(
    ("filters", "said"),
    [({"period": "2026-99"}, "2026-99"), ({"stage": "NOTHING"}, "There is no stage 'NOTHING'")],
    ids=["period", "stage"],
)
def test_a_filter_that_means_nothing_is_told_at_once(
    signed_in: Browser, filters: dict[str, str], said: str
) -> None:
    signed_in.get("/take")
    answer = signed_in.post("/take", filters)

    assert answer.status_code == 400
    assert said in html.unescape(answer.text)


def test_work_that_fails_says_why(signed_in: Browser) -> None:
    signed_in.get("/take")

    assert "There is no partner 'Nobody Ltd'" in text_of(signed_in.work("/take", {"partner": "Nobody Ltd"}))


def test_a_workbook_that_was_taken_is_listed_as_out(signed_in: Browser, tmp_path: Path) -> None:
    workbook = taken(signed_in, tmp_path, stage="APPROVED")

    assert ZipFile(workbook).testzip() is None
    assert "stage Approved" in text_of(signed_in.get("/take"))


def test_the_plan_of_the_page_is_that_of_the_command(
    desk: DeskProcess, signed_in: Browser, march: Path, tmp_path: Path
) -> None:
    brought = edited(march, tmp_path, SET_STAGE)
    page = signed_in.bring(brought)
    saved = tmp_path / "plan.json"
    desk.command("diff", brought, "--save", saved)

    assert plan_of(signed_in, page)["fingerprint"] == json.loads(saved.read_text("utf-8"))["fingerprint"]
    assert APPROVED in text_of(page)
    assert "attachment" in signed_in.client.get(f"{page.url.path}/report.html").headers["content-disposition"]


def test_a_conflict_is_decided_on_the_page_for_the_live_value_that_stood_there(
    desk: DeskProcess, signed_in: Browser, march: Path, tmp_path: Path
) -> None:
    brought = edited(march, tmp_path, MINE)
    desk.patch(f"/payouts/{DRAFT}", {"poNumber": "PO-THEIRS"})
    first = signed_in.bring(brought)
    seen = plan_of(signed_in, first)["fingerprint"]
    desk.patch(f"/payouts/{DRAFT}", {"poNumber": "PO-LATER"})

    assert "PO-THEIRS" in text_of(first)
    fallen = signed_in.work(f"{first.url.path}/decide", {"plan": seen, "conflict-0": "mine-0"})
    assert "counts no longer" in text_of(fallen)
    assert [one["yours"] for one in plan_of(signed_in, fallen)["conflicts"]] == [{"po_number": "PO-MINE"}]

    stale = signed_in.post(f"{first.url.path}/decide", {"plan": seen, "conflict-0": "mine-0"})
    assert (stale.status_code, "planned again" in stale.text) == (409, True)

    again = plan_of(signed_in, fallen)["fingerprint"]
    kept = plan_of(
        signed_in, signed_in.work(f"{first.url.path}/decide", {"plan": again, "conflict-0": "mine-0"})
    )
    assert (kept["conflicts"], len(kept["operations"])) == ([], 1)

    opened = plan_of(
        signed_in, signed_in.work(f"{first.url.path}/decide", {"plan": kept["fingerprint"], "conflict-0": ""})
    )
    assert len(opened["conflicts"]) == 1
    live = plan_of(
        signed_in,
        signed_in.work(f"{first.url.path}/decide", {"plan": opened["fingerprint"], "conflict-0": "live"}),
    )
    assert (live["conflicts"], live["operations"]) == ([], [])


def test_a_decision_of_the_page_stands_in_the_workbook_that_one_takes_away(
    desk: DeskProcess, signed_in: Browser, march: Path, tmp_path: Path
) -> None:
    brought = edited(march, tmp_path, MINE)
    desk.patch(f"/payouts/{DRAFT}", {"poNumber": "PO-OTHER"})
    page = signed_in.bring(brought)
    shown = plan_of(signed_in, page)["fingerprint"]
    decided = plan_of(
        signed_in, signed_in.work(f"{page.url.path}/decide", {"plan": shown, "conflict-0": "mine-0"})
    )
    away = tmp_path / "away" / brought.name
    away.parent.mkdir()
    away.write_bytes(signed_in.client.get(f"{page.url.path}/workbook/0").content)
    saved = tmp_path / "away.json"
    desk.command("diff", away, "--save", saved)

    assert json.loads(saved.read_text("utf-8"))["fingerprint"] == decided["fingerprint"]


def test_each_finding_stands_with_its_cell_and_a_corrected_workbook_can_be_taken(
    signed_in: Browser, march: Path, tmp_path: Path
) -> None:
    wrong = Keystroke("Payouts", DRAFT, "Stage", "NO SUCH STAGE")
    locked = Keystroke("Payouts", DRAFT, "Partner", "Another")
    page = signed_in.bring(edited(march, tmp_path, wrong, locked))

    assert re.search(r"Payouts!D\d+ NO SUCH STAGE error", text_of(page))
    corrected = signed_in.client.get(f"{page.url.path}/corrected/0")
    assert ZipFile(io.BytesIO(corrected.content)).testzip() is None


@pytest.mark.parametrize(
    ("name", "content"),
    [("notes.xlsx", b"not a workbook"), ("bomb.zip", b"PK\x05\x06" + b"\0" * 18), ("page.html", b"<html>")],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_file_that_is_no_workbook_is_said_to_be_none(signed_in: Browser, name: str, content: bytes) -> None:
    signed_in.get("/bring")
    page = signed_in.work("/bring", files=[("workbook", (name, content))])

    assert "No plan was made" in text_of(page)


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..\\..\\boot.ini",
        "/etc/passwd.xlsx",
        f"{SCRIPT}.xlsx",
        "a\u202excslx.exe",
        "CON",
    ],
)
def test_a_hostile_name_becomes_a_plain_one(signed_in: Browser, name: str) -> None:
    signed_in.get("/bring")
    page = signed_in.work("/bring", files=[("workbook", (name, b"PK"))])
    title = re.search(r"<h1>(.*?)</h1>", page.text)

    assert title
    assert re.fullmatch(r"[\w .()-]+\.xlsx", html.unescape(title[1]))
    assert ".." not in title[1]
    assert SCRIPT not in page.text


def test_hostile_text_of_a_workbook_is_text_on_the_page(
    signed_in: Browser, march: Path, tmp_path: Path
) -> None:
    note = Keystroke("Payouts", DRAFT, "Statement note", f'{SCRIPT}"><img src=x onerror=alert(1)>\u202e')
    page = signed_in.bring(edited(march, tmp_path, note))

    assert SCRIPT in html.unescape(page.text)
    assert SCRIPT not in page.text
    assert "<img" not in page.text
    assert "\u202e" not in page.text


@pytest.mark.parametrize("files", [[], [("workbook", ("empty.xlsx", b""))]], ids=["none", "empty"])
def test_nothing_to_bring_is_told(signed_in: Browser, files: list[tuple[str, tuple[str, bytes]]]) -> None:
    signed_in.get("/bring")

    assert signed_in.post("/bring", files=files).status_code == 400


def test_what_one_person_brought_is_not_there_for_another_and_no_key_leads_elsewhere(
    signed_in: Browser,
) -> None:
    for path in (
        "/bring/x",
        "/tasks/x",
        "/tasks/x/events",
        "/take/x/file",
        "/bring/..%2f..%2fetc%2fpasswd/plan.json",
    ):
        assert signed_in.client.get(path).status_code == 404


def test_home_shows_the_month_what_waits_and_the_money_once_it_was_read(
    signed_in: Browser, march: Path
) -> None:
    before = text_of(signed_in.get("/"))
    after = text_of(signed_in.work("/home/live"))

    assert march.exists()
    assert re.search(
        r"Workbook payouts-[\d-]+\.xlsx (out|returned): made \d{4}-\d\d-\d\d \d\d:\d\d UTC", before
    )
    assert re.search(r"Step State What is known \w+", before)
    assert re.search(r"Pending approval USD \d+ [\d,]+\.\d\d", after)


def test_a_withdrawn_workbook_is_refused_with_the_reason_when_it_comes_back(
    signed_in: Browser, tmp_path: Path
) -> None:
    workbook = taken(signed_in, tmp_path, stage="DRAFT")
    listed = signed_in.get("/take").text
    key = re.findall(r'name="workbook" value="(wb-[^"]+)"', listed)[0]
    assert (
        signed_in.post("/take/withdraw", {"workbook": key, "reason": f"wrong month {SCRIPT}"}).status_code
        == 303
    )

    assert f"withdrawn by {getpass.getuser()}: wrong month {SCRIPT}" in text_of_row(
        signed_in.get("/take"), key
    )
    assert "wrong month" in text_of(signed_in.bring(workbook))

    signed_in.get("/take")
    again = {"workbook": key, "reason": "the right month after all"}
    assert signed_in.post("/take/restore", again | {"reason": " "}).status_code == 400
    assert signed_in.post("/take/restore", again).status_code == 303
    assert "Withdraw it" in text_of_row(signed_in.get("/take"), key)
    assert "wrong month" not in text_of(signed_in.bring(workbook)), "it is taken again"


def text_of_row(page: httpx.Response, key: str) -> str:
    """What the row of a workbook says."""
    row = next(one for one in page.text.split("<tr>") if key in one)
    assert SCRIPT not in row
    return html.unescape(row)


def test_a_workbook_for_each_partner_comes_as_a_zip_with_its_index(signed_in: Browser) -> None:
    signed_in.get("/take")
    counted = signed_in.work("/take/preview", {"stage": "APPROVED", "split": "partner", "note": "By Friday"})
    made = signed_in.work("/take", {"stage": "APPROVED", "split": "partner", "note": "By Friday"})
    archive = ZipFile(io.BytesIO(signed_in.get(f"{made.url.path}/file").content))
    names = archive.namelist()

    assert '<option value="partner" selected>' in counted.text
    assert "By Friday</textarea>" in counted.text
    assert "index.csv" in names
    assert len(names) > 2
    assert all(name in html.unescape(made.text) for name in names if name.endswith(".xlsx"))


@pytest.mark.parametrize("split", ["month", "../x", "partner,batch"])
def test_a_workbook_is_not_cut_in_a_way_that_there_is_not(signed_in: Browser, split: str) -> None:
    signed_in.get("/take")

    assert signed_in.post("/take", {"split": split}).status_code == 400
