"""Makes the question for a time stamp, and checks the answer against root certificates. Pure.

Only the SHA-256 of what is stamped is in the question. What the library does not say in words is looked at
here: whose stamp it is, of what, and whether the certificate held when it was made.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

LARGEST_ANSWER: Final = 1 << 18
"""Bytes of an answer at most; one with its chain of certificates takes a fortieth of it."""
EXTRA: Final = "Time stamps need an extra: pip install 'reconcile[team]'"
_SHA256: Final = "2.16.840.1.101.3.4.2.1"


class WrongStampError(Exception):
    """An answer is no stamp of this; says why, as what follows "it"."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an authority is asked. nonce: a number that its answer must repeat."""

    content: bytes
    nonce: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a stamp says. at: UTC. authority: the name in the certificate that signed it."""

    at: datetime
    authority: str


@dataclass(frozen=True, slots=True)
class Roots:
    """The root certificates that are trusted, and the file that holds them."""

    file: str
    certificates: tuple[Certificate, ...]


def question(stamped: bytes) -> Question:
    """The question for a stamp over a text: its SHA-256 and a nonce, with the certificates in the answer.

    Raises ConfigurationError where the extra is not installed.
    """
    try:
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415  an extra
    except ImportError as error:
        raise ConfigurationError(EXTRA) from error
    asked = TimestampRequestBuilder().data(stamped).hash_algorithm(HashAlgorithm.SHA256).build()
    assert asked.nonce is not None
    return Question(asked.as_bytes(), asked.nonce)


def roots_in(pem: bytes, file: str) -> Roots:
    """The root certificates in a file. Raises ConfigurationError where it holds none."""
    try:
        from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415  an extra
    except ImportError as error:
        raise ConfigurationError(EXTRA) from error
    try:
        found = load_pem_x509_certificates(pem)
    except ValueError as error:
        raise ConfigurationError(
            f"{file} holds no certificate in PEM (-----BEGIN CERTIFICATE-----): name the root certificate of "
            "the time-stamping authority."
        ) from error
    return Roots(file, tuple(dict.fromkeys(found)))


def told(answer: bytes, stamped: bytes) -> Stamp:
    """What a stamp says of itself, its signature unchecked.

    Raises WrongStampError where it is none, or of something else, and ConfigurationError without the extra.
    """
    with _read_carefully():
        return _told(_response(answer), stamped)


def checked(answer: bytes, stamped: bytes, roots: Roots, nonce: int | None = None) -> Stamp:
    """A stamp whose signature leads to one of the root certificates, by the time that it tells.

    nonce: of the question, where it is still known. Raises WrongStampError, and ConfigurationError without
    the extra.
    """
    with _read_carefully():
        return _checked(answer, stamped, roots, nonce)


@contextmanager
def _read_carefully() -> Iterator[None]:
    """Whatever a parser makes of a damaged answer, it is no stamp: there are three, each with own errors."""
    try:
        yield
    except (WrongStampError, ConfigurationError):
        raise
    except ImportError as error:
        raise ConfigurationError(EXTRA) from error
    except Exception as error:
        raise WrongStampError("is damaged") from error


def _checked(answer: bytes, stamped: bytes, roots: Roots, nonce: int | None) -> Stamp:
    from rfc3161_client import VerificationError, VerifierBuilder  # noqa: PLC0415  an extra

    response = _response(answer)
    stamp, signer = _told(response, stamped), _signer(response)
    if nonce is not None and response.tst_info.nonce != nonce:
        raise WrongStampError("answers another question: it does not repeat the nonce")
    if not signer.not_valid_before_utc <= stamp.at <= signer.not_valid_after_utc:
        raise WrongStampError(
            f"was made on {stamp.at:%Y-%m-%d}, when the certificate of {stamp.authority} was not "
            f"valid: from {signer.not_valid_before_utc:%Y-%m-%d} to {signer.not_valid_after_utc:%Y-%m-%d}"
        )
    try:
        VerifierBuilder(roots=list(roots.certificates)).build().verify_message(response, stamped)
    except VerificationError as error:
        raise WrongStampError(_refusal(str(error))) from error
    return stamp


def _refusal(said: str) -> str:
    """What is wrong with the signature, from the words of openssl."""
    found = re.search(r'Verify error: ([^"]+)', said)
    if found:
        return f"is not signed by an authority of these root certificates ({found[1].rstrip()})"
    return "has a signature that does not fit" if "pkcs7" in said else f"cannot count: {said.rstrip('.')}"


def _response(answer: bytes) -> TimeStampResponse:
    from rfc3161_client import PKIStatus, decode_timestamp_response  # noqa: PLC0415  an extra

    if len(answer) > LARGEST_ANSWER:
        raise WrongStampError("is larger than any stamp")
    try:
        response = decode_timestamp_response(_in_order(answer))
    except (ValueError, TypeError) as error:
        raise WrongStampError("is no answer of a time-stamping authority (RFC 3161)") from error
    if response.status != PKIStatus.GRANTED:
        said = ", ".join(response.status_string).rstrip(".")
        raise WrongStampError(f"is a refusal: {said or f'status {response.status}'}")
    return response


def _in_order(answer: bytes) -> bytes:
    """The answer with its certificates in the order of DER: openssl, and authorities that use it, keep none.

    They are outside of what is signed. What holds no stamp stays as it is.
    """
    from asn1crypto.cms import CertificateSet  # type: ignore[import-untyped]  # noqa: PLC0415  an extra
    from asn1crypto.tsp import TimeStampResp  # type: ignore[import-untyped]  # noqa: PLC0415  an extra

    try:
        response = TimeStampResp.load(answer, strict=True)
        signed = response["time_stamp_token"]["content"]
        signed["certificates"] = CertificateSet(sorted(signed["certificates"], key=lambda one: one.dump()))
        made: bytes = response.dump()
    except (ValueError, TypeError, KeyError):
        return answer
    return made


def _told(response: TimeStampResponse, stamped: bytes) -> Stamp:
    imprint = response.tst_info.message_imprint
    is_of_this = imprint.message == hashlib.sha256(stamped).digest()
    if not is_of_this or imprint.hash_algorithm.dotted_string != _SHA256:
        raise WrongStampError("is a stamp of something else")
    return Stamp(response.tst_info.gen_time, _signer(response).subject.rfc4514_string())


def _signer(response: TimeStampResponse) -> Certificate:
    """The certificate that the signature names."""
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415  an extra

    (info,) = response.signed_data.signer_infos
    there = [load_der_x509_certificate(one) for one in response.signed_data.certificates]
    named = [one for one in there if (one.issuer, one.serial_number) == (info.issuer, info.serial_number)]
    if len(named) != 1:
        raise WrongStampError("does not hold the one certificate that signed it")
    return named[0]
