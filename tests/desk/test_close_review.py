"""A close is prepared by one person, reviewed by another and closed, all at the desk."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from cli_session import SET_AMOUNT
from desk_process import FAST, Browser, DeskProcess, desk_running

from reconcile.jobs.approvals.desk_key import desk_key_of
from reconcile.workbook.copy.cell_editor import type_into

PERIOD = "2026-03"
ROLES = {"Cleo": ("close", "prepare"), "Ben": ("approve",), "Dora": ("approve", "close"), "Finn": ("audit",)}
TRIAL_BALANCE = b"Account,Currency,Debit,Credit\n2100,USD,0,100.00\n6200,USD,100.00,0\n"


def _settings(desk_key: str) -> str:
    people = "".join(
        f'[people.{name.lower()}]\nname = "{name}"\nemail = "{name.lower()}@example.com"\n'
        f"roles = [{', '.join(f'{role!r}' for role in roles)}]\n"
        for name, roles in ROLES.items()
    )
    return f'{FAST}{people}[approval]\nask_for = []\ndesk_key = "{desk_key}"\n[close.checks]\nno-po = "blocking"\n'


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    folder = tmp_path_factory.mktemp("close")
    key = desk_key_of(folder / "state.db.desk" / "desk.key")
    with desk_running(folder, "--person", "Cleo", settings=_settings(key.line)) as running:
        yield running


@pytest.fixture
def person(desk: DeskProcess) -> Callable[[str], Browser]:
    return desk.be


def _text(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def _prepared(cleo: Browser, reason: str = "ordered by mail", **more: str) -> httpx.Response:
    """Cleo makes the draft, lets what blocks it pass with a reason, and signs."""
    cleo.get("/close")
    draft = cleo.work("/close", {"period": PERIOD, "how": "draft", **more})
    waivers = dict.fromkeys(re.findall(r'name="(waive-[a-z-]+)"', draft.text), reason)
    form = {"period": PERIOD, "how": "prepare", "from": draft.url.path.rpartition("/")[2], **waivers, **more}
    return cleo.work("/close", form)


def _fingerprint(page: httpx.Response) -> str:
    found = re.search(r'name="fingerprint" value="(\w+)"', page.text)
    assert found, _text(page)
    return found[1]


MONTH = f"/close/month/{PERIOD}"


def test_one_prepares_another_reviews_and_it_is_closed_without_a_terminal(
    person: Callable[[str], Browser],
) -> None:
    cleo, ben, finn = person("Cleo"), person("Ben"), person("Finn")
    assert "draft" in _text(cleo.get("/close")) or "No month was closed yet" in _text(cleo.get("/close"))
    prepared = _prepared(cleo)
    assert f"{PERIOD} is prepared by Cleo" in _text(prepared)
    assert "waits for a review by Ben or Dora" in _text(prepared)
    assert "reconcile approve" not in prepared.text
    assert "prepared" in _text(cleo.get("/close"))

    shown = ben.get(MONTH)
    words = _text(shown)
    for told in ("Roll-forward", "Checks let pass", "ordered by mail", "General ledger", "not compared"):
        assert told in words
    assert "Sign it as reviewed" in words
    assert "Sign it as reviewed" not in _text(cleo.get(MONTH))
    assert "Sign it as reviewed" not in _text(finn.get(MONTH))
    assert finn.post(f"{MONTH}/review", {"fingerprint": _fingerprint(shown)}).status_code == 403
    request = re.search(r"req-[\w-]+", words)
    assert request
    assert ben.get(f"/approvals/{request[0]}").headers["location"] == MONTH
    assert ben.work(f"{MONTH}/pack").status_code == 200

    assert ben.post(f"{MONTH}/review", {"fingerprint": "0" * 64}).status_code == 409
    assert ben.post(f"{MONTH}/review", {"fingerprint": _fingerprint(shown)}).status_code == 303
    assert "reviewed by Ben. It can be closed" in _text(cleo.get(MONTH))
    assert "reviewed" in _text(cleo.get("/close"))
    closed = cleo.work("/close", {"period": PERIOD, "how": "close"})
    assert f"{PERIOD} is closed and locked" in _text(closed)
    assert f"{PERIOD} closed" in _text(cleo.get(MONTH))
    assert ben.post(f"{MONTH}/review", {"fingerprint": _fingerprint(shown)}).status_code == 409


def test_nobody_reviews_their_own_close_and_a_preparer_cannot_sign_by_hand(
    person: Callable[[str], Browser],
) -> None:
    cleo, dora = person("Cleo"), person("Dora")
    _prepared(dora)
    shown = dora.get(MONTH)

    assert "so somebody else reviews it" in _text(shown)
    own = dora.post(f"{MONTH}/review", {"fingerprint": _fingerprint(person("Ben").get(MONTH))})
    assert (own.status_code, "nobody approves their own work" in own.text) == (409, True)
    assert cleo.post(f"{MONTH}/review", {"fingerprint": "0" * 64}).status_code == 403
    refused = cleo.work("/close", {"period": PERIOD, "how": "close"})
    assert "Nothing was closed" in _text(refused)
    bad = "/close/month/..%2f..%2fetc"
    assert dora.get(bad).status_code in (400, 404)
    for path in ("review", "reject", "pack"):
        assert dora.post(f"{bad}/{path}", {"reason": "x"}).status_code in (400, 404)


def test_a_rejection_is_read_by_the_preparer_with_what_to_do_next(
    person: Callable[[str], Browser],
) -> None:
    cleo, ben = person("Cleo"), person("Ben")
    _prepared(cleo)
    form = {"fingerprint": _fingerprint(ben.get(MONTH))}
    assert ben.post(f"{MONTH}/reject", {**form, "reason": " "}).status_code == 400
    assert ben.post(f"{MONTH}/reject", {**form, "reason": "the PO <i>is missing"}).status_code == 303

    said = _text(cleo.get(MONTH))
    assert "signatures fallen" in said
    assert "Ben rejected it: the PO <i>is missing" in said
    assert "sign it as prepared" in said
    assert "Sign it as reviewed" not in _text(ben.get(MONTH))
    assert "rejected" in _text(cleo.get("/"))

    draft = cleo.work("/close", {"period": PERIOD, "how": "draft"})
    same = dict.fromkeys(re.findall(r'name="(waive-[a-z-]+)"', draft.text), "ordered by mail")
    key = draft.url.path.rpartition("/")[2]
    passed = cleo.work("/close", {"period": PERIOD, "how": "draft", "from": key, **same})
    assert 'value="prepare"' in passed.text, "the same numbers are signed once more"

    _prepared(cleo, "looked at again")
    again = _text(ben.get(MONTH))
    assert "It waits for a review by Ben or Dora" in again
    assert "What differs from the last signature before it (Cleo" in again
    assert "looked at again" in again


def test_a_run_that_moves_a_number_fells_the_signatures_and_says_which(
    desk: DeskProcess, person: Callable[[str], Browser]
) -> None:
    cleo, ben = person("Cleo"), person("Ben")
    _prepared(cleo)
    ben.post(f"{MONTH}/review", {"fingerprint": _fingerprint(ben.get(MONTH))})
    assert "It can be closed" in _text(cleo.get(MONTH))
    assert desk.command("export", "-o", "march.xlsx").returncode == 0
    type_into(desk.folder / "march.xlsx", desk.folder / "edited.xlsx", [SET_AMOUNT])
    plan = cleo.bring(desk.folder / "edited.xlsx")
    page = cleo.get(f"{plan.url.path}/apply")
    fields = dict(re.findall(r'name="(plan|allow|reopen)" value="([^"]*)"', page.text))
    run = cleo.post(f"{plan.url.path}/apply", fields)
    assert run.status_code == 303, _text(page)
    with cleo.client.stream("GET", f"{run.headers['location']}/events") as events:
        assert list(events.iter_lines())

    said = _text(ben.get(MONTH))
    assert "signatures fallen" in said
    assert "no, it fell" in said
    assert "What moved since it was signed" in said
    assert "Acme Partners" in said
    assert "Sign it as reviewed" not in said
    refused = cleo.work("/close", {"period": PERIOD, "how": "close"})
    assert "Nothing was closed" in _text(refused)


def test_the_general_ledger_goes_from_the_draft_to_the_reviewer(
    person: Callable[[str], Browser],
) -> None:
    cleo, ben = person("Cleo"), person("Ben")
    cleo.get("/close")
    gl = [("gl", ("trial <b>.csv", TRIAL_BALANCE))]
    draft = cleo.work("/close", {"period": PERIOD, "how": "draft"}, files=gl)
    assert "General ledger" in _text(draft), _text(draft)
    waivers = dict.fromkeys(re.findall(r'name="(waive-[a-z-]+)"', draft.text), "known")
    assert "waive-gl-differs" in waivers
    key = draft.url.path.rpartition("/")[2]
    cleo.work("/close", {"period": PERIOD, "how": "prepare", "from": key, **waivers})

    said = _text(ben.get(MONTH))
    assert "accounts differ" in said or "account differ" in said
    assert "2100" in said
    foreign = _text(person("Dora").work("/close", {"period": PERIOD, "how": "draft", "from": key}))
    assert "2100 USD" not in foreign


def test_a_closed_month_is_reopened_with_a_reason_reviewed_and_closed_once_more(
    person: Callable[[str], Browser],
) -> None:
    cleo, ben = person("Cleo"), person("Ben")
    for again in ("", "a bill came late"):
        _prepared(cleo, again=again)
        page = ben.get(MONTH)
        assert (again in _text(page)) if again else "It waits for a review" in _text(page)
        assert ben.post(f"{MONTH}/review", {"fingerprint": _fingerprint(page)}).status_code == 303
        closed = cleo.work("/close", {"period": PERIOD, "how": "close", "again": again})
        assert f"{PERIOD} is closed and locked" in _text(closed)

    assert len(set(re.findall(r"close-\d{8}-\d{6}-\w+", _text(cleo.get(MONTH))))) == 2
