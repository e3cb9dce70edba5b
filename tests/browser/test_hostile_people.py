"""Whatever three people write to each other, no page of the desk runs it: approval, review, rejection, packs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from browser.hostile_page import looked_at
from chromium import browser
from cli_session import EVERY_KIND, SET_AMOUNT
from desk_month import HOSTILE, PERIOD, Seen
from desk_process import FAST, Browser, DeskProcess, desk_running
from hostile_month import ATTACKS, hostile_seed

from reconcile.domain.unseen import visible
from reconcile.jobs.approvals.desk_key import desk_key_of
from reconcile.workbook.copy.cell_editor import Keystroke, type_into

ANA, BEN, DORA = (
    f"{name} <b onclick=window.hacked=8>x</b> {{{{ 7*7 }}}} \"'" for name in ("Ana", "Ben", "Dora")
)
ROLES = {ANA: ["prepare", "close"], BEN: ["approve"], DORA: ["approve", "close"]}
MONTH = f"/close/month/{PERIOD}"
SAID = [f"{text} {number}" for number, text in enumerate(ATTACKS, start=100) if visible(text) == text]
"""What a person may type: characters that nobody sees are refused."""


def _settings(desk_key: str) -> str:
    people = "".join(
        f'[people.p{number}]\nname = {json.dumps(name)}\nemail = "p{number}@example.com"\n'
        f"roles = {json.dumps(roles)}\n"
        for number, (name, roles) in enumerate(ROLES.items())
    )
    checks = '[close.checks]\npool = "blocking"\nno-po = "blocking"\n'
    return f'{FAST}{people}[approval]\nask_for = ["any"]\ndesk_key = "{desk_key}"\n{checks}'


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    folder = tmp_path_factory.mktemp("desk")
    key = desk_key_of(folder / "state.db.desk" / "desk.key")
    with desk_running(folder, "--person", ANA, settings=_settings(key.line), seed=hostile_seed()) as running:
        yield running


@pytest.fixture
def look(program: Callable[[str], str], desk: DeskProcess) -> Iterator[Callable[[Browser, str], str]]:
    """Opens a page as a person sees it; its text."""
    with browser(program("chromium")) as page:
        yield lambda person, path: looked_at(page, Seen("", desk, person, path))


def _asked(desk: DeskProcess, ana: Browser, keys: tuple[Keystroke, ...], name: str) -> tuple[str, str]:
    """Ana brings a workbook, comments it and asks for its approval: the pages of plan and request."""
    type_into(desk.folder / "month.xlsx", desk.folder / name, keys)
    plan = ana.bring(desk.folder / name).url.path
    for text in SAID:
        ana.get(plan)
        answer = ana.post(f"{plan}/comment", {"text": text})
        assert answer.status_code == 303, answer.text
    fields = dict(re.findall(r'name="(plan|allow|reopen)" value="([^"]*)"', ana.get(f"{plan}/apply").text))
    answer = ana.post(f"{plan}/ask", fields)
    assert answer.status_code == 303, answer.text
    return plan, answer.headers["location"]


def _missing(shown: str, texts: list[str]) -> list[str]:
    return [one for one in texts if " ".join(visible(one).split()) not in shown]


def test_what_is_asked_approved_and_rejected_runs_nothing(
    desk: DeskProcess, look: Callable[[Browser, str], str]
) -> None:
    ana, ben, dora = (desk.be(name) for name in (ANA, BEN, DORA))
    ana.get("/take")
    made = ana.work("/take")
    (desk.folder / "month.xlsx").write_bytes(ana.client.get(f"{made.url.path}/file").content)
    line = next(one.row for one in EVERY_KIND if one.header == "Decline reason")
    decline = (
        Keystroke("Lines", line, "Decline reason", "CUSTOM"),
        Keystroke("Lines", line, "Decline detail", SAID[0]),
    )
    others = tuple(one for one in EVERY_KIND if one.header != "Decline reason")
    name = "a\"'><img src=x onerror=window.hacked=9> {{ 7*7 }}.xlsx"
    plan, request = _asked(desk, ana, (*others, *decline, HOSTILE), name)

    assert _missing(look(ben, request), [*SAID, ANA]) == []
    assert _missing(look(ana, plan), SAID) == []
    for place in ("/", "/approvals"):
        look(ben, place)
    ben.get(request)
    answer = ben.post(f"{request}/reject", {"reason": SAID[1]})
    assert answer.status_code == 303, answer.text
    rejected = [
        look(person, place) for person in (ana, dora) for place in (request, f"{plan}/apply", "/approvals")
    ]
    assert _missing(" ".join(rejected), [SAID[1], BEN]) == []

    plan, request = _asked(desk, ana, (SET_AMOUNT,), "second.xlsx")
    dora.get(request)
    dora.post(f"{request}/approve", {"reason": SAID[2]})
    shown = " ".join(
        look(person, place) for person in (ana, ben, dora) for place in (request, "/approvals", "/")
    )
    assert _missing(shown, [DORA]) == []


def test_what_is_prepared_reviewed_and_rejected_at_the_close_runs_nothing(
    desk: DeskProcess, look: Callable[[Browser, str], str]
) -> None:
    ana, ben, dora = (desk.be(name) for name in (ANA, BEN, DORA))
    ana.get("/close")
    draft = ana.work("/close", {"period": PERIOD, "how": "draft"})
    waivers = dict(zip(re.findall(r'name="(waive-[a-z-]+)"', draft.text), SAID * 9, strict=False))
    key = draft.url.path.rpartition("/")[2]
    ana.work("/close", {"period": PERIOD, "how": "prepare", "from": key, **waivers})
    ben.get(MONTH)
    pack = ben.work(f"{MONTH}/pack").url.path

    assert _missing(look(ben, MONTH), [*set(waivers.values()), ANA]) == []
    look(ben, pack)
    found = re.search(r'name="fingerprint" value="(\w+)"', ben.get(MONTH).text)
    assert found
    answer = ben.post(f"{MONTH}/reject", {"fingerprint": found[1], "reason": SAID[3]})
    assert answer.status_code == 303, answer.text
    shown = [look(person, place) for person in (ana, ben, dora) for place in (MONTH, "/close", "/")]
    assert _missing(" ".join(shown), [SAID[3], BEN]) == []
