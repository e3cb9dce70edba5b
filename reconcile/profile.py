"""The profile of an organisation in the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Profile:
    """How to reach one organisation.

    api_key_file: a file that only its owner can read. keyring: the name of a service in the operating
    system's keyring (the extra `keyring`). rate: requests per `window` seconds and key. page_size: records
    asked for per page. timeout: seconds without an answer. attempts: how often a read is tried. settle_wait:
    seconds after which live is read again when the answer to a write was lost; the pauses double from there.
    absence_wait: seconds after which a write that live does not show counts as not done, and is repeated.
    most_records: records of one listing, before it counts as endless. writes: `off` for a profile that
    changes nothing in Introw until somebody turns it on. comment_author: the e-mail of the member of the
    team in whose name `--comment` leaves comments. state: a file, or the URL of a PostgreSQL database.
    state_password_file, state_keyring: where its password is, as for the key. state_lease: seconds without a
    sign of life after which a process on another computer no longer holds the organisation. live_minutes: for
    so long a reading of live serves further plans, for which the payouts alone are listed again; 0 for never.
    """

    base_url: str = "https://api.introw.io"
    api_key_file: str = ""
    keyring: str = ""
    rate: int = 120
    window: float = 60
    page_size: int = 200
    timeout: float = 30
    attempts: int = 5
    settle_wait: float = 1
    absence_wait: float = 30
    most_records: int = 2_000_000
    writes: Literal["on", "off"] = "on"
    comment_author: str = ""
    state: str = ""
    state_password_file: str = ""
    state_keyring: str = ""
    state_lease: float = 30
    live_minutes: float = 0
