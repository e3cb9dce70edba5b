"""Whoever attacks the desk: by other roles, other people's keys, raw requests, hostile files and hostile texts.

The routes are those of the application, so that a new one is attacked by itself.
"""

from __future__ import annotations

import asyncio
import io
import re
import socket
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from html.parser import HTMLParser

import httpx
import pytest
from cli_session import APPROVED, APPROVED_LINE, PATIENCE
from desk_process import FAST, Browser, DeskProcess, desk_running
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from hostile_month import ATTACKS, MARK, hostile_seed
from signers import public_line

from reconcile.config import Choices
from reconcile.desk.app import FAMILIES
from reconcile.desk.page_caller import PageCaller
from reconcile.desk.security import guard
from reconcile.desk.security.accounts import Accounts
from reconcile.jobs.desk.desk_store import desk_store
from reconcile.jobs.session import open_session

GOOD = "correct horse battery"
PEOPLE = {"Ana": "prepare", "Eve": "prepare", "Pat": "approve", "Cleo": "close", "Audrey": "audit"}
SETTINGS = FAST + "".join(
    f'[people.{name.lower()}]\nname = "{name}"\nemail = "{name.lower()}@example.com"\nroles = ["{role}"]\n'
    f'key = "{public_line(name.lower())}"\n'
    for name, role in PEOPLE.items()
)
ROUTES = sorted(
    (method, route.path)
    for family in FAMILIES
    for route in family.router.routes
    if isinstance(route, APIRoute)
    for method in route.methods
)
OF_ROLE = (
    ("/approvals/{asked}/apply", "prepare"),
    ("/approvals/rules", "prepare"),
    ("/approvals", "approve"),
    *((path, "prepare") for path in ("/take", "/bring", "/arrived", "/bills", "/payments", "/runs")),
    *((f"/close/month/{{period}}/{answer}", "approve") for answer in ("review", "reject")),
    ("/close/month/{period}/pack", ""),
    ("/close/rollup", ""),
    ("/close", "close"),
)
"""The role that a write below a path needs; none for what anybody may."""
OF_ANYBODY = (
    "/writing",
    "/sign-in",
    "/sign-out",
    "/home/live",
    "/history/evidence",
    "/history/verify",
    "/close/month/{period}/pack",
    "/close/rollup",
)
"""Writes that change nothing but what the visitor sees."""
TEXT = ATTACKS[0]


def _role_of(path: str) -> str:
    return next((role for start, role in OF_ROLE if path.startswith(start)), "")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    folder = tmp_path_factory.mktemp("desk")
    with desk_running(folder, "--person", "Ana", settings=SETTINGS, seed=hostile_seed()) as running:
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("INTROW_BASE_URL", running.introw)
            here = Choices(state=folder / "state.db", config=folder / "settings.toml")
            session = open_session(here, PageCaller())
            with desk_store(session) as rows:
                for name in PEOPLE:
                    Accounts(rows, session.settings.team).give(name, GOOD)
        yield running


@pytest.fixture(scope="module")
def people(desk: DeskProcess) -> Mapping[str, Browser]:
    """A browser for each person, signed in."""
    found = {}
    for name in PEOPLE:
        found[name] = desk.browser()
        found[name].get("/sign-in")
        answer = found[name].post("/sign-in/password", {"name": name, "password": GOOD})
        assert answer.status_code == 303, answer.text
        found[name].get("/")
    return found


@pytest.mark.parametrize(("method", "path"), [one for one in ROUTES if one[0] != "GET"])
def test_a_write_is_refused_to_every_other_role(
    people: Mapping[str, Browser], method: str, path: str
) -> None:
    needed = _role_of(path)
    assert needed or path.startswith(OF_ANYBODY), f"say in OF_ROLE which role {path} needs"

    for name, role in PEOPLE.items():
        if needed and role != needed:
            answer = people[name].post(re.sub(r"\{[^}]*\}", "x", path))
            assert answer.status_code in (403, 404), (name, answer.text)


