"""Where the API is and with which key: checked once, before anything is sent.

The key goes to the configured host only, and over https unless that host is this computer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

import httpx

from reconcile.errors import ConfigurationError
from reconcile.loopback import is_loopback

API_PATH: Final = "/api/v1"
_KEY = re.compile(r"[\x21-\x7e]+")
_LONGEST_ID: Final = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Key:
    """An API key. Its text is shown nowhere: not in a repr, a message or a log.

    Raises ConfigurationError when the text cannot be sent as a header.
    """

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what no header can carry, without showing it."""
        if not self.text:
            raise ConfigurationError("There is no API key. Set INTROW_API_KEY.")
        if not _KEY.fullmatch(self.text):
            raise ConfigurationError(
                "The API key contains a space, a line break or a character outside ASCII. "
                "Copy it again from Introw and set INTROW_API_KEY."
            )

    def __repr__(self) -> str:
        return "Key(***)"

    def removed(self, content: bytes) -> bytes:
        """An answer without the key: a server that echoes it must not carry it into a workbook or the state.

        A key so short that it may be part of other words is left to `redacted`.
        """
        return content.replace(self.text.encode(), b"***") if len(self.text) >= 8 else content

    def redacted(self, text: str) -> str:
        """The text with every occurrence of the key blotted out: a server may echo it."""
        return re.sub(re.escape(self.text), "***", text, flags=re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Connection:
    """An API address with its key, and how it is used.

    base_url: `https://api.introw.io`, with or without `/api/v1` and a final slash. timeout: seconds without
    a byte before a request is given up. page_size: records asked for per page (introw-api.md 8, no. 1: no
    maximum is known). attempts: how often a read is tried. rate: requests per `window` seconds (4.2).
    patience: how many 429 answers in a row are waited out. longest_wait: seconds that one may ask for.
    longest_answer: seconds that one answer may take as a whole. most_records: records of one listing, before
    it counts as endless. key_source: reads the key again, for a server that refuses it: keys are rotated.
    Raises ConfigurationError for an address that cannot be used.
    """

    base_url: str
    key: Key
    timeout: float = 30.0
    page_size: int = 200
    attempts: int = 5
    rate: int = 120
    window: float = 60.0
    patience: int = 5
    longest_wait: float = 300.0
    longest_answer: float = 300.0
    most_records: int = 2_000_000
    key_source: Callable[[], Key] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the address, so that a wrong one is found before the key is sent anywhere."""
        _checked(self.base_url)
        if min(self.timeout, self.page_size, self.attempts, self.rate, self.window) <= 0:
            raise ConfigurationError("Time-out, page size, attempts, rate and window must be above zero.")

    @property
    def url(self) -> httpx.URL:
        """The address under which all endpoints lie, without a final slash."""
        return api_url(self.base_url)

    @property
    def origin(self) -> str:
        """What names the environment: scheme, host, port, and the path before `/api/v1`, if any."""
        return origin_of(self.base_url)

    @property
    def host(self) -> str:
        """The host as messages name it, with a port that is not the usual one."""
        return self.url.netloc.decode("ascii")

    @property
    def is_local(self) -> bool:
        """Whether the API runs on this computer (the sandbox)."""
        return is_loopback(self.url.host)


@lru_cache(maxsize=16)
def origin_of(base_url: str) -> str:
    """What names the environment of an address as it stands in the settings: its origin and its path.

    Servers may keep one organisation under `/tenant-a` and another under `/tenant-b`. Raises
    ConfigurationError for a bad address.
    """
    url = _checked(base_url)
    return str(url.copy_with(path=_tenant(url))).rstrip("/")


def path_of(*parts: str) -> str:
    """The path of an endpoint from its parts, each percent-encoded: ids are opaque (introw-api.md 2.1).

    Raises ValueError for a part that is no id, which could name another endpoint.
    """
    if not all(is_id(part) for part in parts):
        raise ValueError(f"an endpoint with a part that is no id: {parts!r}")
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def is_id(text: str) -> bool:
    """Whether a text can stand in a path: not empty, not `.` or `..`, without control characters.

    Dots climb up a path even where they are encoded, and some servers end a path at a control character.
    """
    return 0 < len(text) <= _LONGEST_ID and set(text) != {"."} and _CONTROL.search(text) is None


def is_endpoint(path: str) -> bool:
    """Whether a path stays below the API: a slash before each part, and every part an id."""
    first, *parts = path.split("/")
    return not first and bool(parts) and "?" not in path and "#" not in path and all(map(_is_part, parts))


def _is_part(part: str) -> bool:
    return is_id(part) and is_id(unquote(part))


def _tenant(url: httpx.URL) -> str:
    """The path before `/api/v1`, without a final slash."""
    return url.path.rstrip("/").removesuffix(API_PATH).rstrip("/")


@lru_cache(maxsize=16)
def api_url(text: str) -> httpx.URL:
    """The address under which all endpoints lie, from an address as it stands in the settings.

    Every request asks for it, and to make it anew takes a sixth of the time that a request takes us.
    """
    base = _checked(text)
    return base.copy_with(path=_tenant(base) + API_PATH)


def _checked(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL as error:
        raise ConfigurationError("The API address is not a URL. Check INTROW_BASE_URL.") from error
    if url.userinfo or url.query or url.fragment:
        # What stands there may be secret, so the address is not shown.
        raise ConfigurationError(
            "The API address may hold no user, password, query or fragment. Check INTROW_BASE_URL."
        )
    if any(set(part) == {"."} for part in unquote(url.path).split("/") if part):
        raise ConfigurationError("The API address may hold no . or .. in its path. Check INTROW_BASE_URL.")
    if url.scheme not in ("https", "http") or not url.host:
        raise ConfigurationError(f"The API address {text!r} does not start with https:// and a host name.")
    if url.scheme == "http" and not is_loopback(url.host):
        raise ConfigurationError(
            f"The API address {text!r} would send the key unencrypted. Write https:// instead."
        )
    return url
