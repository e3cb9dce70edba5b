"""Makes values from workbooks, the API and file names safe to show in a message. One function per target.

Chat and mail programs make a link of anything that looks like an address, and call people who are named.
So in every target addresses lose their form first: `http://evil.com` is shown as `http[:]//evil[.]com`.
"""

from __future__ import annotations

import html
import re
from typing import Final

from reconcile.domain.unseen import visible

_MOST: Final = 300
# A name with one of these endings is a file that somebody sent, and no address.
_ENDINGS: Final = frozenset({"xlsx", "xlsm", "json", "csv", "xml", "txt", "pdf"})
# What browsers take for the dot of an address.
_DOTS: Final = ".\u3002\uff0e\uff61"
_DOT: Final = re.compile(rf"(?<=[^\W_])[{_DOTS}](?=[^\W\d_])([A-Za-z]{{3,4}}(?![\w{_DOTS}-]))?")
_SCHEME: Final = re.compile(r"(?<=[A-Za-z]):(?=\S)")
TAGLESS: Final = str.maketrans({"&": "\uff06", "<": "\u2039", ">": "\u203a"})
"""What stands in Teams for the signs of tags and entities: signs that look alike."""
_SLASH: Final = re.compile("/(?=/)")
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#+\-!|~.:])")


def defused(text: str) -> str:
    """One line that no program makes a link or a mention of, with what nobody sees made visible."""
    line = visible(" ".join(text.split()) if text.strip() else "(blank)")
    short = line if len(line) <= _MOST else f"{line[: _MOST - 1]}…"
    dotted = _DOT.sub(_dot, _SCHEME.sub("[:]", short))
    return _SLASH.sub("/ ", dotted).replace("@", "[at]")


def slack_text(text: str) -> str:
    """For Slack's mrkdwn: as code, where nothing is formatted, with the three letters that Slack reserves."""
    return f"`{slack_words(defused(text).replace('`', chr(39)))}`"


def slack_words(text: str) -> str:
    """A sentence of our own for Slack's mrkdwn."""
    return html.escape(text, quote=False)


def teams_text(text: str) -> str:
    """For the Markdown of Teams' cards: a backslash before each sign that could format, and no tags."""
    return _MARKDOWN.sub(r"\\\1", defused(text).translate(TAGLESS))


def mail_text(text: str) -> str:
    """For the HTML of a mail."""
    return html.escape(defused(text))


def webhook_text(text: str) -> str:
    """For a program behind a webhook, which may show it anywhere."""
    return defused(text)


def _dot(found: re.Match[str]) -> str:
    ending = found[1] or ""
    return found[0] if ending.lower() in _ENDINGS else f"[.]{ending}"
