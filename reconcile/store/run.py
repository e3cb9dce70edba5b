"""A run as the store keeps it, and the one who holds the lock of an environment."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import Final

from reconcile.domain.phrases import moment


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a plan. state: `running`, `finished`, `stopped` or `set aside`. plan: its JSON.

    workbook_id: the ids of all its workbooks, a comma and a space between them.
    """

    run_id: str
    environment: str
    workbook_id: str
    started_at: str
    ended_at: str | None
    started_by: str
    state: str
    plan: str

    @property
    def is_unfinished(self) -> bool:
        """Whether it can be resumed."""
        return self.state in ("running", "stopped")


POSTED: Final = "posted line"
"""The action of an effect that keeps what was sent as a new line, by its key."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one workbook caused, so that its next diff does not ask for it again.

    action: the kind of operation, `set` and a field, or POSTED. result_id: the record it made, the text it
    set, or what was sent. Of a new line whose answer is not known, the key itself stands for the record.
    """

    workbook_id: str
    action: str
    record_id: str
    result_id: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Who runs against an environment: the run, the person, the process and its computer. since: UTC."""

    run_id: str
    who: str
    host: str
    pid: int
    since: str

    @classmethod
    def here(cls, run_id: str, who: str, since: str) -> Holder:
        """This very process."""
        return cls(run_id, who, socket.gethostname(), os.getpid(), since)

    @property
    def is_near(self) -> bool:
        """Whether its process is, or was, on this computer."""
        return self.host == socket.gethostname()

    def __str__(self) -> str:
        return f"{self.who} (process {self.pid} on {self.host}) since {moment(self.since)}"
