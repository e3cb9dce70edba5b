"""Whatever stands in a field, no page of the desk runs it in a real browser, and each shows it as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from itertools import cycle

import pytest
from browser.hostile_page import looked_at
from chromium import Page, browser
from desk_month import Seen, operators_month, settings
from desk_process import DeskProcess, desk_running
from hostile_month import ATTACKS, MARK, hostile_seed

from reconcile.domain.unseen import visible
from reconcile.resources import sample
from reconcile.workbook.ooxml import UNWRITABLE

WHO = "Ana <b onclick=window.hacked=8>Ruiz</b> {{ 7 * 7 }} \"'"
NAME = "a\"'><img src=x onerror=window.hacked=9> {{ 7*7 }}.x"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "inbox").mkdir()
    made = settings(folder / "inbox")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LOGNAME", WHO)
        with desk_running(folder, settings=made, seed=hostile_seed()) as running:
            yield running


@pytest.fixture(scope="module")
def page(program: Callable[[str], str]) -> Iterator[Page]:
    with browser(program("chromium")) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(desk: DeskProcess) -> list[Seen]:
    """All pages of one person's month, and those of files, comments and notes that attack."""
    seen = operators_month(desk, desk.folder / "inbox")
    ana, brought = seen["brought"].person, seen["brought"].path
    for text in ATTACKS:
        ana.get(brought)
        ana.post(f"{brought}/comment", {"text": text})
    named = desk.folder / f"{NAME}lsx"
    named.write_bytes((desk.folder / "march.xlsx").read_bytes())
    more = [ana.bring(named)]
    ana.get("/payments")
    bank = sample("2026-03/payments/bank.camt053.xml").read_bytes()
    texts = (escape(UNWRITABLE.sub(" ", one)).encode() for one in cycle(ATTACKS))
    hostile = re.sub(
        rb"<(Ustrd|Nm|EndToEndId|AddtlNtryInf)>", lambda found: found[0] + next(texts) + b" ", bank
    )
    more.append(ana.work("/payments", files=[("file", (f"{NAME}ml", hostile))]))
    ana.get("/payments")
    more.append(ana.work("/payments", files=[("file", (f"{NAME}txt", ATTACKS[2].encode()))]))
    paths = [
        f"/history/of?record={ATTACKS[0]}",
        f"/nowhere/{MARK}",
        "/sign-in?next=javascript:window.hacked=11",
    ]
    person = seen["home"].person
    return [
        *seen.values(),
        *(Seen("", desk, person, one.url.path) for one in more),
        *(Seen("", desk, person, path) for path in paths),
    ]


def test_no_page_runs_what_stands_in_a_field_and_the_texts_are_shown(page: Page, pages: list[Seen]) -> None:
    texts = [looked_at(page, seen) for seen in pages]
    everything = " ".join(texts)
    wanted = (*ATTACKS, WHO)
    assert [one for one in wanted if " ".join(visible(one).split()) not in everything] == []
