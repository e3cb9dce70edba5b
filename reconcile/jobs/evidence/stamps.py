"""Time stamps of packs: asked for when one is made, and checked offline against trusted roots."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconcile.config import Settings
from reconcile.errors import ConfigurationError, StampFailed
from reconcile.jobs.session import Session
from reconcile.setting_values import beside, read_bytes
from reconcile.stamp.token import Roots, Stamp, WrongStampError, checked, question, roots_in, told

_UNSTAMPED: Final = "Nothing was written. Try again, or do without a stamp: --unstamped"
_REVOKED: Final = "Whether the certificate of {authority} was revoked: no such list was asked for."


@dataclass(frozen=True, slots=True)
class StampFound:
    """What a stamp proves, in sentences. fails: whether it does not hold, or is asked for and not there."""

    proved: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    fails: bool = False


def roots_path(settings: Settings) -> Path | None:
    """The file of the roots that the settings trust; None where they name none."""
    return beside(settings.stamps.roots, settings.file) if settings.stamps.roots else None


def trusted_roots(settings: Settings) -> Roots | None:
    """The roots that the settings trust; None where they name none. Raises ConfigurationError."""
    file = roots_path(settings)
    return read_roots(file) if file else None


def read_roots(file: Path) -> Roots:
    """The root certificates in a file. Raises ConfigurationError."""
    return roots_in(read_bytes(file), str(file))


def ask_for_stamp(session: Session, stamped: bytes) -> bytes:
    """The answer of the authority that the settings name, over the SHA-256 of a text; checked at once.

    Raises StampFailed where there is no stamp, and ConfigurationError.
    """
    from reconcile.stamp.authority import ask

    roots, asked = trusted_roots(session.settings), question(stamped)
    assert roots  # as the settings were read
    try:
        answer = ask(session.settings.stamps, asked.content)
        checked(answer, stamped, roots, asked.nonce)
    except StampFailed as error:
        raise StampFailed(f"{error} {_UNSTAMPED}") from error
    except WrongStampError as error:
        raise StampFailed(
            f"What the time-stamping authority answered {error} (root certificates: {roots.file}). "
            f"{_UNSTAMPED}"
        ) from error
    return answer


def stamp_words(answer: bytes, stamped: bytes) -> str:
    """When a stamp was made and by whom, as it says."""
    return _words(told(answer, stamped))


def check_stamp(answer: bytes, stamped: bytes, roots: Roots | None, name: str, of: str) -> StampFound:
    """What a stamp proves. name: of its file; of: of the file that is stamped. Without roots nothing is."""
    try:
        if roots is None:
            return StampFound(open=(_unchecked(told(answer, stamped), name),))
        stamp = checked(answer, stamped, roots)
    except WrongStampError as error:
        return StampFound(open=(f"When it was: {name} {error}.",), fails=True)
    except ConfigurationError as error:
        return StampFound(open=(f"When it was, by {name}: {error}.",))
    return StampFound(
        (f"{of} was there at {_words(stamp)} stamped it ({name}), by the certificates in {roots.file}.",),
        (_REVOKED.format(authority=stamp.authority),),
    )


def no_stamp(roots: Roots | None) -> StampFound:
    """That there is no stamp; it fails where roots ask for one."""
    if roots is None:
        return StampFound()
    said = f"Since when it is there: it has no time stamp, and {roots.file} asks for one."
    return StampFound(open=(said,), fails=True)


def _unchecked(stamp: Stamp, name: str) -> str:
    return (
        f"When it was, by {name}: {stamp.authority} says {stamp.at:%Y-%m-%d %H:%M:%S} UTC, unchecked. "
        "Name the root certificate that you trust: --roots FILE."
    )


def _words(stamp: Stamp) -> str:
    return f"{stamp.at:%Y-%m-%d %H:%M:%S} UTC: {stamp.authority}"
