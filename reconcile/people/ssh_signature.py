"""Signatures in the form of `ssh-keygen -Y sign` (PROTOCOL.sshsig). Pure.

Anybody can check one without this program: `ssh-keygen -Y verify -n approval@reconcile`. The namespace keeps
a signature that was made for something else from counting here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

NAMESPACE: Final = "approval@reconcile"
_MAGIC: Final = b"SSHSIG"
_VERSION: Final = 1
_KIND: Final = b"ssh-ed25519"
_HASH: Final = "sha512"
_BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
_END: Final = "-----END SSH SIGNATURE-----"
_WIDTH: Final = 70
_SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class SshSignature:
    """A signature and the public key that it claims to be of. key: the key's blob, as in its `.pub` file."""

    key: bytes
    signature: bytes

    def armored(self) -> str:
        """The text that ssh-keygen writes."""
        body = (
            _MAGIC + _VERSION.to_bytes(4, "big") + _strings(self.key, NAMESPACE.encode(), b"", _HASH.encode())
        )
        body += _strings(_strings(_KIND, self.signature))
        text = base64.b64encode(body).decode()
        lines = [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
        return "\n".join((_BEGIN, *lines, _END, ""))


def to_sign(message: bytes) -> bytes:
    """The bytes that the key signs for a message."""
    return _MAGIC + _strings(NAMESPACE.encode(), b"", _HASH.encode(), hashlib.sha512(message).digest())


def read_armored(text: str) -> SshSignature | None:
    """The signature in such a text; None where it is none of an Ed25519 key for approvals."""
    lines = text.strip().splitlines()
    if len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END:
        return None
    try:
        body = base64.b64decode("".join(lines[1:-1]), validate=True)
        head, rest = body[: len(_MAGIC) + 4], body[len(_MAGIC) + 4 :]
        key, namespace, _, algorithm, blob = _parts(rest, 5)
        kind, signature = _parts(blob, 2)
    except (binascii.Error, ValueError):
        return None
    expected = (_MAGIC + _VERSION.to_bytes(4, "big"), NAMESPACE.encode(), _HASH.encode(), _KIND)
    is_ours = (head, namespace, algorithm, kind) == expected and len(signature) == _SIGNATURE_BYTES
    return SshSignature(key, signature) if is_ours else None


def _strings(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _parts(body: bytes, count: int) -> list[bytes]:
    """The strings in a body. Raises ValueError where there are not exactly so many."""
    found = []
    for _ in range(count):
        size, body = int.from_bytes(body[:4], "big"), body[4:]
        if len(body) < size:
            raise ValueError
        found.append(body[:size])
        body = body[size:]
    if body:
        raise ValueError
    return found
