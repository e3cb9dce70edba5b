"""Signatures are those of ssh-keygen, byte for byte, and a broken one is never read as sound."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reconcile.domain.policy.approval import fingerprint_of, key_blob
from reconcile.people.keys import SigningKey, is_signed_by
from reconcile.people.ssh_signature import read_armored

# Made by: ssh-keygen -Y sign -f key -n approval@reconcile message
MESSAGE = b"reconcile statement 1\n{}"
BY_SSH_KEYGEN = """\
-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgA6EHv/POEL4dcN0Y50vAmWfk1j
CbpQ1fHdyGZBJVMbgAAAASYXBwcm92YWxAcmVjb25jaWxlAAAAAAAAAAZzaGE1MTIAAABT
AAAAC3NzaC1lZDI1NTE5AAAAQJocTmlXDSZzhzoqdhTcEgib9MHImIujvw8qXTNJ8yX5ZA
drvWkBI8y5pSujlIdChMirWRTgznnkhZkHfX+uFAQ=
-----END SSH SIGNATURE-----
"""
PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
FINGERPRINT = "SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg"


def _key() -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    line = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return SigningKey(key_blob(line) or b"", private)


def test_a_signature_is_the_one_that_ssh_keygen_makes() -> None:
    assert _key().sign(MESSAGE) == BY_SSH_KEYGEN


def test_a_signature_of_ssh_keygen_counts() -> None:
    assert is_signed_by(MESSAGE, BY_SSH_KEYGEN, f"{PUBLIC} ana@example.com")
    assert fingerprint_of(key_blob(PUBLIC) or b"") == FINGERPRINT


def test_a_signature_of_another_namespace_does_not_count() -> None:
    other = base64.b64encode(
        base64.b64decode("".join(BY_SSH_KEYGEN.splitlines()[1:-1])).replace(b"approval@", b"anything@")
    ).decode()

    assert read_armored(f"-----BEGIN SSH SIGNATURE-----\n{other}\n-----END SSH SIGNATURE-----\n") is None


@pytest.mark.parametrize("place", range(6, 180, 3))
def test_no_changed_byte_of_a_signature_passes(place: int) -> None:
    body = bytearray(base64.b64decode("".join(BY_SSH_KEYGEN.splitlines()[1:-1])))
    body[place] ^= 1
    text = base64.b64encode(bytes(body)).decode()

    assert not is_signed_by(
        MESSAGE, f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----", PUBLIC
    )


@pytest.mark.parametrize("text", ["", "nonsense", BY_SSH_KEYGEN[:200], BY_SSH_KEYGEN.replace("U1NI", "????")])
def test_what_is_no_signature_does_not_count(text: str) -> None:
    assert not is_signed_by(MESSAGE, text, PUBLIC)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        f"{PUBLIC}AAAA",
        PUBLIC.replace("ssh-ed25519 ", "ssh-ed25519-cert "),
    ],
)
def test_a_line_that_is_no_ed25519_key_is_none(line: str) -> None:
    assert key_blob(line) is None
