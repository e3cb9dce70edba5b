"""What a person signs: a statement, its one form in bytes, and the statement with its signature. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final

HEAD: Final = "reconcile statement 1\n"
"""Begins everything that is signed. Another form gets another number."""
ACTS: Final = ("request", "approve", "reject")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be agreed to.

    kind: `plan`, `undo` or `close`. store: the id of the state store. fingerprint: of the plan, or of the
    numbers of a close. source: the workbooks, or the period, by which people know it. reliance: a SHA-256 of
    the live values that it relies on. totals: by currency, what moves, as decimal text. counts: how many of
    what, by words. gates, reopened: what is let pass. rules: what needs the approval. approvers: how many
    people must agree. policy: the fingerprint of the rules. details: more facts,
    by words.
    """

    kind: str
    environment: str
    store: str
    fingerprint: str
    source: str
    reliance: str = ""
    totals: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    gates: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    approvers: int = 1
    policy: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """One act of a person.

    request: the id of the request that it is, or answers. name, key: who, and the fingerprint of the key.
    at, expires: UTC, ISO 8601; only an approval expires. nonce: makes every statement another one. reason: of
    a rejection; the reasons of the edits belong to the plan. signed_in_as: the e-mail address with which the
    person was signed in at the desk, whose key signs then; empty where the person's own key does.
    """

    act: str
    request: str
    subject: Subject
    name: str
    key: str
    at: str
    nonce: str
    expires: str = ""
    reason: str = ""
    signed_in_as: str = ""

    @property
    def text(self) -> str:
        """The statement as it is signed; an empty reason and sign-in are left out."""
        return self._written("reason", "signed_in_as")

    @property
    def older_text(self) -> str:
        """The same as it was signed before, with an empty reason."""
        return self._written("signed_in_as")

    def _written(self, *left_out: str) -> str:
        """left_out: the values that are not written where they are empty."""
        subject = {one.name: getattr(self.subject, one.name) for one in fields(Subject)}
        values = {one.name: getattr(self, one.name) for one in fields(Statement)} | {"subject": subject}
        values = {name: value for name, value in values.items() if value or name not in left_out}
        return HEAD + json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return self.text.encode()


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement as it is kept: its text, and the signature over it."""

    text: str
    signature: str

    @property
    def statement(self) -> Statement | None:
        """What it says; None where the text is not a statement in a form that is signed."""
        found = _read(self.text)
        return found if found is not None and self.text in (found.text, found.older_text) else None


def _read(text: str) -> Statement | None:
    if not text.startswith(HEAD):
        return None
    try:
        values = json.loads(text.removeprefix(HEAD))
        subject = Subject(**_tuples(values.pop("subject")))
        found = Statement(subject=subject, **values)
        moments = [found.at, *([found.expires] if found.expires else [])]
        is_sound = all(datetime.fromisoformat(one).utcoffset() is not None for one in moments)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    texts = (getattr(found, one.name) for one in fields(Statement) if one.name != "subject")
    return found if is_sound and found.act in ACTS and all(isinstance(one, str) for one in texts) else None


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def digest_of(values: object) -> str:
    """A SHA-256 over values that JSON can hold."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