@pytest.fixture(scope="module")
def keys_of_ana(
    people: Mapping[str, Browser], desk: DeskProcess, tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """The keys of what Ana brought and of what she let count, and what she has of it."""
    ana = people["Ana"]
    begun = ana.post("/take/preview", {"stage": "APPROVED"})
    made = tmp_path_factory.mktemp("made") / "month.xlsx"
    exported = desk.command("export", "-o", made)
    assert exported.returncode == 0, exported.stderr
    brought = ana.bring(made)
    assert brought.status_code == 200, brought.text
    return [begun.headers["location"].rstrip("/").rpartition("/")[2], str(brought.url).rpartition("/")[2]]


@pytest.mark.parametrize(("method", "path"), [one for one in ROUTES if "{key}" in one[1]])
def test_what_one_person_brought_is_not_there_for_another(
    people: Mapping[str, Browser], keys_of_ana: list[str], method: str, path: str
) -> None:
    for key in keys_of_ana:
        place = re.sub(r"\{[^}]*\}", "0", path.replace("{key}", key))
        for name in PEOPLE.keys() - {"Ana"}:
            browser = people[name]
            answer = (
                browser.get(place) if method == "GET" else browser.post(place, {"plan": "x", "reason": "x"})
            )
            if path != "/home/live/{key}":  # it only leads home
                assert answer.status_code in (403, 404), (name, place, answer.text)


@pytest.mark.parametrize(("method", "path"), [one for one in ROUTES if "{" in one[1]])
def test_a_name_that_leads_elsewhere_is_not_there(
    people: Mapping[str, Browser], method: str, path: str
) -> None:
    ana = people["Ana"]
    for name in ("../../run-1", "%2e%2e%2fstate.db", "run\u202e1", "a" * 5000, "run-1%00", "{}"):
        place = re.sub(r"\{[^}]*\}", name, path)
        answer = ana.client.request(method, place, data={"token": ana.token, "reason": "x", "plan": "x"})

        assert answer.status_code < 500, place
        assert "Traceback" not in answer.text
        assert b"SQLite format" not in answer.content


@pytest.mark.parametrize("path", [path for _, path in ROUTES if "{number}" in path])
def test_a_number_of_a_path_is_of_plain_digits(
    people: Mapping[str, Browser], keys_of_ana: list[str], path: str
) -> None:
    place = path.replace("{key}", keys_of_ana[1])
    for number in ("+0", "0_0", " 0", "-0", "\u0660", "0.0", "0e0", "9" * 5000):
        assert people["Ana"].get(place.replace("{number}", number)).status_code == 404, number


def _all_asked(asked: Dependant) -> Iterator[Dependant]:
    """What a route asks of a request, by its dependencies too."""
    yield asked
    for inner in asked.dependencies:
        yield from _all_asked(inner)


def test_no_route_leaves_the_reading_of_a_number_to_the_framework() -> None:
    routes = [route for family in FAMILIES for route in family.router.routes if isinstance(route, APIRoute)]
    assert [
        (route.path, one.name)
        for route in routes
        for asked in _all_asked(route.dependant)
        for one in (*asked.path_params, *asked.query_params, *asked.body_params)
        if one.field_info.annotation in (int, float, Decimal)
    ] == []


SMUGGLED = "GET /history HTTP/1.1\r\nHost: {host}\r\n{cookie}\r\n"
HEADS = {
    "two lengths": "Content-Length: 5\r\nContent-Length: 6\r\n\r\ntoken",
    "a length and chunks": "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks twice": "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "chunks of another name": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a size that is none": "Transfer-Encoding: chunked\r\n\r\n-5\r\ntoken\r\n0\r\n\r\n",
    "a negative length": "Content-Length: -5\r\n\r\n",
    "a length in other digits": "Content-Length: \u0665\r\n\r\ntoken",
    "a header of two lines": "X-One: a\r\n Content-Length: 5\r\n\r\ntoken",
    "a bare line feed": "X-One: a\nContent-Length: 5\r\n\r\n",
    "a space before the colon": "Content-Length : 5\r\n\r\ntoken",
    "a line break in a header": "X-One: a\rContent-Length: 5\r\n\r\n",
    "a null in a header": "X-One: a\0b\r\n\r\n",
    "a header of a megabyte": f"X-One: {'a' * 1_000_000}\r\n\r\n",
}


@pytest.mark.parametrize("head", HEADS)
def test_a_request_whose_end_is_in_doubt_hides_no_other(
    desk: DeskProcess, people: Mapping[str, Browser], head: str
) -> None:
    host = desk.url.removeprefix("http://")
    cookie = "".join(f"Cookie: {name}={value}\r\n" for name, value in people["Ana"].client.cookies.items())
    text = f"POST /sign-out HTTP/1.1\r\nHost: {host}\r\n{HEADS[head]}" + SMUGGLED.format(
        host=host, cookie=cookie
    )
    answers = _raw(host, text.encode("utf-8"))

    assert b"Traceback" not in answers
    assert answers.count(b"HTTP/1.1 200") == 0, answers[:300]
    assert people["Ana"].get("/").status_code == 200


@pytest.mark.parametrize(
    "line",
    ["GET http://evil.example/ HTTP/1.1", "GET //evil.example/ HTTP/1.1", "CONNECT evil.example:80 HTTP/1.1",
     "GET /\\evil.example HTTP/1.1", "TRACE / HTTP/1.1", "PRI * HTTP/2.0", "GET / HTTP/0.9"],
)  # fmt: skip
def test_a_request_for_another_place_is_neither_passed_on_nor_led_there(desk: DeskProcess, line: str) -> None:
    host = desk.url.removeprefix("http://")
    answer = _raw(host, f"{line}\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())

    place = re.search(rb"(?im)^location: (.*?)\r?$", answer)
    assert not place or place[1].startswith(b"/sign-in?next=")
    assert b"HTTP/1.1 200" not in answer


def _raw(host: str, sent: bytes) -> bytes:
    """What the desk answers to these bytes, until it says no more."""
    name, _, port = host.partition(":")
    found = b""
    with socket.create_connection((name, int(port)), timeout=PATIENCE) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                found += piece
        except OSError:
            return found
    return found


def test_uploads_that_never_end_hold_up_nobody(desk: DeskProcess, people: Mapping[str, Browser]) -> None:
    name, _, port = desk.url.removeprefix("http://").partition(":")
    waiting = [socket.create_connection((name, int(port)), timeout=PATIENCE) for _ in range(100)]
    for one in waiting:
        one.sendall(
            f"POST /bring HTTP/1.1\r\nHost: {name}:{port}\r\nContent-Length: 1000000\r\n\r\nx".encode()
        )

    answers = {people["Ana"].get("/").status_code for _ in range(3)}
    for one in waiting:
        one.close()
    assert answers == {200}


def test_a_request_that_arrives_too_slowly_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)

    async def never() -> dict[str, object]:
        await asyncio.sleep(PATIENCE)
        return {}

    assert asyncio.run(guard.counted(never)()) == {"type": "http.disconnect"}


def _zip(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


BOMBS = {
    "zeros": _zip(**{"[Content_Types].xml": b"\0" * 100_000_000, "xl/workbook.xml": b"\0" * 100_000_000}),
    "many parts": _zip(**{f"xl/worksheets/sheet{n}.xml": b"" for n in range(20_000)}),
    "names that climb": _zip(**{"../../state.db": b"x", "/etc/passwd": b"x", "xl/workbook.xml": b"x"}),
    "no zip": b"PK\3\4" + b"\xff" * 1000,
    "nothing": b"",
    "a page": b"<html><script>alert(1)</script>",
}
NAMES = (
    "../../etc/x.xlsx",
    "con.xlsx",
    "C:\\x.xlsx",
    f"{TEXT}.xlsx",
    "a\u202excod.xlsx",
    "x" * 3000 + ".xlsx",
    ".xlsx",
)


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_hostile_workbook_is_refused_in_a_sentence(people: Mapping[str, Browser], bomb: str) -> None:
    files = [("workbook", ("month.xlsx", BOMBS[bomb]))]
    answer = people["Ana"].post("/bring", files=files)
    if answer.status_code == 303:
        answer = people["Ana"].work("/bring", files=files)

    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
    _nothing_runs(answer)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_hostile_file_name_leads_nowhere(
    people: Mapping[str, Browser], desk: DeskProcess, name: str
) -> None:
    before = sorted(desk.folder.rglob("*"))
    files = [("workbook", (name, BOMBS["no zip"]))]
    answer = people["Ana"].post("/bring", files=files)
    if answer.status_code == 303:
        answer = people["Ana"].work("/bring", files=files)

    assert answer.status_code < 500, answer.text
    _nothing_runs(answer)
    assert [
        one for one in sorted(desk.folder.rglob("*")) if one not in before and ".db" not in one.name
    ] == []


@pytest.mark.parametrize("path", [path for method, path in ROUTES if method == "GET"])
def test_no_text_of_introw_acts_on_any_page(
    people: Mapping[str, Browser], keys_of_ana: list[str], path: str
) -> None:
    for key in (*keys_of_ana, APPROVED, APPROVED_LINE):
        place = re.sub(r"\{[^}]*\}", key, path)
        for browser in people.values():
            if not path.endswith("/events"):
                _nothing_runs(browser.get(place, params={"record": APPROVED, "next": TEXT}))


class _Tags(HTMLParser):
    """Whether a page has an element or an attribute that only a text of ours could have made."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes what acts."""
        acts = tag == MARK or any(name.startswith("on") for name, _ in attrs)
        leads = any((value or "").strip().casefold().startswith("javascript:") for _, value in attrs)
        inline = tag == "script" and not any(name == "src" for name, _ in attrs)
        if acts or leads or inline:
            self.found.append(tag)


def _nothing_runs(answer: httpx.Response) -> None:
    assert answer.status_code != 500, answer.url
    if answer.headers.get("content-type", "").startswith(
        "text/html"
    ) and "attachment" not in answer.headers.get("content-disposition", ""):
        tags = _Tags()
        tags.feed(answer.text)
        assert tags.found == [], answer.text[:500]
        assert not re.search("[\u202e\u200b]", answer.text)
    assert "unsafe" not in answer.headers["content-security-policy"]
