"""A form is done once, a plan has one run, and what was typed is never lost."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from cli_session import EVERY_KIND, SET_AMOUNT
from desk_process import Browser, DeskProcess

from reconcile.workbook.copy.cell_editor import type_into


def _text(answer: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def _form(page: httpx.Response, action: str) -> dict[str, str]:
    """The fields of a form as a browser sends them, without those that a person ticks or types."""
    found = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page.text, re.DOTALL)
    assert found, _text(page)
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', found[0])
        if name not in ("stage", "how")
    }


def _twice(browser: Browser, path: str, fields: dict[str, str]) -> list[str]:
    """Sends a form twice at the same moment, as a double click does; answers where each leads."""
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: browser.client.post(path, data=fields), range(2)))
    assert [one.status_code for one in answers] == [303, 303], [_text(one) for one in answers]
    return [one.headers["location"] for one in answers]


def _brought(desk: DeskProcess, browser: Browser, name: str, *strokes: object) -> httpx.Response:
    assert desk.command("export", "-o", f"{name}-out.xlsx").returncode == 0
    type_into(desk.folder / f"{name}-out.xlsx", desk.folder / f"{name}.xlsx", strokes)  # type: ignore[arg-type]
    browser.get("/bring")
    return browser.bring(desk.folder / f"{name}.xlsx")


def test_a_double_click_makes_one_workbook_and_another_choice_makes_another(signed_in: Browser) -> None:
    fields = _form(signed_in.get("/take"), "/take")
    first, second = _twice(signed_in, "/take", {**fields, "period": "2026-03"})
    other = signed_in.client.post("/take", data={**fields, "period": "2026-02"})
    fresh = _form(signed_in.get("/take"), "/take")
    again = signed_in.client.post("/take", data={**fresh, "period": "2026-03"})

    assert first == second
    assert len({first, other.headers["location"], again.headers["location"]}) == 3


def test_a_form_that_was_refused_may_be_sent_again(signed_in: Browser) -> None:
    fields = {**_form(signed_in.get("/close"), "/close"), "how": "draft", "period": "March"}
    answers = [signed_in.client.post("/close", data=fields).status_code for _ in range(2)]

    assert answers == [400, 400]


def test_two_who_apply_one_plan_are_led_to_one_run(desk: DeskProcess, signed_in: Browser) -> None:
    plan = _brought(desk, signed_in, "one", *EVERY_KIND)
    path = f"{plan.url.path}/apply"
    tabs = [_form(signed_in.get(path), path) for _ in range(2)]
    assert tabs[0]["once"] != tabs[1]["once"]
    page = signed_in.get(path)
    ticked = re.findall(r'name="allow" value="([^"]*)"', page.text)
    with ThreadPoolExecutor(2) as pool:
        sent = [{**tab, "allow": ticked} for tab in tabs]
        answers = list(pool.map(lambda one: signed_in.client.post(path, data=one), sent))
    assert [one.status_code for one in answers] == [303, 303], [_text(one) for one in answers]
    places = {one.headers["location"] for one in answers}
    assert len(places) == 1
    (run,) = places
    shown = _text(signed_in.get(run))
    assert "not begun" not in shown
    with signed_in.client.stream("GET", f"{run}/events") as events:
        assert list(events.iter_lines())
    assert "It is finished: ties out." in _text(signed_in.get(run))

    after = signed_in.get(path)
    assert f"This plan was applied by {run.rpartition('/')[2]}" in _text(after)
    assert f'href="{run}"' in after.text
    assert "Ask" not in _text(after)
    late = signed_in.client.post(path, data={**tabs[0], "once": "another", "allow": ticked})
    assert late.headers["location"] == run
    assert len(re.findall(r'href="/runs/run-', signed_in.get("/history").text)) == 1

    undo = signed_in.get(f"{run}/undo")
    assert "Changes, partner by partner" in _text(undo)
    assert "set back" in _text(undo)
    fields = _form(undo, f"{run}/undo")
    allow = re.findall(r'name="allow" value="([^"]*)"', undo.text)
    first, second = (
        signed_in.client.post(f"{run}/undo", data={**fields, "once": once, "allow": allow}) for once in "ab"
    )
    assert first.status_code == 303, _text(first)
    assert first.headers["location"] == second.headers["location"] != run


def test_a_plan_that_is_made_anew_after_its_run_can_be_applied(desk: DeskProcess, signed_in: Browser) -> None:
    plan = _brought(desk, signed_in, "two", SET_AMOUNT)
    again = signed_in.work(f"{plan.url.path}/again")

    assert "This plan was applied" not in _text(signed_in.get(f"{again.url.path}/apply"))


def test_a_refused_form_leads_back_and_stands_filled_in_there(desk: DeskProcess, signed_in: Browser) -> None:
    fields = {**_form(signed_in.get("/close"), "/close"), "how": "draft", "period": "<b>March"}
    from_page = {"referer": f"{desk.url}/close?period=2026-03"}
    refused = signed_in.client.post("/close", data=fields, headers=from_page)
    back = signed_in.get("/close?period=2026-03")
    stranger = desk.browser()
    stranger.client.cookies.update(
        {name: value for name, value in signed_in.client.cookies.items() if "typed" in name}
    )

    assert refused.status_code == 400
    assert 'href="/close?period=2026-03"' in refused.text
    assert "Go back to where you were" in _text(refused)
    assert "What you typed stands in the form again" in _text(back)
    assert "<b>March" in _text(back)
    assert "<b>March" not in back.text
    assert "go back to it" in _text(signed_in.get("/take"))
    assert "March" not in stranger.get("/sign-in").text
    assert signed_in.client.post("/close", data={**fields, "period": "2026-03"}).status_code == 303
    assert "What you typed" not in _text(signed_in.get("/close"))


@pytest.mark.parametrize("place", ["https://evil.example/close", "//evil.example", "/sign-in?next=x", "x"])
def test_an_error_page_leads_to_no_other_site(desk: DeskProcess, signed_in: Browser, place: str) -> None:
    signed_in.get("/close")
    refused = signed_in.post("/close", {"period": "March"}, headers={"referer": place})

    assert "evil.example" not in refused.text
    assert "Go back to where you were" not in refused.text


def test_a_form_sent_after_the_session_ended_writes_nothing_and_is_kept_for_its_person(
    desk: DeskProcess, tmp_path: Path
) -> None:
    assert tmp_path
    first, second = desk.be("Ana"), desk.be("Ana")
    fields = {**_form(first.get("/take"), "/take"), "period": "2026-03", "partner": "Acme & <b>Co"}
    second.post("/sign-out/everywhere")
    from_page = {"referer": f"{desk.url}/take", "origin": desk.url, "sec-fetch-site": "same-origin"}
    answer = first.client.post("/take", data=fields, headers=from_page)

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/take")
    again = desk.be("Ana")
    other = desk.be("Eve")
    for browser in (again, other):
        browser.client.cookies.update(
            {name: value for name, value in first.client.cookies.items() if "typed" in name}
        )
    again.client.get("/sign-in")
    assert "Made here" not in _text(again.get("/take"))
    page = again.get("/take")
    assert "You were signed out before this was sent, so nothing was written." in _text(page)
    assert "Acme & <b>Co" in _text(page)
    assert "Acme" not in other.get("/take").text
    assert again.client.post("/take", data={**_form(page, "/take"), "period": "2026-03"}).status_code == 303
    assert "You were signed out" not in _text(again.get("/take"))


def test_what_no_browser_of_this_desk_sends_is_not_kept(desk: DeskProcess) -> None:
    stranger = desk.browser()

    for headers in ({}, {"referer": f"{desk.url}/take"}, {"origin": "https://evil.example"}):
        answer = stranger.client.post("/take", data={"who": "Ana", "period": "x"}, headers=headers)
        assert answer.status_code in (401, 403)
        assert "set-cookie" not in answer.headers
