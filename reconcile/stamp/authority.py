"""Asks a time-stamping authority over HTTP (RFC 3161, 3.4). Only a hash is sent."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from reconcile import __version__
from reconcile.domain.policy.stamp import StampPolicy
from reconcile.errors import StampFailed
from reconcile.outward.ask import NoReply, asked
from reconcile.stamp.token import LARGEST_ANSWER

_HEADERS: Final = {
    "content-type": "application/timestamp-query",
    "accept": "application/timestamp-reply",
    "user-agent": f"reconcile/{__version__}",
}
_OK: Final = 200


def ask(policy: StampPolicy, question: bytes) -> bytes:
    """What the authority answers, unchecked. No redirect is followed.

    Raises StampFailed where it does not answer within the time and size that are allowed.
    """
    named = f"The time-stamping authority {urlsplit(policy.url).hostname or ''}"
    try:
        reply = asked(
            "POST",
            policy.url,
            headers=_HEADERS,
            content=question,
            seconds=policy.seconds,
            longest=LARGEST_ANSWER,
        )
    except NoReply as error:
        raise StampFailed(f"{named} {error}.") from error
    if reply.status != _OK:
        raise StampFailed(f"{named} answered with HTTP {reply.status}.")
    return reply.content
