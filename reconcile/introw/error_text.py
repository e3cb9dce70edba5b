"""What the server says about a refusal, found in whatever shape it says it.

The error body is not documented (introw-api.md 8, no. 4), so nothing is decided from it: it only
completes a message. It is untrusted text: cleaned, without the key, and cut.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from reconcile.introw.connection import Key

LONGEST: Final = 300
"""Characters of server text in a message."""

_DEEPEST = 6
_MOST_DETAILS = 5
_CODES = ("code", "errorcode", "type", "name")
_MESSAGES = ("message", "msg", "detail", "description", "reason", "title", "error", "errormessage")
_PLACES = ("field", "path", "property", "param", "parameter", "pointer", "loc")
_DETAILS = ("details", "errors", "fields", "fielderrors", "issues", "violations", "validationerrors")
_SCOPE = re.compile(r"\b[a-z][a-z-]{1,30}:(?:read|write)\b")


def server_words(content: bytes, key: Key) -> str:
    """The server's code, message and field details as one line; empty when it says nothing usable."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = content[: 4 * LONGEST].decode("utf-8", "replace")
        if "<" in body:  # a page for browsers tells a person nothing here
            return ""
    return safe_text(_phrase(body), key)


def safe_text(text: str, key: Key) -> str:
    """Untrusted text for a message: no control characters, not the key, at most `LONGEST` characters."""
    spaced = " ".join(text.split())
    # Invisible characters go first: they could otherwise hide the key from the redaction.
    visible = "".join(c for c in spaced if not unicodedata.category(c).startswith("C"))
    redacted = key.redacted(visible)
    return redacted if len(redacted) <= LONGEST else redacted[: LONGEST - 1] + "…"


def named_scope(content: bytes, words: str) -> str | None:
    """The scope (`commissions:write`) that a refusal names, or None."""
    found = _SCOPE.search(words) or _SCOPE.search(content[:4000].decode("utf-8", "replace"))
    return found[0] if found else None


def _phrase(body: object) -> str:
    if isinstance(body, str):
        return body
    code = next(_texts(body, _CODES), "")
    message = next((text for text in _texts(body, _MESSAGES) if text != code), "")
    details = [text for text in dict.fromkeys(islice(_details(body), 20)) if text not in (message, code)]
    phrase = ": ".join(part for part in (code, message) if part)
    if not details:
        return phrase
    return f"{phrase} ({'; '.join(details[:_MOST_DETAILS])})".strip()


def _texts(body: object, names: tuple[str, ...], depth: int = 0) -> Iterator[str]:
    """The texts of the members with these names, the outermost first."""
    if depth > _DEEPEST:
        return
    if isinstance(body, Mapping):
        members = {_bare(name): value for name, value in body.items()}
        yield from (text for name in names if isinstance(text := members.get(name), str) and text)
    for inner in _inner(body):
        yield from _texts(inner, names, depth + 1)


def _details(body: object, depth: int = 0) -> Iterator[str]:
    """Every field detail (`amount: must not be zero`), wherever it stands."""
    if depth > _DEEPEST or not isinstance(body, (Mapping, list)):
        return
    if isinstance(body, Mapping):
        for name, value in body.items():
            if _bare(name) in _DETAILS:
                yield from _detail(value)
    for inner in _inner(body):
        yield from _details(inner, depth + 1)


def _detail(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _detail(one)
    elif isinstance(value, Mapping):
        yield from _one_detail(value)


def _one_detail(value: Mapping[str, object]) -> Iterator[str]:
    """A detail written as an object, or one member per field."""
    members = {_bare(name): inner for name, inner in value.items()}
    message = next((text for name in _MESSAGES if isinstance(text := members.get(name), str)), "")
    place = next((members[name] for name in _PLACES if members.get(name)), "")
    if message:
        yield f"{_joined(place)}: {message}" if place else message
        return
    for name, inner in value.items():
        if isinstance(inner, (str, list)):
            yield f"{name}: {_joined(inner)}"


def _joined(value: object) -> str:
    return ".".join(str(part) for part in value) if isinstance(value, list) else str(value)


def _inner(body: object) -> Iterator[object]:
    values = body.values() if isinstance(body, Mapping) else body if isinstance(body, list) else ()
    return (value for value in values if isinstance(value, (Mapping, list)))


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
