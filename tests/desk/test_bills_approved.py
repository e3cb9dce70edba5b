"""A set of bills is written at the desk only once another person agreed to exactly that set."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from zipfile import ZipFile

import httpx
import pytest
from desk_process import FAST, Browser, DeskProcess, desk_running

from reconcile.jobs.approvals.desk_key import desk_key_of
from reconcile.resources import sample

ROLES = {"Ana": ("prepare", "approve"), "Ben": ("approve",)}
VENDORS = [("vendors", ("vendors.csv", sample("2026-03/vendors.csv").read_bytes()))]


def _settings(desk_key: str) -> str:
    people = "".join(
        f'[people.{name.lower()}]\nname = "{name}"\nemail = "{name.lower()}@example.com"\n'
        f"roles = [{', '.join(f'{role!r}' for role in roles)}]\n"
        for name, roles in ROLES.items()
    )
    return f'{FAST}{people}[approval]\nask_for = ["bills"]\ndesk_key = "{desk_key}"\n'


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    folder = tmp_path_factory.mktemp("bills")
    key = desk_key_of(folder / "state.db.desk" / "desk.key")
    with desk_running(folder, "--person", "Ana", settings=_settings(key.line)) as running:
        yield running


def _text(answer: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def _look(ana: Browser, partner: str, needs: str = "Needs an approval because: 1 bill in a set") -> str:
    """Looks at the bills of a partner; answers the path of the page."""
    ana.get("/bills")
    page = ana.work("/bills", {"system": "xero", "partner": partner, "how": "preview"}, files=VENDORS)
    assert needs in _text(page), _text(page)
    return page.url.path


def _ask(ana: Browser, looked: str) -> str:
    """Asks for the approval of what was looked at; answers the path of the request."""
    ana.get(looked)
    page = ana.work(f"{looked}/ask")
    found = re.search(r'href="(/approvals/req-[\w-]+)"', page.text)
    assert found, _text(page)
    return found[1]


def _write(ana: Browser, looked: str) -> httpx.Response:
    ana.get(looked)
    return ana.work(f"{looked}/write")


def test_bills_are_written_once_another_person_agreed_and_not_before(desk: DeskProcess) -> None:
    ana, ben = desk.be("Ana"), desk.be("Ben")
    looked = _look(ana, "Acme Partners")
    assert "Nobody has asked for it" in _text(_write(ana, looked))
    asked = _ask(ana, looked)
    assert "waits for" in _text(_write(ana, looked))

    own = ana.post(f"{asked}/approve")
    assert (own.status_code, "nobody approves their own work" in own.text) == (409, True)
    seen = _text(ben.get(asked))
    for told in ("xero", "Acme Partners", "1 bill in a set", "asked by Ana"):
        assert told in seen
    assert "Ben (you)" in _text(ben.get("/"))
    assert ben.post(f"{asked}/approve").status_code == 303

    assert "Approved" in _text(ana.get(asked))
    written = _write(ana, looked)
    assert "The files were written" in _text(written), _text(written)
    files = ZipFile(io.BytesIO(ana.get(f"{written.url.path}/file").content)).namelist()
    assert "manifest.json" in files
    assert "Used" in _text(ana.get(asked))
    assert "has used this approval" in _text(ben.post(f"{asked}/approve"))
    assert "changed past this program" not in _text(ana.get("/history"))


def test_an_agreement_to_one_set_is_none_to_another(desk: DeskProcess) -> None:
    ana, ben = desk.be("Ana"), desk.be("Ben")
    asked = _ask(ana, _look(ana, "Acme Partners"))
    ben.get("/")
    assert ben.post(f"{asked}/approve").status_code == 303

    refused = _write(ana, _look(ana, "Bright Peak Consulting"))

    assert "Nobody has asked for it" in _text(refused)
    assert "files were written" not in _text(refused)


def test_a_rejection_is_read_with_what_to_do_next_and_writes_nothing(desk: DeskProcess) -> None:
    ana, ben = desk.be("Ana"), desk.be("Ben")
    looked = _look(ana, "Acme Partners")
    asked = _ask(ana, looked)
    ben.get("/")
    assert ben.post(f"{asked}/reject", {"reason": "the <b>vendor is wrong"}).status_code == 303

    for place in ("/", asked):
        assert "Ben rejected it: the <b>vendor is wrong" in _text(ana.get(place))
    assert "look at the bills again" in _text(ana.get(asked))
    refused = _write(ana, looked)
    assert "Ben rejected it" in _text(refused)
    assert "files were written" not in _text(refused)


def _loosened(desk: DeskProcess, ana: Browser, ben: Browser) -> str:
    """A set is written by strict rules, which are loosened then; answers the page of another set."""
    file = desk.folder / "settings.toml"
    strict = file.read_text(encoding="utf-8") + "agree_to_loosening = true\n"
    file.write_text(strict, encoding="utf-8")
    looked = _look(ana, "Acme Partners")
    asked = _ask(ana, looked)
    ben.get("/")
    assert ben.post(f"{asked}/approve").status_code == 303
    assert "The files were written" in _text(_write(ana, looked))
    assert "looser" not in _text(ana.get("/approvals"))
    file.write_text(strict.replace('ask_for = ["bills"]', "ask_for = []"), encoding="utf-8")
    return _look(ana, "Bright Peak Consulting", needs="")


def test_looser_rules_are_asked_about_and_agreed_to_at_the_desk(desk: DeskProcess) -> None:
    ana, ben = desk.be("Ana"), desk.be("Ben")
    looked = _loosened(desk, ana, ben)
    assert "looser than those on record" in _text(ben.get("/approvals"))
    assert "looser than those on record" in _text(_write(ana, looked))
    assert "reconcile request" not in ana.get("/approvals").text
    assert ben.post("/approvals/rules").status_code == 403
    ana.get("/approvals")
    asked = ana.post("/approvals/rules").headers["location"]
    assert ana.post(f"{asked}/approve").status_code == 409
    assert "Looser" in _text(ben.get(asked))
    assert ben.post(f"{asked}/approve").status_code == 303

    assert "Ask an approver of before" not in _text(ana.get("/approvals"))
    assert "looser than those on record" not in _text(_write(ana, looked))


def test_looser_rules_that_are_rejected_write_nothing(desk: DeskProcess) -> None:
    ana, ben = desk.be("Ana"), desk.be("Ben")
    looked = _loosened(desk, ana, ben)
    ana.get("/approvals")
    asked = ana.post("/approvals/rules").headers["location"]
    ben.get("/")
    assert ben.post(f"{asked}/reject", {"reason": "we need two pairs of eyes"}).status_code == 303

    assert "we need two pairs of eyes" in _text(ana.get(asked))
    assert "files were written" not in _text(_write(ana, looked))
