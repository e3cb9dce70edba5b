"""Who is signed in at the desk as it starts a command in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence

from reconcile.errors import ConfigurationError
from reconcile.jobs.approvals.sign_statement import SignIn, desk_key
from reconcile.jobs.session import Session
from reconcile.people.keys import is_signed_by
from reconcile.people.sign_in import SignedIn, believed, sealed


def sign_for_process(session: Session, who: SignIn, name: str, words: Sequence[str]) -> str:
    """Who is signed in, signed by the desk, for a process that runs a command for that person.

    words: the arguments of the command. Raises ConfigurationError unless `[approval]` names this desk.
    """
    key = desk_key(session.settings.team.policy, who.key_file)
    at = session.clock().isoformat(timespec="seconds")
    said = SignedIn(name, who.email, str(session.environment), tuple(words), at)
    return sealed(said, key.sign(said.text.encode()))


def signed_in_user(session: Session, given: str, words: Sequence[str]) -> str:
    """The name of who is signed in, for the record. given: see `sign_for_process`.

    Raises ConfigurationError where it proves nothing: a plain name would let anybody act as anybody else.
    """
    policy, about = session.settings.team.policy, (str(session.environment), words)
    found = believed(given, policy, about, session.clock(), is_signed_by)
    if isinstance(found, str):
        raise ConfigurationError(f"Nothing was done: {found}.")
    return found.on_record
