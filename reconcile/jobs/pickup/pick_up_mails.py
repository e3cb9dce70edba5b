"""Picks up workbooks that arrived by mail: as from the folder, checked, planned and told; never applied.

Who a mail is from is what it says, and is shown as that. Nothing in the mailbox is changed.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from reconcile.domain.split.split_by import file_names
from reconcile.errors import WorkbookError
from reconcile.jobs.pickup.handled_mails import handled_mails, note_mail
from reconcile.jobs.pickup.kept_arrivals import BROKEN, Arrival, arrivals_folder
from reconcile.jobs.pickup.mail_parts import Attachment, fingerprint, said_by, workbooks
from reconcile.jobs.pickup.mailbox import Mailbox, MailHead, open_mailbox
from reconcile.jobs.pickup.pick_up import Watch, picked_up, told_of
from reconcile.jobs.session import Session
from reconcile.jobs.setup.api_key import mailbox_password

Told = tuple[Arrival, tuple[str, ...]]


def pick_up_mails(session: Session, watch: Watch) -> Iterator[Told]:
    """Looks into the mailbox, where one is named and it is time, and picks up what is new.

    Answers each workbook with what went wrong in telling people of it. Raises ConfigurationError for the
    mailbox, and ApiError: the mail is then picked up at the next look.
    """
    policy = session.settings.pickup
    if not policy.mail_server or time.monotonic() < watch.next_mails:
        return
    watch.next_mails = time.monotonic() + policy.mail_seconds
    known, looked_at = handled_mails(session), 0
    with open_mailbox(policy, mailbox_password(session.settings, os.environ)) as mailbox:
        seen = {number for validity, number in watch.handled if validity == mailbox.validity}
        numbers = [one for one in mailbox.numbers(session.clock()) if one not in seen]
        for mail in mailbox.heads(numbers):
            key = fingerprint(mail.head, mail.size)
            if key not in known:
                yield from _of_mail(session, mailbox, mail)
                note_mail(session, key)
                looked_at += 1
            watch.handled.add((mailbox.validity, mail.number))
            if looked_at >= policy.mails:
                break


def _of_mail(session: Session, mailbox: Mailbox, mail: MailHead) -> Iterator[Told]:
    policy = session.settings.pickup
    sender, subject = said_by(mail.head)
    sender = sender or "nobody"
    try:
        found = workbooks(_read(mailbox, mail, policy.mail_megabytes), policy.attachments)
    except WorkbookError as error:
        at = session.clock().isoformat(timespec="seconds")
        arrival = Arrival(f"mail “{subject}”", "", at, BROKEN, problem=str(error), sender=sender)
        yield arrival, told_of(session, arrival)
        return
    for one in found:
        if arrived := _attached(session, one, sender):
            yield arrived, told_of(session, arrived)


def _read(mailbox: Mailbox, mail: MailHead, megabytes: int) -> bytes:
    if mail.size > megabytes << 20:
        raise WorkbookError(f"This mail has more than {megabytes} MB (mail_megabytes in [pickup]).")
    return mailbox.whole(mail.number)


def _attached(session: Session, attachment: Attachment, sender: str) -> Arrival | None:
    """One workbook of a mail, put down under a name that no path hides in, and picked up from there."""
    name = Path(attachment.name)
    with tempfile.TemporaryDirectory(dir=arrivals_folder(session), prefix=".mail-") as folder:
        file = Path(folder) / file_names([name.stem], name.suffix.lower())[0]
        file.write_bytes(attachment.content)
        return picked_up(session, file, sender)
