"""A mail server and mails that mean harm cost a bounded time and end in a sentence."""

from __future__ import annotations

import itertools
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from endless_answers import listening
from notice_servers import certificate

from reconcile.domain.policy.pickup import PickupPolicy
from reconcile.errors import ConfigurationError, WorkbookError
from reconcile.jobs.pickup.mail_parts import said_by, workbooks
from reconcile.jobs.pickup.mailbox import MailHead, open_mailbox

NOW = datetime(2026, 4, 1, tzinfo=UTC)
HEAD = b"From: ana@example.com\r\n\r\n"
FOUND = b"* 1 FETCH (UID 7 RFC822.SIZE 30 BODY[HEADER]<0> {%d}\r\n%b)\r\n" % (len(HEAD), HEAD)
HONEST = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
    "LOGIN": b"",
    "EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n",
    "SEARCH": b"* SEARCH 7\r\n",
    "FETCH": FOUND,
    "LOGOUT": b"* BYE\r\n",
}
Told = Callable[[ssl.SSLSocket], None]


def _sent(once: bytes = b"", *, then: bytes | None = None, pause: float = 0) -> Told:
    """Says something once, and something else for ever."""

    def tell(connection: ssl.SSLSocket) -> None:
        connection.sendall(once)
        while then is not None:
            connection.sendall(then)
            time.sleep(pause)

    return tell


ATTACKS: dict[str, Told] = {
    "silence": _sent(then=b"", pause=0.05),
    "a byte now and then": _sent(then=b"*", pause=0.02),
    "a line without an end": _sent(then=b"a" * 10_000),
    "lines without an end": _sent(then=b"* 1 EXISTS\r\n" * 500),
    "10 GB announced": _sent(b"* SEARCH {10737418240}\r\n"),
    "10 GB sent": _sent(b"* 1 FETCH {10737418240}\r\n", then=b"a" * 10_000),
    "a length of 5,000 digits": _sent(b"* SEARCH {" + b"9" * 5_000 + b"}\r\n"),
    "many texts in one answer": _sent(then=b"* SEARCH {3}\r\nabc {3}\r\nabc\r\n"),
    "no line of the protocol": _sent(b"HTTP/1.1 200 OK\r\n\r\n"),
    "other letters": _sent("* CAPABILITY ١٢٣\r\n".encode()),
    "no answer": _sent(b""),
    "an end": _sent(b"* BYE\r\n"),
    "a refusal": _sent(b"* NO\r\n* BAD\r\n"),
}  # fmt: skip


@contextmanager
def _server(folder: Path, at: str, attack: Told | None) -> Iterator[PickupPolicy]:
    """An honest mail server with one mail, but for what it says to one command."""
    authority, chain = certificate(folder, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)

    def talk(plain: socket.socket) -> None:
        with context.wrap_socket(plain, server_side=True) as connection:
            if at == "greeting" and attack:
                attack(connection)
            connection.sendall(b"* OK ready\r\n")
            with connection.makefile("rb") as lines:
                for line in lines:
                    tag, *words = line.decode().upper().split()
                    name = words[1] if words[0] == "UID" else words[0]
                    if name == at and attack:
                        attack(connection)
                    connection.sendall(HONEST[name] + tag.encode() + b" OK done\r\n")

    with listening(talk) as port:
        yield PickupPolicy(
            mail_server="localhost",
            mail_port=port,
            mail_user="ana",
            mail_authority=str(authority),
            mail_answer_seconds=0.7,
        )


def _looked(policy: PickupPolicy) -> list[MailHead]:
    with open_mailbox(policy, "password") as mailbox:
        found = list(mailbox.heads(mailbox.numbers(NOW)))
        assert all(len(mailbox.whole(one.number)) <= (policy.mail_megabytes << 20) + 1 for one in found)
        return found


def test_an_honest_server_is_read(tmp_path: Path) -> None:
    with _server(tmp_path, "", None) as policy:
        assert _looked(policy) == [MailHead("7", 30, HEAD)]


@pytest.mark.parametrize("at", ["greeting", *HONEST])
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_at_any_step_ends_in_a_sentence(tmp_path: Path, name: str, at: str) -> None:
    """Or in mails that were read, where it says nothing that matters."""
    with _server(tmp_path, at, ATTACKS[name]) as policy:
        try:
            found = _looked(policy)
        except ConfigurationError as error:
            assert "mail server localhost" in str(error)  # noqa: PT017  either outcome is right
        else:
            assert set(found) <= {MailHead("7", 30, HEAD)}


