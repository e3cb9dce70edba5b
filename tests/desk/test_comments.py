"""People talk about a change on its page: it stays on record, for who approves, in the history and the evidence."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from cli_session import APPROVED, SET_STAGE
from desk_process import Browser, DeskProcess, desk_running

from reconcile.workbook.copy.cell_editor import type_into

HOSTILE = "Was this agreed?\n<script>window.hacked = 1</script>"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    with desk_running(tmp_path_factory.mktemp("comments"), "--demo") as running:
        yield running


def _person(demo: DeskProcess, name: str) -> Browser:
    browser = demo.browser()
    browser.get("/sign-in")
    browser.post("/sign-in/person", {"person": name})
    browser.get("/")
    return browser


def _text(answer: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@pytest.fixture(scope="module")
def plan(demo: DeskProcess, tmp_path_factory: pytest.TempPathFactory) -> tuple[Browser, str]:
    """Ana's browser, and the page of a plan of hers."""
    ana, folder = _person(demo, "Ana Ruiz"), tmp_path_factory.mktemp("march")
    ana.get("/take")
    page = ana.work("/take", {"stage": "APPROVED"})
    (folder / "march.xlsx").write_bytes(ana.client.get(f"{page.url.path}/file").content)
    type_into(folder / "march.xlsx", folder / "edited.xlsx", (SET_STAGE,))
    return ana, ana.bring(folder / "edited.xlsx").url.path


def test_what_is_said_is_seen_by_who_approves_and_stays_when_the_plan_is_made_again(
    demo: DeskProcess, plan: tuple[Browser, str]
) -> None:
    ana, path = plan
    before = re.findall(r"pay_\w+", ana.get(path).text)[0]
    assert (
        ana.post(f"{path}/comment", {"text": "Paid by hand in February.", "record": before}).status_code
        == 303
    )
    assert ana.post(f"{path}/comment", {"text": HOSTILE}).status_code == 303
    again = ana.work(f"{path}/again")
    fingerprint = re.findall(r'name="plan" value="(\w+)"', ana.get(f"{path}/apply").text)[0]
    asked = ana.post(f"{path}/ask", {"plan": fingerprint}).headers["location"]
    ben = _person(demo, "Ben Okafor")
    shown = ben.get(asked)
    assert ben.post(f"{asked}/comment", {"text": "Yes, by Chloe.", "record": before}).status_code == 303

    assert _text(again).count("Paid by hand in February.") == 2
    assert "Ana Ruiz" in _text(shown)
    assert "Paid by hand in February." in _text(shown)
    assert "<script>window.hacked" not in shown.text
    assert "Yes, by Chloe." in _text(ana.get(path))
    life = _text(ana.get(f"/history/of?record={before}"))
    assert re.search(r"Ana Ruiz.*Paid by hand in February\..*Ben Okafor.*Yes, by Chloe\.", life)
    assert "changed past this program" not in _text(ana.get("/history"))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"text": "  "}, "is blank"),
        ({"text": "x" * 1001}, "at most 1,000"),
        ({"text": "a\u202eb"}, "nobody sees"),
        ({"text": "x", "record": "pay_of_somebody_else"}, "is not changed by this plan"),
    ],
)
def test_a_comment_that_cannot_be_meant_is_refused(
    plan: tuple[Browser, str], fields: dict[str, str], why: str
) -> None:
    ana, path = plan
    answer = ana.post(f"{path}/comment", fields)

    assert answer.status_code == 400
    assert why in _text(answer)


def test_what_a_comment_can_be_about_is_told_apart_by_its_change(plan: tuple[Browser, str]) -> None:
    ana, path = plan
    offered = re.findall(r'<option value="(\w+)">(.*?)</option>', ana.get(path).text)
    told = {id_: html.unescape(words) for id_, words in offered}

    assert set(told) == {APPROVED}
    assert re.fullmatch(r".+ · payout · Stage: Approved → \w.*", told[APPROVED])


def test_nobody_talks_on_the_page_of_another_person(demo: DeskProcess, plan: tuple[Browser, str]) -> None:
    _, path = plan

    assert _person(demo, "Ben Okafor").post(f"{path}/comment", {"text": "x"}).status_code == 403


def test_a_comment_is_in_the_evidence_of_the_run(
    desk: DeskProcess, signed_in: Browser, tmp_path: Path
) -> None:
    signed_in.get("/take")
    page = signed_in.work("/take", {"stage": "APPROVED"})
    (tmp_path / "march.xlsx").write_bytes(signed_in.client.get(f"{page.url.path}/file").content)
    type_into(tmp_path / "march.xlsx", tmp_path / "edited.xlsx", (SET_STAGE,))
    signed_in.get("/bring")
    path = signed_in.bring(tmp_path / "edited.xlsx").url.path
    assert (
        signed_in.post(f"{path}/comment", {"text": "Agreed by phone.", "record": APPROVED}).status_code == 303
    )
    asked = signed_in.get(f"{path}/apply").text
    fields = dict(re.findall(r'name="(plan|allow|reopen)" value="([^"]*)"', asked))
    run = signed_in.post(f"{path}/apply", fields).headers["location"]
    with signed_in.client.stream("GET", f"{run}/events") as stream:
        assert list(stream.iter_lines())
    pack = signed_in.post("/history/evidence", {"of": run.rpartition("/")[2]})
    (tmp_path / "pack.zip").write_bytes(pack.content)

    with ZipFile(io.BytesIO(pack.content)) as archive:
        told = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".json"))
    assert b"Agreed by phone." in told
    assert desk.command("verify", tmp_path / "pack.zip").returncode == 0
