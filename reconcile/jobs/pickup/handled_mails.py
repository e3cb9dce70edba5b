"""Which mails were handled, in the private folder of what was picked up: each is handled once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Final

from reconcile.atomic import write_text
from reconcile.jobs.pickup.kept_arrivals import arrivals_folder
from reconcile.jobs.session import Session

_NAME: Final = "mails.json"


def handled_mails(session: Session) -> dict[str, str]:
    """The day on which each was handled, by fingerprint; none where the note cannot be read.

    Then mails are looked at again, and their workbooks are known by their content.
    """
    try:
        kept = json.loads(_file(session).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(mail): str(day) for mail, day in kept.items()} if isinstance(kept, dict) else {}


def note_mail(session: Session, mail: str) -> None:
    """Notes a mail as handled, and forgets those too old to be looked at. Raises ConfigurationError."""
    today = session.clock().date()
    oldest = (today - timedelta(days=2 * session.settings.pickup.mail_days + 1)).isoformat()
    kept = {one: day for one, day in handled_mails(session).items() if day >= oldest}
    kept[mail] = today.isoformat()
    write_text(_file(session), json.dumps(kept, indent=1), private=True)


def _file(session: Session) -> Path:
    return arrivals_folder(session) / _NAME
