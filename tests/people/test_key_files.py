"""A private key is read only from a file that is one, is its owner's alone, and is opened rightly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from signers import key_file, public_line

from reconcile.domain.policy.approval import fingerprint_of, key_blob
from reconcile.errors import ConfigurationError
from reconcile.people.keys import read_signing_key


def _never() -> str:
    raise AssertionError("Nobody must be asked.")


def test_a_key_without_a_passphrase_is_read_without_asking(tmp_path: Path) -> None:
    key = read_signing_key(key_file(tmp_path, "ana"), _never)

    assert key.fingerprint == fingerprint_of(key_blob(public_line("ana")) or b"")


def test_a_key_with_a_passphrase_is_opened_by_it(tmp_path: Path) -> None:
    key = read_signing_key(key_file(tmp_path, "ana", "a long one"), lambda: "a long one")

    assert key.blob == key_blob(public_line("ana"))


@pytest.mark.parametrize("typed", ["wrong", ""])
def test_a_wrong_passphrase_is_a_sentence(tmp_path: Path, typed: str) -> None:
    with pytest.raises(ConfigurationError, match=r"The passphrase of .*ana\.key is wrong"):
        read_signing_key(key_file(tmp_path, "ana", "a long one"), lambda: typed)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = key_file(tmp_path, "ana")
    file.chmod(mode)

    with pytest.raises(ConfigurationError, match=r"Others can read the key file .*chmod 600"):
        read_signing_key(file, _never)


def test_what_is_no_key_is_a_sentence_each(tmp_path: Path) -> None:
    public, cut, other = tmp_path / "ana.pub", tmp_path / "cut", tmp_path / "other"
    public.write_text(public_line("ana"), encoding="utf-8")
    cut.write_bytes(key_file(tmp_path, "ana").read_bytes()[:120])
    other.write_bytes(
        generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    )
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    expected = {
        tmp_path / "none": "cannot be read",
        public: "is not a private key in OpenSSH form",
        cut: "its end is missing",
        other: "is not an Ed25519 key",
        pipe: "is not a file",
    }
    for file, words in expected.items():
        if file.exists():
            file.chmod(0o600)
        with pytest.raises(ConfigurationError, match=words):
            read_signing_key(file, str)


def test_the_key_is_never_shown(tmp_path: Path) -> None:
    assert "Ed25519PrivateKey" not in repr(read_signing_key(key_file(tmp_path, "ana"), _never))
