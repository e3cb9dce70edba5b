"""Where the state is kept: a file of this computer, or a PostgreSQL database that a team shares."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from reconcile.errors import ConfigurationError
from reconcile.loopback import is_loopback

SCHEMES: Final = ("postgresql", "postgres")
_OPTIONS: Final = {"sslmode", "sslrootcert", "sslcert", "sslkey"}
_FORM: Final = "postgresql://USER@HOST:PORT/DATABASE"
_PORT: Final = 5432


@dataclass(frozen=True, slots=True)
class StateServer:
    """A PostgreSQL database that holds the state. The password is never in here.

    options: those about TLS that the URL names. lease: seconds without a sign of life after which a process
    no longer holds an environment.
    """

    user: str
    host: str
    port: int
    database: str
    options: Mapping[str, str]
    lease: float

    @property
    def is_local(self) -> bool:
        """Whether it is on this computer."""
        return is_loopback(self.host)

    @property
    def tls(self) -> dict[str, str]:
        """How the connection is protected: the certificate is verified wherever it leaves this computer."""
        if self.is_local and not self.options:
            return {"sslmode": "prefer"}
        return {"sslrootcert": "system", **self.options, "sslmode": "verify-full"}

    @property
    def notes_name(self) -> str:
        """The name under which this computer notes something about it."""
        return hashlib.sha256(f"{self.host}:{self.port}/{self.database}".encode()).hexdigest()[:16]

    def __str__(self) -> str:
        """The URL as it may be shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"postgresql://{self.user}@{host}:{self.port}/{self.database}"


def place_of(state: str | Path, lease: float, notes: Path) -> tuple[Path, StateServer | None]:
    """The file of the state; with a URL the server, and the file beside which the notes on it are.

    notes: the folder of this computer's notes. Raises ConfigurationError for a URL that cannot be used; it is
    not shown, since a password may be in it.
    """
    text = str(state)
    if "://" not in text:
        return Path(text).expanduser(), None
    server = _server(text, lease)
    return notes / server.notes_name, server


def _server(text: str, lease: float) -> StateServer:
    try:
        parts = urlsplit(text)
        port = parts.port or _PORT
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise ConfigurationError(f"The URL of the state is none. Write: {_FORM}") from None
    database, user = unquote(parts.path.strip("/")), unquote(parts.username or "")
    if parts.scheme not in SCHEMES or not parts.hostname or not database or not user:
        raise ConfigurationError(f"The URL of the state must name user, host and database: {_FORM}")
    if parts.password is not None:
        raise ConfigurationError(
            "The URL of the state holds a password. Take it out, and set RECONCILE_STATE_PASSWORD, "
            "state_password_file or state_keyring instead."
        )
    _check_options(options, parts.hostname)
    return StateServer(user, parts.hostname, port, database, options, lease)


def _check_options(options: Mapping[str, str], host: str) -> None:
    if unknown := sorted(set(options) - _OPTIONS):
        raise ConfigurationError(
            f"The URL of the state has an option {unknown[0]!r}; there are: {', '.join(sorted(_OPTIONS))}."
        )
    if options.get("sslmode", "verify-full") != "verify-full":
        raise ConfigurationError(
            f"The connection to {host} must be verified: take sslmode out of the URL of the state, or set "
            "verify-full. Where a certificate of your own signs the server's, name it with sslrootcert."
        )
