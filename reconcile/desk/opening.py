"""Opens the desk: where it listens, who may be let in by the link, and what is printed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from reconcile.desk.family import Desk
from reconcile.desk.live_session import LiveSession
from reconcile.desk.security.accounts import Accounts
from reconcile.desk.serving import listening, serve
from reconcile.domain.policy.approval import ROLES
from reconcile.errors import ConfigurationError
from reconcile.jobs.desk.desk_store import desk_store
from reconcile.jobs.desk.kept_databases import KeptDatabases
from reconcile.jobs.session import Session
from reconcile.jobs.setup.api_key import client_secret
from reconcile.loopback import is_loopback

DEFAULT_PORT: Final = 8480


@dataclass(frozen=True, slots=True)
class Opening:
    """What a person says when starting the desk.

    url: the address that people type, where it is another one than host and port. person: whom the link
    signs in. is_demo: the sample month.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    url: str = ""
    person: str = ""
    is_demo: bool = False


def open_desk(session: Session, opening: Opening, told: Callable[[str], None]) -> None:
    """Serves the desk until the process is told to stop. told: gets the address to open, once it listens.

    Raises ConfigurationError for an address that cannot be used, and StateError.
    """
    _refuse_bare(opening)
    _check_provider(session)
    name, roles = _person(session, opening)
    kept = KeptDatabases()
    session = replace(session, databases=kept)
    with listening(opening.host, opening.port) as listener, closing(kept), desk_store(session) as rows:
        port = listener.getsockname()[1]
        shown_host = f"[{opening.host}]" if ":" in opening.host else opening.host
        url = opening.url.rstrip("/") or f"http://{shown_host}:{port}"
        desk = Desk(LiveSession(session), url, rows, opening.is_demo)

        def ready() -> None:
            told(f"{url}/sign-in/link/{desk.sessions.make_link(name, roles)}" if name else url)

        serve(desk, listener, ready)


def give_account(session: Session, name: str, password: str) -> None:
    """Gives a person an account of the desk's own, or another password. Raises ConfigurationError."""
    with desk_store(session) as rows:
        Accounts(rows, session.settings.team).give(name, password)


def _refuse_bare(opening: Opening) -> None:
    """Raises ConfigurationError where passwords and sessions would cross a network in the clear."""
    parts = urlsplit(opening.url)
    if opening.url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/")):
        raise ConfigurationError("--url must be an address such as https://desk.example.com.")
    shown = parts.hostname or opening.host
    if opening.is_demo and not is_loopback(opening.host):
        raise ConfigurationError("The sample month lets everybody in, so it is served to this computer only.")
    if not is_loopback(shown) and parts.scheme != "https":
        raise ConfigurationError(
            f"{shown} is not this computer, so people must come by https. Put a reverse proxy before the "
            "desk and name the address that people type: --url https://desk.example.com"
        )


def _check_provider(session: Session) -> None:
    """Raises ConfigurationError for a provider through which nobody could ever come in."""
    settings = session.settings
    if not settings.sign_in.issuer:
        return
    client_secret(settings, os.environ)
    if not settings.team.people and not settings.sign_in.groups:
        raise ConfigurationError("[sign_in] lets nobody in: name people in [people], or groups in it.")


def _person(session: Session, opening: Opening) -> tuple[str, tuple[str, ...]]:
    """Whom the link signs in, with which roles; nobody where the desk has other ways in."""
    team = session.settings.team
    if opening.is_demo:
        return "", ()
    name = opening.person or session.user
    if not team.people:
        return name, ROLES
    person = team.by_name(name)
    if person is None:
        names = ", ".join(one.name for one in team.people)
        raise ConfigurationError(
            f"[people] does not name {name}; it names {names}. Say whom the link signs in: --person NAME"
        )
    return person.name, person.roles
