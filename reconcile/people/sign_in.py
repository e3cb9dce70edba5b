"""What the desk signs when it starts a command for a person: who was signed in, and which command. Pure.

The command runs in a process of its own, which knows its user only by what it is told. It believes the desk,
by its signature, and nobody else. The text begins with other words than a statement about an approval, so
that neither can stand for the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from reconcile.domain.policy.approval import ApprovalPolicy

HEAD: Final = "reconcile sign-in 1\n"
HOLDS: Final = timedelta(minutes=5)
"""How long after it was signed a command may begin, and by how much its clock may be behind."""
_MOST: Final = 100_000


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who was signed in at the desk as somebody started a command.

    words: the command, all of its arguments. at: UTC, ISO 8601.
    """

    name: str
    email: str
    environment: str
    words: tuple[str, ...]
    at: str

    @property
    def text(self) -> str:
        """The text that is signed."""
        return HEAD + json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @property
    def on_record(self) -> str:
        """The name that the record keeps: the person, and that the desk says so."""
        return f"{self.name} (desk)"


def sealed(said: SignedIn, signature: str) -> str:
    """The text and its signature, as they are handed to the process."""
    return json.dumps({"text": said.text, "signature": signature})


def believed(
    given: str,
    policy: ApprovalPolicy,
    about: tuple[str, Sequence[str]],
    now: datetime,
    is_signed: Callable[[bytes, str, str], bool],
) -> SignedIn | str:
    """Who was signed in; or, in a sentence, why nobody is believed.

    given: see `sealed`. about: the environment and the words of the command that runs.
    """
    if not policy.desk_key:
        return "somebody says who is signed in at a desk, and [approval] names no desk_key to prove it by"
    read = _read(given)
    if read is None:
        return "what names the person who is signed in cannot be read"
    said, at, signature = read
    if not is_signed(said.text.encode(), signature, policy.desk_key):
        return f"the desk that [approval] names did not sign that {said.name} is signed in"
    if (said.environment, said.words) != (about[0], tuple(about[1])):
        return f"{said.name} started another command than this one, or one for another organisation"
    if abs(now - at) > HOLDS:
        return f"the command that {said.name} started was to begin at {said.at}, and not now"
    return said


def _read(given: str) -> tuple[SignedIn, datetime, str] | None:
    """Who is said to be signed in, when, and the signature; None where it is not in the form of `sealed`."""
    try:
        told = json.loads(given) if len(given) <= _MOST else {}
        values = json.loads(told["text"].removeprefix(HEAD))
        said = SignedIn(**{**values, "words": tuple(values["words"])})
        at = datetime.fromisoformat(said.at)
        is_sound = said.text == told["text"] and at.utcoffset() is not None
        return (said, at, str(told["signature"])) if is_sound else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
