"""What a person asks for on the page of the close, kept with what was brought for the next step."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconcile.desk.asked_plans import sign_in_of
from reconcile.desk.family import Desk
from reconcile.desk.made_files import write_uploads
from reconcile.desk.visitor import Visitor
from reconcile.domain.period import Period
from reconcile.errors import ConfigurationError
from reconcile.jobs.closes.close import CloseRequest
from reconcile.jobs.desk.journal_choices import journal_choices
from reconcile.jobs.session import Session

DRAFT, PREPARE, CLOSE = "draft", "prepare", "close"
TITLES: Final = {DRAFT: "Draft of", PREPARE: "Preparing", CLOSE: "Closing"}
BROUGHT: Final = ("gl", "rates", "explain")
"""The files that a person may bring: general ledger, rates, a workbook with its flux explained."""
_KIND: Final = "close brought"
_WAIVER: Final = "waive-"
_KEPT_SECONDS: Final = 60 * 86_400
Upload = tuple[str, bytes]


@dataclass(frozen=True)
class CloseOrder:
    """How a period is closed. waivers: `CHECK=REASON`. again: why a closed period is closed once more.

    journals: the layouts of its journals.
    """

    how: str
    period: Period
    waivers: tuple[str, ...] = ()
    again: str = ""
    files: Mapping[str, Upload] | None = None
    journals: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What goes on, for the list of one's work."""
        return f"{TITLES[self.how]} {self.period}"

    def request(self, desk: Desk, visitor: Visitor, folder: Path) -> CloseRequest:
        """The request of the job. folder: where the pack goes; what was brought lies beside it."""
        beside = folder.with_name("brought")
        beside.mkdir()
        paths = {
            name: write_uploads(beside, [upload])[0]
            for name, upload in (self.files or {}).items()
            if upload[1]
        }
        return CloseRequest(
            self.period,
            folder,
            self.waivers,
            rates=paths.get("rates"),
            gl=paths.get("gl"),
            explain=paths.get("explain"),
            journals=self.journals,
            draft=self.how == DRAFT,
            again=self.again or None,
            prepare=sign_in_of(desk, visitor) if self.how == PREPARE else None,
        )


def order_from(
    desk: Desk,
    session: Session,
    form: Mapping[str, str],
    journals: Sequence[str],
    sent: Mapping[str, Upload],
) -> CloseOrder:
    """What the form says. Files that the step before had are taken again, unless others are sent.

    Raises ConfigurationError for a period that is none, and for what cannot be made.
    """
    how = form.get("how", DRAFT)
    if how not in TITLES:
        raise ConfigurationError("Choose what to make: a draft, the close to be reviewed, or the close.")
    waivers = tuple(
        f"{name.removeprefix(_WAIVER)}={reason.strip()}"
        for name, reason in form.items()
        if name.startswith(_WAIVER) and reason.strip()
    )
    period = session.settings.close.fiscal.parse(form.get("period", "").strip())
    files = {**_kept(desk, session.user, form.get("from", "")), **sent}
    again = form.get("again", "").strip()
    return CloseOrder(how, period, waivers, again, files, known_journals(session, journals))


def known_journals(session: Session, journals: Sequence[str]) -> tuple[str, ...]:
    """The layouts that were ticked. Raises ConfigurationError for one that there is not."""
    if not journal_choices(session).keys() >= set(journals):
        raise ConfigurationError("Choose the systems of the journals from the list.")
    return tuple(journals)


def keep_brought(desk: Desk, key: str, owner: str, order: CloseOrder) -> None:
    """Keeps what was brought, under the key of the work."""
    told = {name: (one[0], base64.b64encode(one[1]).decode()) for name, one in (order.files or {}).items()}
    desk.rows.put(_KIND, key, owner, json.dumps(told).encode(), _KEPT_SECONDS)


def _kept(desk: Desk, owner: str, key: str) -> dict[str, Upload]:
    row = desk.rows.get(_KIND, key)
    if row is None or row.owner != owner:
        return {}
    return {name: (told[0], base64.b64decode(told[1])) for name, told in json.loads(row.body).items()}
