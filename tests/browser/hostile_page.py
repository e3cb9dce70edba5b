"""What a real browser says of a page on which texts attack."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

from chromium import Page
from desk_month import Seen
from hostile_month import MARK

_FOREIGN = f"""(() => {{
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
_TOUCH = """(() => { for (const one of document.querySelectorAll('*:not(a):not(button):not(input):not(summary)'))
  for (const kind of ['mouseover', 'focus', 'toggle', 'animationstart', 'error', 'load'])
    one.dispatchEvent(new Event(kind)); })()"""
_SHOWN = """(() => [document.documentElement.textContent,
  ...[...document.querySelectorAll('input, textarea, option')].map((one) => one.value)].join(' '))()"""


_DROP_A_PACK = """((content) => { const held = new DataTransfer();
  held.items.add(new File([Uint8Array.from(atob(content), (one) => one.charCodeAt(0))], 'pack.zip'));
  document.querySelector('input[name=pack]').files = held.files; })"""


def looked_at(page: Page, seen: Seen) -> str:
    """The text of a page in the browser of who sees it. Fails where anything ran, came or led from elsewhere."""
    page.call("Network.clearBrowserCookies")
    for name, value in seen.person.client.cookies.items():
        page.call("Network.setCookie", name=name, value=value, url=seen.desk.url)
    page.visit(f"{seen.desk.url}{seen.path}")
    if seen.button:
        page.value(f"{_DROP_A_PACK}('{base64.b64encode(seen.content).decode()}')")
        page.press(seen.button)
    page.value(_TOUCH)

    assert page.value("window.hacked === undefined"), seen.path
    assert page.value(_FOREIGN) == [], seen.path
    assert [one for one in page.complaints if "Failed to load resource" not in one] == [], seen.path
    asked = [one for one in page.requests if not one.startswith("data:")]
    assert {urlsplit(one).netloc for one in asked} == {seen.desk.url.removeprefix("http://")}
    return " ".join(page.value(_SHOWN).split())
