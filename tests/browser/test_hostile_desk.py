"""Whatever stands in a field, no page of the desk runs it in a real browser, and each shows it as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from chromium import Page, browser
from desk_month import Seen, operators_month, settings
from desk_process import DeskProcess, desk_running
from hostile_month import ATTACKS, MARK, hostile_seed

from reconcile.domain.unseen import visible
from reconcile.resources import sample

WHO = "Ana <b onclick=window.hacked=8>Ruiz</b> {{ 7 * 7 }} \"'"
NAME = "a\"'><img src=x onerror=window.hacked=9> {{ 7*7 }}.x"
FOREIGN = f"""(() => {{
  const kinds = 'iframe, frame, object, embed, svg, img, video, audio, base, style, template, {MARK}';
  const acts = (one) => one.getAttributeNames().some((name) => /^on|^style$|^srcdoc$/.test(name));
  const leads = (one) => ['href', 'src', 'action', 'formaction'].some((name) => {{
    const to = one.getAttribute(name);
    return to !== null && new URL(to, document.baseURI).origin !== location.origin; }});
  const inline = (one) => one.tagName === 'SCRIPT' && !one.src;
  const refreshes = (one) => one.tagName === 'META' && one.httpEquiv;
  return [...document.querySelectorAll('*')]
    .filter((one) => one.matches(kinds) || acts(one) || leads(one) || inline(one) || refreshes(one))
    .map((one) => one.outerHTML.slice(0, 200));
}})()"""
"""Elements and attributes that no page of ours has, and links that lead elsewhere."""
TOUCH = """(() => { for (const one of document.querySelectorAll('*:not(a):not(button):not(input):not(summary)'))
  for (const kind of ['mouseover', 'focus', 'toggle', 'animationstart', 'error', 'load'])
    one.dispatchEvent(new Event(kind)); })()"""
SHOWN = """(() => [document.documentElement.textContent,
  ...[...document.querySelectorAll('input, textarea, option')].map((one) => one.value)].join(' '))()"""


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
    hostile = bank.replace(
        b"<Ustrd>", b"<Ustrd>&lt;script&gt;window.hacked=10&lt;/script&gt; &lt;img src=x&gt; "
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
        *(one for one in seen.values() if not one.button),
        *(Seen("", desk, person, one.url.path) for one in more),
        *(Seen("", desk, person, path) for path in paths),
    ]


def test_no_page_runs_what_stands_in_a_field_and_the_texts_are_shown(page: Page, pages: list[Seen]) -> None:
    texts: list[str] = []
    for seen in pages:
        page.call("Network.clearBrowserCookies")
        for name, value in seen.person.client.cookies.items():
            page.call("Network.setCookie", name=name, value=value, url=seen.desk.url)
        page.visit(f"{seen.desk.url}{seen.path}")
        page.value(TOUCH)
        texts.append(" ".join(page.value(SHOWN).split()))

        assert page.value("window.hacked === undefined"), seen.path
        assert page.value(FOREIGN) == [], seen.path
        assert [one for one in page.complaints if "Failed to load resource" not in one] == [], seen.path
        asked = [one for one in page.requests if not one.startswith("data:")]
        assert {urlsplit(one).netloc for one in asked} == {seen.desk.url.removeprefix("http://")}

    everything = " ".join(texts)
    wanted = (*ATTACKS, WHO)
    assert [one for one in wanted if " ".join(visible(one).split()) not in everything] == []
