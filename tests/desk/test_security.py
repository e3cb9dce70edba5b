"""Who is let in to the desk, and what a request must carry."""

from __future__ import annotations

import http.client
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cli_session import PATIENCE, CliSession
from desk_process import Browser, DeskProcess, desk_running
from fastapi.routing import APIRoute

from reconcile.desk.app import FAMILIES
from reconcile.desk.pages.sign_in_out import own_path

ROUTES = sorted(
    (method, re.sub(r"\{[^}]*\}", "x", route.path))
    for family in FAMILIES
    for route in family.router.routes
    if isinstance(route, APIRoute)
    for method in route.methods
)
GUARDED = [one for one in ROUTES if not one[1].startswith("/sign-in")]
WRITES = [one for one in ROUTES if one[0] != "GET"]


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_no_route_answers_without_a_sign_in(desk: DeskProcess, method: str, path: str) -> None:
    answer = desk.browser().client.request(method, path)

    if method == "GET":
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")
    else:
        assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("token", ["", "0" * 64], ids=["no-token", "wrong-token"])
def test_no_write_is_taken_without_the_token_of_its_page(
    signed_in: Browser, method: str, path: str, token: str
) -> None:
    assert signed_in.client.request(method, path, data={"token": token}).status_code == 403


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_the_token_of_another_session_is_worth_nothing(
    desk: DeskProcess, signed_in: Browser, method: str, path: str
) -> None:
    stranger = desk.browser()
    stranger.get("/sign-in")

    assert stranger.token != signed_in.token
    assert signed_in.client.request(method, path, data={"token": stranger.token}).status_code == 403


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "header",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
    ids=str,
)
def test_a_page_of_another_site_cannot_write(
    signed_in: Browser, method: str, path: str, header: dict[str, str]
) -> None:
    answer = signed_in.client.request(method, path, data={"token": signed_in.token}, headers=header)

    assert answer.status_code == 403
    assert "another site" in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::", ""]
)
def test_a_host_that_is_not_the_desk_is_refused(desk: DeskProcess, signed_in: Browser, host: str) -> None:
    given = host.format(port=desk.url.rpartition(":")[2])

    assert signed_in.client.get("/", headers={"host": given}).status_code in (400, 421)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/static/desk.css", "/static/report.css", "/nowhere"])
def test_every_answer_forbids_what_a_browser_can_be_talked_into(signed_in: Browser, path: str) -> None:
    headers = signed_in.client.get(path).headers
    policy = headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


@pytest.mark.parametrize("cookie", ["", "desk-1=a", "=;=", "x" * 4000])
def test_the_icon_is_there_for_everybody_and_gives_no_cookie(desk: DeskProcess, cookie: str) -> None:
    for path in ("/favicon.ico", "/static/icon.svg"):
        answer = desk.browser().client.get(path, headers={"cookie": cookie})

        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
        assert answer.content.startswith(b"<svg")
        assert "set-cookie" not in answer.headers
    assert '<link rel="icon" href="/static/icon.svg"' in desk.browser().get("/sign-in").text


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(desk: DeskProcess) -> None:
    cookie = desk.browser().get("/sign-in").headers["set-cookie"]

    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_what_a_page_asks_for_by_itself_is_not_led_to_the_sign_in(desk: DeskProcess) -> None:
    answer = desk.browser().client.get("/runs/run-nothing/events", headers={"sec-fetch-mode": "cors"})

    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)


def test_an_answer_that_comes_after_a_sign_in_does_not_end_it(desk: DeskProcess) -> None:
    """A browser asks for the icon of the tab by itself, with the cookie that it had when it asked."""
    browser = desk.browser()
    browser.get("/sign-in")
    late = (browser.get("/favicon.ico"), browser.get("/sign-in?next=/take"))

    assert all("set-cookie" not in one.headers for one in late)


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(desk: DeskProcess) -> None:
    connection = http.client.HTTPConnection(desk.url.removeprefix("http://"), timeout=PATIENCE)
    connection.putrequest("POST", "/sign-in/person")
    connection.putheader("content-length", str(1 << 40))
    connection.endheaders()

    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "x",
        "",
    ],
)
def test_the_way_after_a_sign_in_never_leaves_the_desk(path: str) -> None:
    assert own_path(path) == "/"


def test_the_way_after_a_sign_in_leads_back_to_where_somebody_was() -> None:
    assert own_path("/runs/run-1?partner=a") == "/runs/run-1?partner=a"


@pytest.fixture(scope="module")
def other_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    """A desk whose sessions these tests end."""
    with desk_running(tmp_path_factory.mktemp("other")) as running:
        yield running


def test_a_link_signs_in_once_and_a_session_ends_everywhere(other_desk: DeskProcess) -> None:
    first, second = other_desk.browser(), other_desk.browser()
    first.get("/sign-in")
    planted = dict(first.client.cookies)
    first.sign_in(other_desk.link)
    second.get(other_desk.link)

    assert dict(first.client.cookies).keys() == planted.keys()
    assert dict(first.client.cookies) != planted
    assert httpx.get(f"{other_desk.url}/", cookies=planted, timeout=PATIENCE).status_code == 303
    assert second.post(other_desk.link).status_code == 403

    cookies = dict(first.client.cookies)
    _no_secret_is_kept(
        other_desk.folder / "state.db", [*cookies.values(), other_desk.link.rpartition("/")[2]]
    )
    assert first.post("/sign-out/everywhere").headers["location"] == "/sign-in"
    assert httpx.get(f"{other_desk.url}/", cookies=cookies, timeout=PATIENCE).status_code == 303


def _no_secret_is_kept(state: Path, secrets: list[str]) -> None:
    with sqlite3.connect(state) as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()

    assert "sign-in link" in dump or "session" in dump
    assert [secret for secret in secrets if secret in dump] == []


@pytest.mark.parametrize(
    "arguments",
    [["--host", "0.0.0.0"], ["--host", "0.0.0.0", "--url", "http://desk.example.com"], ["--url", "ftp://x"]],
    ids=" ".join,
)
def test_a_desk_without_https_does_not_open_to_a_network(cli: CliSession, arguments: list[str]) -> None:
    code, _, err = cli.run("desk", *arguments)

    assert code == 2
    assert "https" in err
