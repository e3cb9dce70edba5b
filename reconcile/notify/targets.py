"""The addresses that notices go to, as the library `apprise` writes them: what kinds are taken, and how.

An address holds a password or a token, so it is in no message, and comes from no file of a working folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlencode

from reconcile.errors import ConfigurationError
from reconcile.notify.texts import MAIL, SLACK, TEAMS, WEBHOOK

_KINDS: Final = {
    "mailto": MAIL,
    "mailtos": MAIL,
    "slack": SLACK,
    "workflow": TEAMS,
    "workflows": TEAMS,
    "json": WEBHOOK,
    "jsons": WEBHOOK,
}
# How the library leaves a text as it is: Slack's blocks, HTML for mail, no picture from elsewhere.
_FIXED: Final = {
    MAIL: {"format": "html"},
    SLACK: {"format": "markdown", "blocks": "yes", "image": "no", "footer": "no"},
    TEAMS: {"format": "markdown", "image": "no"},
    WEBHOOK: {"format": "text"},
}
# They name files that are read, or let the library rewrite or cut a text.
_REFUSED: Final = ("template", "overflow", "emojis", "redirect", "store", "tz")
_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Target:
    """One address. place: its number in the list, which is how messages name it."""

    place: int
    kind: str
    url: str = field(repr=False)

    @property
    def name(self) -> str:
        """`Slack (address 2)`."""
        return f"{self.kind} (address {self.place})"


def targets_of(text: str) -> tuple[Target, ...]:
    """The addresses of a list, one a line; blank lines and those that begin with # are left out.

    Raises ConfigurationError naming the number of an address that is none, never the address itself.
    """
    lines = [line.strip() for line in text.splitlines()]
    urls = [line for line in lines if line and not line.startswith("#")]
    if len(urls) > _MOST:
        raise ConfigurationError(f"There are {len(urls)} addresses for notices; at most {_MOST} are taken.")
    return tuple(_target(place, url) for place, url in enumerate(urls, start=1))


def _target(place: int, url: str) -> Target:
    kind = _KINDS.get(url.partition("://")[0].lower())
    if kind is None:
        raise ConfigurationError(
            f"Address {place} for notices is of no kind that is known; there are: "
            f"{', '.join(f'{name}://' for name in _KINDS)}."
        )
    base, _, query = url.partition("?")
    asked = dict(parse_qsl(query, keep_blank_values=True))
    if refused := sorted(set(asked) & set(_REFUSED)):
        raise ConfigurationError(f"Address {place} for notices has {refused[0]}=, which is not taken.")
    return Target(place, kind, f"{base}?{urlencode(asked | _FIXED[kind])}")
