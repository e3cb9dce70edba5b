"""What a mail carries: who it says that it is from, and the workbooks in it. Pure; a mail may be anything.

The library's parsers take minutes to hours for a mail of many parts, or of one long header, so a mail has
bounds of its own: a header is cut, and one of too many parts, lines or headers is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import EmailPolicy
from typing import Final

from reconcile.errors import WorkbookError
from reconcile.jobs.pickup.look import is_workbook

_LONGEST: Final = 200
_LONGEST_HEADER: Final = 3_000
"""Letters of a header that count; a name of 255 letters beyond ASCII takes the most of them."""
_MOST_PARTS: Final = 100
_MOST_LINES: Final = 1_000_000
"""A mail of 50 MB has as many where its attachments are packed as they always are."""
_ANOTHER_WAY: Final = "Ask for the workbook in another way."


@dataclass(frozen=True, slots=True)
class Attachment:
    """A workbook in a mail, under the name that the mail gives it."""

    name: str
    content: bytes


class _ShortHeaders(EmailPolicy):
    """Reads of each header only so much as counts."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        """The name and the text of a header."""
        name, text = super().header_source_parse(list(sourcelines))
        return name[:_LONGEST], text[:_LONGEST_HEADER]


_POLICY: Final = _ShortHeaders()


class _Parts:
    """Makes the parts of one mail. Raises ValueError for one part too many."""

    def __init__(self) -> None:
        self._left = _MOST_PARTS

    def __call__(self, policy: EmailPolicy = _POLICY) -> EmailMessage:
        """Another part."""
        self._left -= 1
        if self._left < 0:
            raise ValueError
        return EmailMessage(policy)


def fingerprint(head: bytes, size: int) -> str:
    """By which a mail is known: a SHA-256 over its whole head, the Message-ID in it, and its size.

    The Message-ID alone would let somebody else's mail with the same one stand for it.
    """
    return hashlib.sha256(b"%d\n%b" % (size, head)).hexdigest()


def said_by(head: bytes) -> tuple[str, str]:
    """Whom a mail says that it is from, and its subject; as plain text, cut where it is long."""
    message = BytesHeaderParser(policy=_POLICY).parsebytes(head)
    return _header(message, "from"), _header(message, "subject")


def workbooks(raw: bytes, most: int) -> list[Attachment]:
    """The workbooks in a mail, those of mails inside it too. Raises WorkbookError for a mail that is none.

    most: how many it may have.
    """
    if raw.count(b"\n") + raw.count(b"\r") > 2 * _MOST_LINES:
        raise WorkbookError(f"This mail has more than {_MOST_LINES:,} lines. {_ANOTHER_WAY}")
    try:
        message = BytesParser(_Parts(), policy=_POLICY).parsebytes(raw)
        found = list(_attachments(message))
    except Exception as error:  # the library raises many kinds for what no mail program writes
        raise WorkbookError(f"This mail cannot be read, or has too many parts. {_ANOTHER_WAY}") from error
    if len(found) > most:
        raise WorkbookError(f"This mail has more than {most} workbooks (attachments in [pickup]).")
    return found


def _attachments(message: Message) -> Iterator[Attachment]:
    for part in message.walk():
        # Some programs write where the file lay; only the last part is its name.
        name = (part.get_filename() or "").replace("\\", "/").rpartition("/")[2]
        content = None if part.is_multipart() else part.get_payload(decode=True)
        plain = "".join(letter for letter in name if letter.isprintable())
        if isinstance(content, bytes) and content and is_workbook(plain):
            yield Attachment(plain[-_LONGEST:], content)


def _header(message: Message, name: str) -> str:
    try:
        text = str(message.get(name, ""))
    except Exception:  # noqa: BLE001  as above
        return ""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:_LONGEST].strip()
