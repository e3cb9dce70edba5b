"""Reads a private key, signs with it, and checks signatures."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconcile.domain.policy.approval import fingerprint_of, key_blob
from reconcile.errors import ConfigurationError
from reconcile.people.ssh_signature import SshSignature, read_armored, to_sign

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_LONGEST: Final = 10_000
_KEY_BYTES: Final = 32
_EXTRA: Final = "Approvals need an extra: pip install 'reconcile[team]'."


@dataclass(frozen=True)
class SigningKey:
    """A private key that was opened. blob: its public part, as in the `.pub` file."""

    blob: bytes
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the public key."""
        return fingerprint_of(self.blob)

    @property
    def line(self) -> str:
        """The public key as the settings write it: `ssh-ed25519 AAAA...`."""
        return f"ssh-ed25519 {base64.b64encode(self.blob).decode()}"

    def sign(self, message: bytes) -> str:
        """The signature over a message, as ssh-keygen writes it."""
        return SshSignature(self.blob, self.private.sign(to_sign(message))).armored()


def read_signing_key(file: Path, passphrase: Callable[[], str]) -> SigningKey:
    """The Ed25519 key in a file that only its owner can read. passphrase: asked for where the key has one.

    Raises ConfigurationError in one sentence.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  an extra
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  an extra
            Ed25519PrivateKey,
        )
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415  an extra
            Encoding,
            PublicFormat,
            load_ssh_private_key,
        )
    except ImportError as error:
        raise ConfigurationError(_EXTRA) from error
    content = _content(file)
    try:
        try:
            private = load_ssh_private_key(content, None)
        except (TypeError, ValueError):
            # Only a key with a passphrase is asked about: what is no key at all fails below as well.
            private = load_ssh_private_key(content, _asked(content, file, passphrase))
    except (ValueError, TypeError) as error:
        raise ConfigurationError(_why_not(content, file)) from error
    except UnsupportedAlgorithm as error:
        raise ConfigurationError(f"The key file {file} cannot be read: {error}. {_EXTRA}") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise ConfigurationError(f"The key in {file} is not an Ed25519 key. Make one: ssh-keygen -t ed25519")
    line = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return SigningKey(key_blob(line) or b"", private)


def new_private_key() -> str:
    """A new private Ed25519 key without a passphrase, in OpenSSH form. Raises ConfigurationError."""
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  an extra
            Ed25519PrivateKey,
        )
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415  an extra
            Encoding,
            NoEncryption,
            PrivateFormat,
        )
    except ImportError as error:
        raise ConfigurationError(_EXTRA) from error
    made = Ed25519PrivateKey.generate()
    return made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def is_signed_by(message: bytes, signature: str, public_key: str) -> bool:
    """Whether a signature over a message was made by the private part of a public key.

    public_key: `ssh-ed25519 AAAA...`. Raises ConfigurationError without the extra.
    """
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  an extra
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  an extra
            Ed25519PublicKey,
        )
    except ImportError as error:
        raise ConfigurationError(_EXTRA) from error
    found, blob = read_armored(signature), key_blob(public_key)
    if found is None or blob is None or found.key != blob:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(blob[-_KEY_BYTES:]).verify(found.signature, to_sign(message))
    except InvalidSignature:
        return False
    return True


def _content(file: Path) -> bytes:
    try:
        # `open` of the module, since only it can be told not to wait for the other end of a pipe.
        with open(file, "rb", opener=_not_waiting) as stream:
            mode = os.fstat(stream.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise ConfigurationError(f"The key file {file} is not a file. Check --key.")
            if os.name != "nt" and mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise ConfigurationError(f"Others can read the key file {file}. Run: chmod 600 {file}")
            return stream.read(_LONGEST)
    except OSError as error:
        raise ConfigurationError(
            f"The key file {file} cannot be read. Name your private key with --key or RECONCILE_SIGNING_KEY, "
            "or make one: ssh-keygen -t ed25519"
        ) from error


def _not_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _asked(content: bytes, file: Path, passphrase: Callable[[], str]) -> bytes:
    """The passphrase, where a file is a private key at all."""
    if b"BEGIN OPENSSH PRIVATE KEY" not in content:
        raise ConfigurationError(
            f"{file} is not a private key in OpenSSH form. Name the private file, not the .pub beside it."
        )
    return passphrase().encode()


def _why_not(content: bytes, file: Path) -> str:
    has_end = b"END OPENSSH PRIVATE KEY" in content
    return (
        f"The passphrase of {file} is wrong, or the file is damaged."
        if has_end
        else f"The key file {file} is damaged: its end is missing."
    )
