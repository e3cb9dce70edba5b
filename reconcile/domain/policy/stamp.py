"""Time stamps of an authority (RFC 3161): who is asked, and whose certificate is trusted.

Every value can be set in `[timestamp]` of `reconcile.toml`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StampPolicy:
    """Off while url is empty.

    url: of the authority. roots: a file with the root certificates that are trusted, in PEM, beside the
    settings that name it. allow_http: whether the authority may be asked over http, where others on the way
    see the hash that is stamped. seconds: the longest that it may take to answer.
    """

    url: str = ""
    roots: str = ""
    allow_http: bool = False
    seconds: float = 30

    @property
    def is_on(self) -> bool:
        """Whether packs are stamped."""
        return bool(self.url)
