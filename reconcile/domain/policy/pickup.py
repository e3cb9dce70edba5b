"""Where workbooks arrive by themselves: the rules of `[pickup]`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PickupPolicy:
    """The folder that is watched, and the mailbox; each is optional.

    folder: its path; empty where none is. still_seconds: how long a file must not have changed, so that one
    which still arrives is left alone. megabytes: a larger file is not read.

    mail_server: host of the mailbox, reached by IMAP over TLS; empty where none is. mail_user: its name
    there. mail_password_file, mail_password_keyring: where its password is; RECONCILE_MAILBOX_PASSWORD wins.
    mail_folder: the folder in it. mail_authority: a file with the certificate of an authority of your own.
    mail_seconds: between two looks. mail_answer_seconds: the longest that the server may take to answer.
    mail_days: older mails are not looked at. mail_megabytes: a larger mail is not read. mails: at most, at
    one look. attachments: workbooks of one mail at most.
    """

    folder: str = ""
    still_seconds: float = 10
    megabytes: int = 100
    mail_server: str = ""
    mail_port: int = 993
    mail_user: str = ""
    mail_password_file: str = ""
    mail_password_keyring: str = ""
    mail_folder: str = "INBOX"
    mail_authority: str = ""
    mail_seconds: float = 60
    mail_answer_seconds: float = 120
    mail_days: int = 14
    mail_megabytes: int = 25
    mails: int = 50
    attachments: int = 10

    def __post_init__(self) -> None:
        """Raises ValueError for a bound that is none, and for a mailbox without a name."""
        if not 0 <= self.still_seconds <= 3600:
            raise ValueError("still_seconds must be 0 to 3600")
        for name in ("megabytes", "mail_days", "mail_megabytes", "mails", "attachments"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be more than 0")
        if not 1 <= self.mail_seconds <= 86_400:
            raise ValueError("mail_seconds must be 1 to 86400")
        if not 0 < self.mail_answer_seconds <= 3600:
            raise ValueError("mail_answer_seconds must be more than 0 and at most 3600")
        if self.mail_server and not self.mail_user:
            raise ValueError("mail_server needs mail_user")
        if not self.mail_folder.isascii() or not self.mail_folder.isprintable():
            raise ValueError("mail_folder must be written in ASCII, as the server writes it")
