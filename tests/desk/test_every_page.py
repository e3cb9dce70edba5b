"""What holds on every page: whatever is missing or wrong in any form is one sentence, and stages have one name.

The forms are those of the pages themselves, and the routes those of the application: a new one is tried by itself.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx
import pytest
from desk_month import operators_month, settings, three_peoples_month
from desk_process import Browser, DeskProcess, desk_running
from fastapi.routing import APIRoute

from reconcile.desk.app import FAMILIES
from reconcile.desk.security.form_fields import HIDDEN
from reconcile.domain.stage import STAGES

STRANGE = {
    "missing": None,
    "empty": "",
    "strange": "no such <b>thing\u202e",
    "too long": "x" * 60_000,
}
ENDS_THE_SESSION = ("/sign-out", "/sign-in")
ROUTES = [
    route
    for family in FAMILIES
    for route in family.router.routes
    if isinstance(route, APIRoute) and "POST" in route.methods
]


@dataclass
class Form:
    """A form of a page. fields: name and value, as a browser sends it untouched. files: its file fields."""

    page: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The fields that a person fills in, and the hidden ones of this form."""
        return [one for one in dict.fromkeys(name for name, _ in self.fields) if one not in HIDDEN]


class _Forms(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes forms with their fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method") == "post":
            self.found.append(Form(self.page, given["action"]))
        name = given.get("name", "")
        if tag not in ("input", "textarea", "select", "button") or not name or not self.found:
            return
        if given.get("type") == "file":
            self.found[-1].files.append(name)
        elif given.get("type") not in ("checkbox", "radio") or "checked" in given:
            self.found[-1].fields.append((name, given.get("value", "")))


def _text(answer: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DeskProcess, DeskProcess]]:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "inbox").mkdir()
    with (
        desk_running(folder, settings=settings(folder / "inbox")) as one,
        desk_running(tmp_path_factory.mktemp("demo"), "--demo") as demo,
    ):
        yield one, demo


@pytest.fixture(scope="module")
def pages(desks: tuple[DeskProcess, DeskProcess]) -> list[tuple[Browser, str]]:
    """The pages of a month, each with a browser of who sees it."""
    one, demo = desks
    seen = operators_month(one, one.folder / "inbox") | three_peoples_month(demo)
    found = [(each.person, each.path) for each in seen.values() if not each.button]
    return [*found, (seen["run"].person, f"{seen['run'].path}/undo")]


@pytest.fixture(scope="module")
def forms(pages: list[tuple[Browser, str]]) -> list[tuple[Browser, Form]]:
    """Each form of the pages once."""
    found: dict[str, tuple[Browser, Form]] = {}
    for person, path in pages:
        reader = _Forms(path)
        reader.feed(person.get(path).text)
        for form in reader.found:
            if not form.action.startswith(ENDS_THE_SESSION):
                found.setdefault(f"{_route(form.action)} {sorted(form.names)}", (person, form))
    return list(found.values())


def _route(action: str) -> str:
    return next(route.path for route in ROUTES if route.path_regex.match(action))


def _sent(person: Browser, form: Form, name: str, value: str | None) -> httpx.Response:
    """Sends the form with one field changed."""
    fields: dict[str, list[str]] = {}
    for own, given in form.fields:
        fields.setdefault(own, []).append(given)
    fields.pop(name, None)
    if value is not None:
        fields[name] = [value]
    fields |= {"token": [person.token], "once": [f"{name} {value and value[:9]}"]}
    files = [(one, ("", b"")) for one in form.files] or None
    return person.client.post(
        form.action, data=fields, files=files, headers={"referer": f"{person.client.base_url}{form.page}"}
    )


def _is_a_sentence(answer: httpx.Response, where: object) -> None:
    assert answer.status_code in (303, 400, 403, 404, 409), (where, answer.status_code, answer.text[:300])
    if answer.status_code != 303:
        assert answer.headers["content-type"].startswith("text/html"), (where, answer.text)
        (said,) = re.findall(r'role="alert">(.*?)</p>', answer.text, re.DOTALL)
        told = html.unescape(said)
        assert told.endswith((".", "?")), (where, told)
        assert len(told) < 1_000, (where, told)
        assert not re.search(r"Traceback|<b>|\u202e|\b[a-z]+_[a-z]+\b", said), (where, told)


def test_a_stage_has_the_name_that_it_has_in_the_workbook(pages: list[tuple[Browser, str]]) -> None:
    code = re.compile(rf"(?<!['\w])(?:{'|'.join(STAGES)})(?!['\w])")
    found = {path: sorted(set(code.findall(_text(person.get(path))))) for person, path in pages}

    assert {path: codes for path, codes in found.items() if codes} == {}


@pytest.mark.parametrize("how", STRANGE)
def test_a_field_that_is_missing_or_wrong_is_a_sentence(forms: list[tuple[Browser, Form]], how: str) -> None:
    for person, form in forms:
        for name in form.names:
            if (how, name) == ("missing", "how"):
                continue  # a button
            person.get(form.page)
            answer = _sent(person, form, name, STRANGE[how])
            _is_a_sentence(answer, (form, name))
            if answer.status_code in (400, 409) and how == "strange":
                page = _text(person.get(form.page))
                assert "What you typed stands in the form again" in page, (form, name)
                assert "no such <b>thing" in page, (form, name)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_a_form_without_its_fields_is_a_sentence(forms: list[tuple[Browser, Form]], route: APIRoute) -> None:
    person = forms[0][0]
    if route.path.startswith(ENDS_THE_SESSION):
        return
    person.get("/")
    for action in {form.action for _, form in forms if _route(form.action) == route.path} or {
        re.sub(r"\{[^}]*\}", "x", route.path)
    }:
        _is_a_sentence(person.post(action), action)


@pytest.mark.parametrize("place", ["/sign-in/person", "/sign-in/password", "/sign-in/link/x"])
def test_a_sign_in_without_its_fields_is_a_sentence(
    desks: tuple[DeskProcess, DeskProcess], place: str
) -> None:
    for desk in desks:
        stranger = desk.browser()
        stranger.get("/sign-in")
        _is_a_sentence(stranger.post(place), place)
