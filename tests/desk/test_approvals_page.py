"""At the desk one person asks, another one agrees, and only then the plan is applied, once."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from cli_session import APPROVED, PATIENCE, SET_STAGE
from desk_process import Browser, DeskProcess, desk_running
from openpyxl import load_workbook

from reconcile.workbook.copy.cell_editor import type_into


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    with desk_running(tmp_path_factory.mktemp("approvals"), "--demo") as running:
        yield running


@pytest.fixture(scope="module")
def person(demo: DeskProcess) -> Callable[[str], Browser]:
    def signed_in(name: str) -> Browser:
        browser = demo.browser()
        browser.get("/sign-in")
        browser.post("/sign-in/person", {"person": name, "next": "/"})
        browser.get("/")
        return browser

    return signed_in


def text_of(answer: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def _asked(ana: Browser, folder: Path, *, other: bool = False) -> str:
    """Ana brings a payout that is to be paid, and asks; answers the path of her request."""
    ana.get("/take")
    page = ana.work("/take", {"stage": "APPROVED"})
    (folder / "march.xlsx").write_bytes(ana.client.get(f"{page.url.path}/file").content)
    stroke = replace(SET_STAGE, row=_another(folder / "march.xlsx")) if other else SET_STAGE
    type_into(folder / "march.xlsx", folder / "edited.xlsx", (stroke,))
    plan = ana.bring(folder / "edited.xlsx").url.path
    before = ana.get(f"{plan}/apply")
    assert "Ben Okafor, Chloe Martin can give it" in text_of(before)
    fingerprint = re.search(r'name="plan" value="(\w+)"', before.text)
    assert fingerprint
    assert ana.post(f"{plan}/ask", {"plan": "0" * 64}).status_code == 409
    answer = ana.post(f"{plan}/ask", {"plan": fingerprint[1]})
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["location"]


def _another(workbook: Path) -> str:
    """The id of another payout than that of SET_STAGE."""
    header, *rows = load_workbook(workbook)["Payouts"].iter_rows(values_only=True)
    ids = (str(row[header.index("Payout ID")]) for row in rows)
    return next(one for one in ids if one != APPROVED)


def _until(browser: Browser, path: str, words: str) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        said = text_of(browser.get(path))
        if words in said:
            return said
        time.sleep(0.1)
    raise AssertionError(said)


def test_one_asks_another_agrees_and_the_plan_is_applied_once(
    person: Callable[[str], Browser], tmp_path: Path
) -> None:
    ana, ben, chloe = person("Ana Ruiz"), person("Ben Okafor"), person("Chloe Martin")
    asked = _asked(ana, tmp_path)
    assert ana.post(f"{asked}/approve").status_code == 403
    assert ana.post(f"{asked}/apply").status_code == 409
    assert ben.post(f"{asked}/reject", {"reason": " "}).status_code == 400
    assert "waits for Ben Okafor, Chloe Martin" in text_of(chloe.get("/approvals"))
    shown = text_of(ben.get(asked))
    assert "Needs an approval because" in shown
    assert "9,761.12 USD" in shown or "10,168.62 USD" in shown

    for told in (
        "Changes, partner by partner",
        "Stage",
        "Approved → Pending payment",
        "Payouts by stage",
        "USD",
    ):
        assert told in shown, told
    assert "Seen by partners, or not to be undone" in shown
    assert ben.get(f"{asked}/plan.json").json()["fingerprint"] in shown
    assert ben.post(f"{asked}/approve").headers["location"] == asked
    assert ben.post(f"{asked}/approve").headers["location"] == asked, "to agree twice is to agree"
    assert ben.post(f"{asked}/apply").status_code == 403
    assert "Approve the plan" not in text_of(ana.get(asked))
    assert f'href="{asked}"' in ana.get("/").text, "who asked is told that it can be applied"
    assert "(you) , approved by Ben Okafor. Next: apply it." in text_of(ana.get("/"))
    assert "You approved it. Take that back, because" in text_of(ben.get(asked))
    answer = ana.post(f"{asked}/apply")
    assert answer.status_code == 303, text_of(answer)
    said = _until(ana, answer.headers["location"], "It is finished: ties out.")
    assert "1 operation of 1 done" in said

    assert "Ana Ruiz (desk)" in text_of(chloe.get("/history"))
    assert "changed past this program" not in text_of(chloe.get("/history"))
    assert "has used this approval" in text_of(chloe.post(f"{asked}/approve"))
    run = answer.headers["location"]
    assert ana.post(f"{asked}/apply").headers["location"] == run
    assert f'href="{run}"' in ben.get(asked).text
    assert "Next: apply it" not in text_of(ana.get("/")), "it was used"


def test_a_rejection_is_a_notice_with_a_next_step_and_the_same_plan_is_asked_for_again(
    person: Callable[[str], Browser], tmp_path: Path
) -> None:
    ana, ben = person("Ana Ruiz"), person("Ben Okafor")
    asked = _asked(ana, tmp_path, other=True)
    brought = re.search(r'href="(/bring/[^"/]+)"', ana.get(asked).text)
    assert brought
    page = ana.get(f"{brought[1]}/apply")
    assert asked.rpartition("/")[2] in text_of(page)
    assert "Ask for the approval" not in text_of(page)
    fields = {"plan": json.loads(ana.get(f"{asked}/plan.json").text)["fingerprint"]}
    assert ana.post(f"{brought[1]}/ask", fields).headers["location"] == asked, "one request for one plan"
    assert ben.post(f"{asked}/reject", {"reason": "the PO is <b>missing"}).status_code == 303

    on_plan = text_of(ana.get(brought[1]))
    assert "nobody has asked" not in on_plan.lower(), "the page of the plan says how it stands now"
    for place in ("/", asked, brought[1], f"{brought[1]}/apply"):
        assert "Ben Okafor rejected it: the PO is <b>missing" in text_of(ana.get(place)), place
    assert "Next:" in text_of(ana.get(asked))
    assert f'href="{asked}"' in ana.get("/").text
    second = ana.post(f"{brought[1]}/ask", fields)
    assert second.status_code == 303, text_of(second)
    assert second.headers["location"] != asked
    assert "Ben Okafor (you) , Chloe Martin" in text_of(ben.get("/"))
    assert ben.post(f"{second.headers['location']}/approve").status_code == 303
    assert "rejected it" not in text_of(ana.get("/"))
    assert "Nothing waits for a decision. Approved by Ben Okafor." in text_of(ana.get(brought[1]))
    run = ana.post(f"{second.headers['location']}/apply").headers["location"]
    _until(ana, run, "It is finished: ties out.")
    assert "This plan was applied by" in text_of(ana.get(brought[1]))
    assert "rejected it" not in text_of(ana.get("/")), "what was approved later and applied waits for nobody"


@pytest.mark.parametrize("path", ["/approvals/req-none", "/approvals/..%2f..%2fetc", "/approvals/%00"])
def test_what_is_no_request_is_not_found(person: Callable[[str], Browser], path: str) -> None:
    ben = person("Ben Okafor")

    assert ben.get(path).status_code == 404
    assert ben.post(f"{path}/approve").status_code == 404


@pytest.mark.parametrize("path", ["stop", "resume", "set-aside", "undo"])
def test_only_who_prepares_may_do_something_about_a_run(person: Callable[[str], Browser], path: str) -> None:
    assert person("Ben Okafor").post(f"/runs/run-none/{path}").status_code in (403, 404)
