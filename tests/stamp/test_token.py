"""What a stamp of a real openssl is believed to say, and what is not believed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from stamp_authority import DAY, Authority

from reconcile.errors import ConfigurationError
from reconcile.stamp.token import Roots, WrongStampError, checked, question, roots_in, told

HEAD = b"reconcile evidence\nseals 3\nroot 00\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stamp(authority: Authority) -> bytes:
    return authority.stamp(HEAD)


def roots_of(authority: Authority) -> Roots:
    return roots_in(authority.roots.read_bytes(), "root.pem")


def refusal(answer: bytes, roots: Roots, stamped: bytes = HEAD, nonce: int | None = None) -> str:
    with pytest.raises(WrongStampError) as refused:
        checked(answer, stamped, roots, nonce)
    return str(refused.value)


def test_a_stamp_tells_when_and_by_whom(authority: Authority, stamp: bytes) -> None:
    found = checked(stamp, HEAD, roots_of(authority))

    assert abs(found.at - datetime.now(UTC)) < DAY
    assert found.authority == "CN=Stamps"
    assert told(stamp, HEAD) == found


def test_the_question_holds_the_hash_and_nothing_else_of_what_is_stamped(authority: Authority) -> None:
    asked = question(HEAD)

    assert HEAD not in asked.content
    assert len(asked.content) < 80
    checked(authority.answer(asked.content), HEAD, roots_of(authority), asked.nonce)


def test_a_stamp_of_something_else_is_refused(authority: Authority, stamp: bytes) -> None:
    assert refusal(stamp, roots_of(authority), b"another head") == "is a stamp of something else"
    with pytest.raises(WrongStampError):
        told(stamp, b"another head")


def test_an_answer_that_does_not_repeat_the_nonce_is_refused(authority: Authority) -> None:
    asked = question(HEAD)
    plain = authority.answer(authority.without_nonce(asked.content))

    assert "does not repeat the nonce" in refusal(plain, roots_of(authority), nonce=asked.nonce)
    assert "does not repeat the nonce" in refusal(
        authority.answer(question(HEAD).content), roots_of(authority), nonce=asked.nonce
    )


def test_a_stamp_of_an_authority_under_another_root_is_refused(stamp: bytes, tmp_path: Path) -> None:
    said = refusal(stamp, roots_of(Authority(tmp_path / "other")))

    assert said.startswith("is not signed by an authority of these root certificates")


def test_a_certificate_that_had_expired_when_it_stamped_is_refused(tmp_path: Path) -> None:
    expired = Authority(tmp_path / "expired", until=datetime.now(UTC) - DAY)

    assert "the certificate of CN=Stamps was not valid" in refusal(expired.stamp(HEAD), roots_of(expired))


def damaged(answer: bytes) -> Iterator[bytes]:
    """The answer with each byte changed, and cut off at every seventh."""
    for place in range(len(answer)):
        yield answer[:place] + bytes([answer[place] ^ 0xFF]) + answer[place + 1 :]
        yield answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1 :]
    for end in range(0, len(answer), 7):
        yield answer[:end]


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_no_changed_byte_changes_what_is_believed(authority: Authority, stamp: bytes) -> None:
    """A byte outside of what is signed may change; time and authority never do."""
    roots, right = roots_of(authority), checked(stamp, HEAD, roots_of(authority))
    refused = 0
    for answer in damaged(stamp):
        try:
            assert checked(answer, HEAD, roots) == right
        except WrongStampError:
            refused += 1
    assert refused > len(stamp)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "is no answer of a time-stamping authority (RFC 3161)"),
        (b"<html>", "is no answer of a time-stamping authority (RFC 3161)"),
        (b"0" * 300_000, "is larger than any stamp"),
    ],
)
def test_what_is_no_stamp_is_refused(authority: Authority, answer: bytes, said: str) -> None:
    assert refusal(answer, roots_of(authority)) == said


def test_a_refusal_of_the_authority_is_told_in_its_words(authority: Authority) -> None:
    assert refusal(authority.answer(b"no question"), roots_of(authority)).startswith("is a refusal: ")


def test_a_file_without_a_certificate_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"root.pem holds no certificate in PEM"):
        roots_in(b"nothing", "root.pem")
