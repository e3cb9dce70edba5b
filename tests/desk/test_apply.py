"""A plan is applied at the desk: agreed to on a page, watched while it goes on, and looked at afterwards."""

from __future__ import annotations

import html
import json
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from cli_session import APPROVED, EVERY_KIND, PATIENCE
from desk_process import FAST, Browser, DeskProcess, desk_process, desk_running

from reconcile.workbook.copy.cell_editor import type_into

SLOW = FAST.replace("rate = 100000", "rate = 8\nwindow = 3600") + "[run]\nfresh_seconds = 3600\n"
"""After a few requests a run waits for an hour, or until it is asked to stop."""


def text_of(answer: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def brought(desk: DeskProcess, browser: Browser, name: str = "edited.xlsx") -> str:
    """Brings an edited workbook; answers the path of its page."""
    done = desk.command("export", "-o", "march.xlsx")
    assert done.returncode == 0, done.stderr
    type_into(desk.folder / "march.xlsx", desk.folder / name, EVERY_KIND)
    browser.get("/bring")
    page = browser.bring(desk.folder / name)
    assert "Apply" in text_of(page), text_of(page)
    return page.url.path


def begun(browser: Browser, path: str) -> str:
    """Applies what the page shows; answers the path of its run."""
    page = browser.get(path)
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(r'name="(plan|allow|reopen)" value="([^"]*)"', page.text)
    }
    answer = browser.post(path, fields)
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["location"]


def until(browser: Browser, path: str, words: str) -> str:
    """Loads the page again until it says these words, a pattern."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        said = text_of(browser.get(path))
        if re.search(words, said):
            return said
        time.sleep(0.1)
    raise AssertionError(said)


def events_of(browser: Browser, path: str) -> list[str]:
    """All events of a run, until the desk ends them."""
    with browser.client.stream("GET", f"{path}/events", timeout=PATIENCE) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        return [line.removeprefix("event: ") for line in stream.iter_lines() if line.startswith("event: ")]


def test_a_plan_is_agreed_to_watched_and_looked_at_afterwards(
    desk: DeskProcess, signed_in: Browser, tmp_path: Path
) -> None:
    path = brought(desk, signed_in)
    asked = text_of(signed_in.get(f"{path}/apply"))
    assert "USD" in asked
    assert "not asked for" in asked
    stale = signed_in.post(f"{path}/apply", {"plan": "0" * 64})
    assert (stale.status_code, "planned again since" in stale.text) == (409, True)

    run = begun(signed_in, f"{path}/apply")
    assert events_of(signed_in, run)[-1] == "end"
    said = until(signed_in, run, "It is finished: ties out.")
    assert "5 operations of 5 done" in said
    assert APPROVED in said

    run_id = run.rpartition("/")[2]
    assert "ties out" in html.unescape(signed_in.get(f"{run}/report.html").text)
    assert signed_in.get(f"{run}/journal.csv").text.count(run_id) >= 6
    result = signed_in.get(f"{run}/result/edited.xlsx")
    assert result.content[:2] == b"PK"
    assert "attachment" in result.headers["content-disposition"]
    assert run_id in text_of(signed_in.get("/history"))
    life = text_of(signed_in.get("/history/of", params={"record": APPROVED}))
    assert "Stage:" in life
    assert signed_in.get("/history/of", params={"record": run_id}).headers["location"] == run
    _evidence(signed_in, run_id, tmp_path)
    # The payout goes back first, and then its line: the other way round than the run went.
    undone = begun(signed_in, f"{run}/undo")
    assert "operations of" in until(signed_in, undone, "It is finished: ties out.")


def _evidence(signed_in: Browser, run_id: str, folder: Path) -> None:
    signed_in.get("/history")
    pack = signed_in.post("/history/evidence", {"of": run_id})
    assert pack.status_code == 200, text_of(pack)
    changed = folder / "changed.zip"
    changed.write_bytes(pack.content)
    with ZipFile(changed, "a") as archive:
        archive.writestr("more.txt", "more")

    for content, words in ((pack.content, "It is what was made."), (changed.read_bytes(), "It was changed")):
        answer = signed_in.post("/history/verify", files={"pack": ("pack.zip", content)})
        assert words in text_of(answer)
        assert "--head" not in text_of(answer)
    none = signed_in.post("/history/verify", files={"pack": ("pack.zip", b"x")})
    assert none.status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/runs/run-nothing",
        "/runs/..%2f..%2fetc",
        "/runs/run-1%00",
        "/runs/run-nothing/events",
        "/runs/run-nothing/report.html",
        "/runs/run-nothing/result/..%2fplan.json",
        "/runs/%3Cscript%3E",
        "/history/of?record=%3Cscript%3Ealert(1)%3C/script%3E",
        "/history/of?record=../../etc/passwd",
    ],
)
def test_what_is_no_run_and_no_record_is_said_so_and_not_looked_for(signed_in: Browser, path: str) -> None:
    answer = signed_in.get(path)

    assert answer.status_code in (400, 404)
    assert "<script>alert" not in answer.text


@pytest.fixture
def slow_desk(tmp_path: Path) -> Iterator[DeskProcess]:
    """A desk whose runs wait after a few requests."""
    with desk_running(tmp_path, settings=FAST) as running:
        (tmp_path / "settings.toml").write_text(SLOW, encoding="utf-8")
        yield running


def test_a_desk_that_is_killed_in_mid_run_finds_it_again_stops_it_and_finishes_it(
    slow_desk: DeskProcess,
) -> None:
    browser = slow_desk.browser()
    browser.sign_in(slow_desk.link)
    path = brought(slow_desk, browser)
    run = begun(browser, f"{path}/apply")
    until(browser, run, r"[1-9] operations? of 5 done")
    slow_desk.process.send_signal(signal.SIGKILL)
    slow_desk.process.wait(timeout=PATIENCE)

    (slow_desk.folder / "settings.toml").write_text(FAST, encoding="utf-8")
    with desk_process(slow_desk.folder, slow_desk.introw, slow_desk.environ) as again:
        second = again.browser()
        second.sign_in(again.link)
        assert "It is going on" in text_of(second.get(run))
        other = second.get(f"{path}/apply")
        assert "This plan is being applied by" in text_of(other)
        assert second.post(f"{run}/resume").headers["location"] == run
        assert second.post(f"{run}/stop").status_code == 303
        assert re.search("asked it to stop|It stopped", text_of(second.get(run)))
        until(second, run, "Or end it as it is")
        assert second.post(f"{run}/resume").status_code == 303
        until(second, run, "It is finished: ties out.")
    records = json.loads(slow_desk.command("history", "--json").stdout)
    assert [(one["state"], one["counts"]) for one in records] == [("finished", "5 applied")]