SPENT: dict[str, bytes] = {
    "more numbers": b"* SEARCH" + b"".join(b" %d" % one for one in range(1, 5_002)) + b"\r\n",
    "one number": b"* SEARCH" + b" 7" * 100_000 + b"\r\n",
    "numbers of other kinds": b"* SEARCH 7 1:* \xd9\xa1 7(X) " + b"9" * 5_000 + b"\r\n",
}


@pytest.mark.parametrize("name", SPENT)
def test_strange_numbers_of_mails_are_left_out_or_refused(tmp_path: Path, name: str) -> None:
    with _server(tmp_path, "SEARCH", _sent(SPENT[name])) as policy, open_mailbox(policy, "p") as mailbox:
        if name == "more numbers":
            with pytest.raises(ConfigurationError, match="more than 5,000 mails"):
                mailbox.numbers(NOW)
        else:
            assert mailbox.numbers(NOW) == ("7",)


def test_a_size_of_too_many_digits_is_no_mail(tmp_path: Path) -> None:
    said = b"* 1 FETCH (UID 8 RFC822.SIZE " + b"9" * 6_000 + b" BODY[HEADER]<0> {0}\r\n)\r\n"
    with _server(tmp_path, "FETCH", _sent(said)) as policy, open_mailbox(policy, "p") as mailbox:
        assert [one.number for one in mailbox.heads(["7", "8"])] == ["7"]


MIXED = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
WORKBOOK = b"Content-Disposition: attachment; filename=a.xlsx\r\n\r\nPK"


def _nested(depth: int) -> bytes:
    heads = (b"Content-Type: multipart/mixed; boundary=x%d\n\n--x%d\n" % (one, one) for one in range(depth))
    return b"".join(heads)


COSTLY: dict[str, bytes] = {
    "parts": MIXED + b"--x\n\n" * 300_000,
    "nested": _nested(3_000),
    "nested, with lines": _nested(90) + b"\n" * 20_000,
    "lines": MIXED + b"\n" * 3_000_000,
    "headers": b"X: a\n" * 100_000 + b"\nx",
    "a type of many parameters": b"Content-Type: a/b;" + b"c=d;" * 20_000 + b"\r\n\r\nx",
    "a name of many quotes": b'Content-Disposition: attachment; filename="' + b'";' * 50_000 + b"\r\n\r\nx",
    "a name in many pieces": b"Content-Disposition: attachment;"
    + b"".join(b"filename*%d=a;" % one for one in range(20_000))
    + b"\r\n\r\nx",
    "a header in many lines": b"Subject: a\n" + b" b\n" * 100_000 + b"\nx",
    "senders": b"From: " + b'"a" ' * 50_000 + b"\r\n\r\nx",
    "brackets": b"From: " + b"(" * 50_000 + b"\r\n\r\nx",
}


@pytest.mark.parametrize("name", COSTLY)
def test_a_mail_that_is_costly_to_read_is_read_or_refused_soon(name: str) -> None:
    raw = COSTLY[name]
    try:
        assert workbooks(raw, 10) == []
    except WorkbookError as error:
        assert str(error).endswith("Ask for the workbook in another way.")  # noqa: PT017  either is right

    assert all(len(text) <= 200 for text in said_by(raw[: 1 << 16]))


NAMES = (
    "../../a.xlsx", "C:\\a.xlsx", "\\\\host\\share\\a.xlsx", "a\x00.xlsx", "con.xlsx", "a.xlsx.", "\u202exslx.a.xlsx",
    "<script>alert(1)</script>.xlsx", "x" * 5_000 + ".xlsx", "=cmd|'/c calc'!A1.xlsx", "{{ 7*7 }}.xlsx", "\x1b[31m.xlsx",
)  # fmt: skip
FORMS = (
    'filename="{}"',
    "filename*=utf-8''{}",
    "filename*=no-such-letters''{}",
    "filename*0={};filename*1=.xlsx",
)


@pytest.mark.parametrize(("name", "form"), list(itertools.product(NAMES, FORMS)))
def test_a_hostile_name_of_an_attachment_hides_no_path_and_no_control(name: str, form: str) -> None:
    said = form.format(name).encode()
    found = workbooks(b"Content-Disposition: attachment; " + said + b"\r\n\r\nPK", 10)

    assert all(one.name.isprintable() and len(one.name) <= 200 for one in found)
    assert not any("/" in one.name or "\\" in one.name for one in found)
