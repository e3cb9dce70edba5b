"""Options about who signs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from reconcile.cli.common_options import FILE
from reconcile.cli.options import Group

if TYPE_CHECKING:
    from reconcile.jobs.approvals.asked import Answered
    from reconcile.jobs.approvals.sign_statement import KeyChoice


def _key(key: Path | None) -> KeyChoice:
    from reconcile.jobs.approvals.sign_statement import KeyChoice

    return KeyChoice(key, _passphrase)


def _passphrase(file: str) -> str:
    """Asks on the terminal, without showing what is typed; from a pipe, takes a line."""
    answer: str = click.prompt(
        f"Passphrase of {file}", hide_input=True, default="", show_default=False, err=True
    )
    return answer


SIGNING: Final = Group(
    "key",
    _key,
    (
        click.option(
            "--key",
            type=FILE,
            help="Your private Ed25519 key (RECONCILE_SIGNING_KEY, or ~/.ssh/id_ed25519).",
        ),
    ),
)


_ONCE: Final = {
    "close": "The period can be closed once.",
    "bills": "The set can be issued once.",
    "rules": "They hold from the next step on.",
}


def answered_words(found: Answered) -> str:
    """How the approval stands after an act."""
    standing = found.found
    if standing.is_approved:
        once = _ONCE.get(found.said.subject.kind, "It can be applied once.")
        return f"Approved: {', '.join(standing.approved_by)}. {once}"
    return " ".join(standing.problems)
