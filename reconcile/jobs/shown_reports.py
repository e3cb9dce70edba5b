"""Remembers beside the state store what a report said when it was shown, so that `apply` shows what is new.

Only fingerprints are kept, a file per set of workbooks. To lose one does no harm: the whole report is shown.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from reconcile.atomic import write_text
from reconcile.errors import ReconcileError
from reconcile.jobs.session import Session
from reconcile.report.model import Report
from reconcile.report.news import News, marks, news_of, said_at


def note_shown(session: Session, report: Report) -> None:
    """Remembers what a report says. Without a state store there is nothing to remember it beside."""
    if not session.settings.server and not session.settings.state.exists():
        return
    path = _path(session, report)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_text(path, json.dumps({"at": said_at(report), "items": sorted(marks(report))}), private=True)
    except (OSError, ReconcileError):
        # Nothing rests on it: the next report is shown whole.
        return


def news_since(session: Session, report: Report) -> News | None:
    """What a report says that the one before did not; None where none was shown before."""
    try:
        kept = json.loads(_path(session, report).read_text(encoding="utf-8"))
        return news_of(report, str(kept["at"]), frozenset(map(str, kept["items"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path(session: Session, report: Report) -> Path:
    state = session.settings.state
    names = sorted({one.export.workbook_id for one in report.workbooks})
    key = hashlib.sha256(json.dumps([str(report.environment), names]).encode()).hexdigest()[:24]
    return state.with_name(f"{state.name}.shown") / f"{key}.json"
