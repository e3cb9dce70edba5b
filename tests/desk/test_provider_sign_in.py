"""People sign in through a real provider of OpenID Connect; whoever cheats does not."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from cli_session import PATIENCE
from desk_process import FAST, Browser, DeskProcess, desk_running
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sign_in_provider import Lie, SignInProvider, sign_in_provider, signed, unsigned

from reconcile.desk.security.tries import CLIENT_TRIES
from reconcile.jobs.approvals.desk_key import desk_key_of

# The provider is built on parts of Authlib that are to go; ours are not.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SECRET = "the-secret-of-the-client"
CLIENTS = count(1)
OTHERS_KEY = RSAKey.generate_key(2048)


@pytest.fixture(scope="module")
def provider() -> Iterator[SignInProvider]:
    with sign_in_provider() as running:
        running.add("ana", email="Ana@Example.com", email_verified=True)
        running.add("unverified", email="ana@example.com", email_verified=False)
        running.add("silent", email="ana@example.com")
        running.add("nameless")
        running.add("stranger", email="eve@example.net", email_verified=True, groups=["cooks"])
        running.add("member", email="max@example.com", email_verified=True, groups=["cooks", "payouts"])
        running.add("edov", email="ana@example.com", xms_edov=1)
        yield running


@pytest.fixture(autouse=True)
def _honest(provider: SignInProvider) -> Iterator[None]:
    yield
    provider.lie = None


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, provider: SignInProvider) -> Iterator[DeskProcess]:
    """A desk that knows Ana by her address, and whoever is in the group payouts."""
    folder = tmp_path_factory.mktemp("company")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECONCILE_CLIENT_SECRET", SECRET)
        settings = _settings(folder, provider.url)
        with desk_running(folder, "--person", "Ana Ruiz", settings=settings) as running:
            yield running


def _settings(folder: Path, issuer: str) -> str:
    key = desk_key_of(folder / "some.key").line
    return f"""{FAST}
[approval]
desk_key = "{key}"

[people.ana]
name = "Ana Ruiz"
email = "ana@example.com"
roles = ["prepare"]

