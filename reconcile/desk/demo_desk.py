"""The desk on the sample month: a sandbox, a state store and settings that go when the desk ends."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from reconcile.atomic import write_text
from reconcile.config import Choices
from reconcile.desk.runs.run_files import desk_key_file
from reconcile.jobs.approvals.desk_key import desk_key_of
from reconcile.jobs.demo import KEY, sandbox_process
from reconcile.jobs.session import Caller, Session, open_session

SAMPLE_MONTH: Final = "2026-03"
PEOPLE: Final = {
    "Ana Ruiz": ("ana@example.com", ("prepare", "close")),
    "Ben Okafor": ("ben@example.com", ("approve",)),
    "Chloe Martin": ("chloe@example.com", ("close", "approve", "audit")),
}
"""Who may be chosen: a preparer, an approver, a controller."""


@contextmanager
def demo_session(caller: Caller) -> Iterator[Session]:
    """A session on the sample month. The environment of this process is set for it, and for its runs."""
    with tempfile.TemporaryDirectory(prefix="reconcile-desk-") as name:
        folder = Path(name)
        with sandbox_process(folder) as base_url:
            os.environ.update(
                INTROW_BASE_URL=base_url, INTROW_API_KEY=KEY, RECONCILE_STATE=str(folder / "state.db")
            )
            os.environ.pop("RECONCILE_CONFIG", None)
            settings = folder / "settings.toml"
            write_text(settings, "")
            key = desk_key_of(desk_key_file(open_session(Choices(config=settings), caller)))
            write_text(settings, _settings(key.line))
            yield open_session(Choices(config=settings), caller)


def _settings(desk_key: str) -> str:
    """The people, and that a payment needs a second one. desk_key: the public line of the key of the desk."""
    sections = [f'[approval]\nask_for = ["paying"]\ndesk_key = "{desk_key}"\n']
    for name, (email, roles) in PEOPLE.items():
        given = ", ".join(f'"{role}"' for role in roles)
        key = name.partition(" ")[0].lower()
        sections.append(f'[people.{key}]\nname = "{name}"\nemail = "{email}"\nroles = [{given}]\n')
    return "\n".join(sections)
