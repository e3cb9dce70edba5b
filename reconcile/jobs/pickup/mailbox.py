"""Reads a mailbox over IMAP and TLS (RFC 3501). Nothing in it is changed: no mail is marked or moved."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from reconcile.domain.policy.pickup import PickupPolicy
from reconcile.errors import ConfigurationError
from reconcile.jobs.pickup.bounded_imap import BoundedImap, OverBound

_MOST: Final = 5_000
_AT_ONCE: Final = 100
_LONGEST_HEAD: Final = 1 << 16
"""Bytes of a head by which a mail is known; a longer one is cut."""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""As IMAP writes them, whatever the locale of this computer."""
_NUMBER: Final = re.compile(rb"[0-9]{1,10}")
_UID: Final = re.compile(rb"UID ([0-9]{1,10})(?![0-9])")
_SIZE: Final = re.compile(rb"RFC822\.SIZE ([0-9]{1,18})(?![0-9])")
_LONGEST_VALIDITY: Final = 40


@dataclass(frozen=True, slots=True)
class MailHead:
    """A mail of which only the head was read. number: its UID. size: in bytes."""

    number: str
    size: int
    head: bytes


@dataclass(frozen=True)
class Mailbox:
    """A mailbox that is open. policy: names it in messages. validity: other where UIDs mean other mails."""

    connection: BoundedImap
    policy: PickupPolicy
    validity: str

    def numbers(self, now: datetime) -> tuple[str, ...]:
        """The UIDs of the mails of the last days, oldest first. Raises ConfigurationError for too many."""
        day = now - timedelta(days=self.policy.mail_days)
        since = f"{day.day:02d}-{_MONTHS[day.month - 1]}-{day.year}"
        lines = [one for one in self._asked("SEARCH", "SINCE", since) if isinstance(one, bytes)]
        found = {one.decode() for one in b" ".join(lines).split() if _NUMBER.fullmatch(one)}
        numbers = sorted(found, key=lambda one: (len(one), one))
        if len(numbers) > _MOST:
            raise ConfigurationError(
                f"The folder {self.policy.mail_folder} of the mailbox has more than {_MOST:,} mails of the "
                f"last {self.policy.mail_days} days. Name a smaller one (mail_folder), or fewer (mail_days)."
            )
        return tuple(numbers)

    def heads(self, numbers: Sequence[str]) -> Iterator[MailHead]:
        """The heads of mails."""
        for start in range(0, len(numbers), _AT_ONCE):
            some = ",".join(numbers[start : start + _AT_ONCE])
            asked = f"(UID RFC822.SIZE BODY.PEEK[HEADER]<0.{_LONGEST_HEAD}>)"
            found = self._asked("FETCH", some, asked, more=_AT_ONCE * _LONGEST_HEAD)
            for told, content in _literals(found):
                number, size = _UID.search(told), _SIZE.search(told)
                if number and size:
                    yield MailHead(number[1].decode(), int(size[1]), content)

    def whole(self, number: str) -> bytes:
        """A mail as it was sent, at most one byte more of it than it may have."""
        most = (self.policy.mail_megabytes << 20) + 1
        found = self._asked("FETCH", number, f"(BODY.PEEK[]<0.{most}>)", more=most)
        return next((content for _, content in _literals(found)), b"")

    def _asked(
        self, command: str, *words: str, more: int = 0
    ) -> Sequence[bytes | tuple[bytes, bytes] | None]:
        with _sentences(self.policy), self.connection.bounded(more):
            status, found = self.connection.uid(command, *words)
        if status != "OK":
            raise ConfigurationError(f"The mail server {self.policy.mail_server} does not answer {command}.")
        return found


@contextmanager
def open_mailbox(policy: PickupPolicy, password: str) -> Iterator[Mailbox]:
    """The mailbox, read-only. Raises ConfigurationError where it cannot be reached, trusted or opened."""
    with _sentences(policy):
        authority = str(Path(policy.mail_authority).expanduser()) if policy.mail_authority else None
        context = ssl.create_default_context(cafile=authority)
        connection = BoundedImap(policy.mail_server, policy.mail_port, context, policy.mail_answer_seconds)
    try:
        with _sentences(policy), connection.bounded():
            validity = _opened(connection, policy, password)
        yield Mailbox(connection, policy, validity)
    finally:
        connection.leave()


def _opened(connection: BoundedImap, policy: PickupPolicy, password: str) -> str:
    """Signs in and opens the folder; answers its UIDVALIDITY."""
    try:
        connection.login(policy.mail_user, password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise ConfigurationError(
            f"The mail server {policy.mail_server} refused the name or the password of {policy.mail_user}."
        ) from error
    name = policy.mail_folder.replace("\\", "\\\\").replace('"', '\\"')
    status, _ = connection.select(f'"{name}"', readonly=True)
    if status != "OK":
        raise ConfigurationError(f"The mailbox has no folder {policy.mail_folder} (mail_folder).")
    return str(connection.response("UIDVALIDITY")[1])[:_LONGEST_VALIDITY]


@contextmanager
def _sentences(policy: PickupPolicy) -> Iterator[None]:
    """Says what went wrong with the server as a ConfigurationError."""
    where = f"The mail server {policy.mail_server}, port {policy.mail_port},"
    try:
        yield
    except ConfigurationError:
        raise
    except OverBound as error:
        raise ConfigurationError(f"{where} {error}. Nothing was picked up from there.") from error
    except ssl.SSLCertVerificationError as error:
        raise ConfigurationError(
            f"{where} has no certificate that is trusted ({error.verify_message}). Nothing was sent to it. "
            "A file with the certificate of your own authority goes into mail_authority."
        ) from error
    except (OSError, EOFError) as error:
        raise ConfigurationError(f"{where} cannot be reached ({error or 'it hung up'}).") from error
    except Exception as error:  # the library raises many kinds for what no server should say
        raise ConfigurationError(f"{where} cannot be understood, or broke off.") from error


def _literals(
    found: Sequence[bytes | tuple[bytes, bytes] | None],
) -> Iterator[tuple[bytes, bytes]]:
    """What an answer says of each mail, before and behind its content, and the content."""
    for place, one in enumerate(found):
        if isinstance(one, tuple):
            behind = found[place + 1] if place + 1 < len(found) else b""
            yield one[0] + (b" " + behind if isinstance(behind, bytes) else b""), one[1]
