"""For which systems the journals of a close can be written, as a person chooses among them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from reconcile.erp.journals import NEWEST, load_journal_layout
from reconcile.jobs.session import Session
from reconcile.resources import template, template_names


def journal_choices(session: Session) -> Mapping[str, str]:
    """The systems by the names of their layouts, with their titles; a later version is the same system."""
    templates = session.settings.templates
    later = set(NEWEST.values())
    names = [one for one in template_names("erp", "journal-", ".toml", templates) if one not in later]
    paths = {name: template(f"erp/journal-{name}.toml", templates) for name in names}
    return {name: _title(path, path.stat().st_mtime_ns) for name, path in paths.items()}


@lru_cache(maxsize=100)
def _title(path: Path, _: int) -> str:
    """The title of a layout as it was written at that moment."""
    return load_journal_layout(path).title