[sign_in]
issuer = "{issuer}"
client_id = "desk"
name = "Example"
groups = {{ payouts = ["audit"] }}
proxies = ["127.0.0.1"]
"""


def _browser(desk: DeskProcess) -> Browser:
    """A browser of a client of its own, as the proxy tells."""
    browser = desk.browser()
    browser.client.headers["x-forwarded-for"] = f"198.51.100.{next(CLIENTS)}"
    return browser


def _begun(desk: DeskProcess, where: str = "/") -> tuple[Browser, str]:
    """A browser that pressed the button, and the address at the provider that it is sent to."""
    browser = _browser(desk)
    found = re.search(r'href="(/sign-in/provider[^"]*)"', browser.get(f"/sign-in?next={where}").text)
    assert found
    answer = browser.client.get(found[1].replace("&amp;", "&"))
    assert answer.status_code == 303, answer.text
    return browser, answer.headers["location"]


def _ended(desk: DeskProcess, provider: SignInProvider, sub: str) -> tuple[Browser, httpx.Response]:
    browser, address = _begun(desk)
    return browser, browser.client.get(provider.sign_in(address, sub))


def _is_out(browser: Browser) -> bool:
    return browser.client.get("/").status_code == 303


def test_a_person_signs_in_and_comes_back_to_where_she_was(
    company: DeskProcess, provider: SignInProvider
) -> None:
    browser, address = _begun(company, "/bring?x=1%262")
    before = dict(browser.client.cookies)
    asked = parse_qs(urlsplit(address).query)
    back = provider.sign_in(address, "ana")
    answer = browser.client.get(back)

    assert (answer.status_code, answer.headers["location"]) == (303, "/bring?x=1&2")
    assert asked["redirect_uri"] == [f"{company.url}/sign-in/provider/back"]
    assert asked["code_challenge_method"] == ["S256"]
    assert SECRET not in address
    assert dict(browser.client.cookies).keys() == before.keys()
    assert dict(browser.client.cookies) != before
    assert httpx.get(f"{company.url}/", cookies=before, timeout=PATIENCE).status_code == 303
    page = browser.get("/").text
    assert "Ana Ruiz" in page
    assert "prepares and applies" in page


def test_a_member_of_a_group_has_its_roles_and_no_more(
    company: DeskProcess, provider: SignInProvider
) -> None:
    browser, answer = _ended(company, provider, "member")

    assert answer.status_code == 303
    page = browser.get("/").text
    assert "max@example.com" in page
    assert "reads" in page
    assert "prepares" not in page
    assert browser.client.get("/take").status_code == 403


def test_the_word_of_microsoft_that_a_domain_is_proven_counts(
    company: DeskProcess, provider: SignInProvider
) -> None:
    browser, answer = _ended(company, provider, "edov")

    assert answer.status_code == 303
    assert "Ana Ruiz" in browser.get("/").text


@pytest.mark.parametrize(
    ("sub", "why"),
    [
        ("unverified", "does not say that ana@example.com is verified"),
        ("silent", "does not say that ana@example.com is verified"),
        ("nameless", "did not say your e-mail address"),
        ("stranger", "You signed in as eve@example.net, and nobody here has that address"),
    ],
)
def test_who_is_not_known_gets_a_page_that_says_so(
    company: DeskProcess, provider: SignInProvider, sub: str, why: str
) -> None:
    browser, answer = _ended(company, provider, sub)

    assert answer.status_code == 403
    assert why in answer.text
    assert "[people]" in answer.text
    assert _is_out(browser)


def _with_the_client_secret(claims: dict[str, Any], _: RSAKey) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])


LIES: dict[str, tuple[Lie, str]] = {
    "another nonce": (lambda claims, key: signed(claims, key, nonce="0" * 64), "invalid_claim"),
    "no nonce": (
        lambda claims, key: signed({k: v for k, v in claims.items() if k != "nonce"}, key),
        "missing",
    ),
    "another audience": (lambda claims, key: signed(claims, key, aud="another-client"), "invalid_claim"),
    "two audiences": (lambda claims, key: signed(claims, key, aud=["desk", "other"], azp="other"), "invalid"),
    "another issuer": (lambda claims, key: signed(claims, key, iss="https://evil.example"), "invalid_claim"),
    "expired": (lambda claims, key: signed(claims, key, exp=int(time.time()) - 3600), "expired_token"),
    "no end": (lambda claims, key: signed({k: v for k, v in claims.items() if k != "exp"}, key), "missing"),
    "not signed": (lambda claims, _: unsigned(claims), "does not hold"),
    "signed by another key": (lambda claims, _: signed(claims, OTHERS_KEY), "does not hold"),
    "signed with the secret": (_with_the_client_secret, "does not hold"),
    "no token": (lambda _claims, _key: "", "does not hold"),
    "nonsense": (lambda _claims, _key: "a.b.c", "does not hold"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_token_that_does_not_hold_lets_nobody_in(
    company: DeskProcess, provider: SignInProvider, name: str
) -> None:
    provider.lie, why = LIES[name]
    browser, answer = _ended(company, provider, "ana")

    assert answer.status_code == 403, answer.text
    assert "does not hold" in answer.text
    assert why in answer.text
    assert _is_out(browser)


def test_an_answer_counts_once(company: DeskProcess, provider: SignInProvider) -> None:
    browser, address = _begun(company)
    back = provider.sign_in(address, "ana")
    cookies = dict(browser.client.cookies)
    assert browser.client.get(back).status_code == 303

    again = httpx.get(back, cookies=cookies, timeout=PATIENCE)
    assert again.status_code == 403
    assert "used already" in again.text


def test_a_code_of_another_sign_in_is_worth_nothing(company: DeskProcess, provider: SignInProvider) -> None:
    """A code that was stolen, put into the sign-in of the thief: its verifier is another one."""
    _, victims = _begun(company)
    stolen = parse_qs(urlsplit(provider.sign_in(victims, "ana")).query)["code"][0]
    thief, own = _begun(company)
    state = parse_qs(urlsplit(own).query)["state"][0]

    answer = thief.client.get(f"/sign-in/provider/back?{urlencode({'state': state, 'code': stolen})}")
    assert answer.status_code == 403
    assert "refused this sign-in (invalid_grant)" in answer.text
    assert _is_out(thief)


@pytest.mark.parametrize("state", ["", "0" * 43], ids=["none", "another"])
def test_an_answer_without_its_state_is_refused(
    company: DeskProcess, provider: SignInProvider, state: str
) -> None:
    browser, address = _begun(company)
    code = parse_qs(urlsplit(provider.sign_in(address, "ana")).query)["code"][0]

    answer = browser.client.get(f"/sign-in/provider/back?{urlencode({'state': state, 'code': code})}")
    assert answer.status_code == 403
    assert "not begun in this browser" in answer.text


def test_the_answer_to_one_browser_signs_in_no_other(company: DeskProcess, provider: SignInProvider) -> None:
    """Somebody sends the end of a sign-in of their own to another person, who would be that somebody then."""
    _, address = _begun(company)
    back = provider.sign_in(address, "ana")
    other, _ = _begun(company)

    assert other.client.get(back).status_code == 403
    assert httpx.get(back, timeout=PATIENCE).status_code == 403
    assert _is_out(other)


def test_an_answer_of_another_issuer_is_refused(company: DeskProcess, provider: SignInProvider) -> None:
    browser, address = _begun(company)
    back = f"{provider.sign_in(address, 'ana')}&iss=https%3A%2F%2Fevil.example"

    assert "not from Example" in browser.client.get(back).text


def test_who_says_no_at_the_provider_is_told_so(company: DeskProcess) -> None:
    browser, address = _begun(company)
    state = parse_qs(urlsplit(address).query)["state"][0]
    answer = browser.client.get(f"/sign-in/provider/back?state={state}&error=access_denied")

    assert answer.status_code == 403
    assert "signed nobody in (access_denied)" in answer.text


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_no_sign_in_leads_to_another_site(company: DeskProcess, provider: SignInProvider, where: str) -> None:
    browser = _browser(company)
    address = browser.client.get("/sign-in/provider", params={"next": where}).headers["location"]

    assert browser.client.get(provider.sign_in(address, "ana")).headers["location"] == "/"


def test_a_host_header_does_not_change_where_the_provider_sends_people(company: DeskProcess) -> None:
    answer = company.browser().client.get("/sign-in/provider", headers={"host": "evil.example"})

    assert answer.status_code == 421


def test_no_secret_of_a_sign_in_is_kept(company: DeskProcess, provider: SignInProvider) -> None:
    browser, address = _begun(company)
    asked = parse_qs(urlsplit(address).query)
    browser.client.get(provider.sign_in(address, "ana"))
    kept = b"".join(one.read_bytes() for one in company.folder.glob("state.db*") if one.is_file())

    secrets = [asked["state"][0], asked["nonce"][0], provider.asked[-1]["code_verifier"], SECRET]
    assert [one for one in secrets if one.encode() in kept] == []


def test_a_client_that_guesses_passwords_of_many_people_waits_and_the_others_do_not(
    company: DeskProcess,
) -> None:
    guesser, other = _browser(company), _browser(company)
    guesser.get("/sign-in")
    other.get("/sign-in")
    answers = [
        guesser.post("/sign-in/password", {"name": f"Person {number}", "password": "spring-2026!"})
        for number in range(CLIENT_TRIES + 2)
    ]

    assert [one.status_code for one in answers[:CLIENT_TRIES]] == [403] * CLIENT_TRIES
    assert "Too many tries" in answers[-1].text
    assert "wrong" in other.post("/sign-in/password", {"name": "Person 1", "password": "x"}).text


def test_a_provider_that_is_down_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILE_CLIENT_SECRET", SECRET)
    with desk_running(
        tmp_path, "--person", "Ana Ruiz", settings=_settings(tmp_path, "http://127.0.0.1:9")
    ) as desk:
        browser = desk.browser()
        answer = browser.client.get("/sign-in/provider")

        assert answer.status_code == 502
        assert "Example could not be reached within 10 seconds, so nobody can sign in there" in answer.text
        assert "Traceback" not in answer.text
        browser.sign_in(desk.link)
        assert "Ana Ruiz" in browser.get("/").text
