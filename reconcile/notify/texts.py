"""A notice in the markup of each kind of target."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from reconcile.notify.escaping import mail_text, slack_text, slack_words, teams_text, webhook_text
from reconcile.notify.notice import Notice

MAIL: Final = "e-mail"
SLACK: Final = "Slack"
TEAMS: Final = "Teams"
WEBHOOK: Final = "webhook"


@dataclass(frozen=True, slots=True)
class Message:
    """A notice as one target takes it. title: words of our own, in every target plain text."""

    title: str
    body: str


def message_for(kind: str, notice: Notice, *, amounts: bool) -> Message:
    """The notice for a kind of target."""
    return Message(f"reconcile: {notice.headline}", _BODIES[kind](notice, amounts))


def _mail(notice: Notice, amounts: bool) -> str:  # noqa: FBT001  one signature for all kinds
    rows = "".join(
        f"<tr><td>{html.escape(label)}</td><td>{mail_text(value)}</td></tr>"
        for label, value in notice.told(amounts=amounts)
    )
    table = f"<table>{rows}</table>" if rows else ""
    advice = f"<p>{html.escape(notice.advice)}</p>" if notice.advice else ""
    return f"<p><b>{html.escape(notice.headline)}</b></p>{table}{advice}"


def _slack(notice: Notice, amounts: bool) -> str:  # noqa: FBT001
    rows = [f"{slack_words(label)}: {slack_text(value)}" for label, value in notice.told(amounts=amounts)]
    return "\n".join((*rows, *([slack_words(notice.advice)] if notice.advice else []))) or " "


def _teams(notice: Notice, amounts: bool) -> str:  # noqa: FBT001
    rows = [f"**{label}**: {teams_text(value)}" for label, value in notice.told(amounts=amounts)]
    return "\n\n".join((*rows, *([notice.advice] if notice.advice else []))) or " "


def _webhook(notice: Notice, amounts: bool) -> str:  # noqa: FBT001
    rows = [f"{label}: {webhook_text(value)}" for label, value in notice.told(amounts=amounts)]
    return "\n".join((*rows, *([notice.advice] if notice.advice else []))) or " "


_BODIES: Final[Mapping[str, Callable[[Notice, bool], str]]] = {
    MAIL: _mail,
    SLACK: _slack,
    TEAMS: _teams,
    WEBHOOK: _webhook,
}
