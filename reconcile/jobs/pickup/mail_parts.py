"""What a mail carries: who it says that it is from, and the workbooks in it. Pure; a mail may be anything."""

from __future__ import annotations

import email
import email.policy
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from typing import Final

from reconcile.errors import WorkbookError
from reconcile.jobs.pickup.look import is_workbook

_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Attachment:
    """A workbook in a mail, under the name that the mail gives it."""

    name: str
    content: bytes


def fingerprint(head: bytes, size: int) -> str:
    """By which a mail is known: a SHA-256 over its whole head, the Message-ID in it, and its size.

    The Message-ID alone would let somebody else's mail with the same one stand for it.
    """
    return hashlib.sha256(b"%d\n%b" % (size, head)).hexdigest()


def said_by(head: bytes) -> tuple[str, str]:
    """Whom a mail says that it is from, and its subject; as plain text, cut where it is long."""
    message = BytesHeaderParser(policy=email.policy.default).parsebytes(head)
    return _header(message, "from"), _header(message, "subject")


def workbooks(raw: bytes, most: int) -> list[Attachment]:
    """The workbooks in a mail, those of mails inside it too. Raises WorkbookError for a mail that is none.

    most: how many it may have.
    """
    try:
        message = email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)
        found = list(_attachments(message))
    except Exception as error:  # the library raises many kinds for what no mail program writes
        raise WorkbookError("This mail cannot be read. Ask for the workbook in another way.") from error
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
