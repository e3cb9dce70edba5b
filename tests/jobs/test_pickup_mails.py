"""Workbooks that arrive by mail are prepared and told once, from a real IMAP server; the mailbox stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from cli_session import SET_AMOUNT, CliSession
from imap_server import PASSWORD, USER, ImapServer, imap_server
from notice_servers import webhook

from reconcile.cli.console import Terminal
from reconcile.config import Choices
from reconcile.domain.policy.pickup import PickupPolicy
from reconcile.errors import ConfigurationError, WorkbookError
from reconcile.jobs.pickup.kept_arrivals import Arrival
from reconcile.jobs.pickup.mail_parts import fingerprint, said_by, workbooks
from reconcile.jobs.pickup.mailbox import open_mailbox
from reconcile.jobs.pickup.pick_up import Watch
from reconcile.jobs.pickup.pick_up_mails import pick_up_mails
from reconcile.jobs.session import open_session

XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def imap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    with imap_server(tmp_path_factory.mktemp("imap")) as running:
        yield running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ImapServer]:
    """A mailbox in which nothing is yet."""
    with imap_server(tmp_path) as running:
        yield running


@pytest.fixture
def posts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    monkeypatch.setenv("RECONCILE_MAILBOX_PASSWORD", PASSWORD)
    with webhook() as (port, found, _):
        monkeypatch.setenv("RECONCILE_NOTIFY", f"json://127.0.0.1:{port}/")
        yield found


def _settings(server: ImapServer, *more: str) -> str:
    lines = [
        *(
            "[profiles.default]",
            "rate = 100000",
            "settle_wait = 0.01",
            "[pickup]",
            'mail_server = "localhost"',
        ),
        *(f"mail_port = {server.port}", f'mail_user = "{USER}"', f'mail_authority = "{server.authority}"'),
    ]
    return "\n".join((*lines, *more, ""))


def _mail(*attachments: tuple[str, bytes], subject: str = "The month") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Ana Ruiz <ana@example.com>"
    mail["To"] = USER
    mail["Subject"] = subject
    mail["Message-ID"] = "<one@example.com>"
    mail.set_content("Here it is.")
    for name, content in attachments:
        mail.add_attachment(content, maintype="application", subtype=XLSX, filename=name)
    return mail


def _look(watch: Watch | None = None) -> list[Arrival]:
    return [one for one, _ in pick_up_mails(open_session(Choices(), Terminal()), watch or Watch(None))]


def test_a_workbook_in_a_mail_is_prepared_and_told_once_and_nothing_is_applied(
    cli: CliSession, server: ImapServer, posts: list[Any]
) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT).read_bytes()
    server.deliver(_mail(("march.xlsx", edited), ("logo.png", b"PNG"), ("read me.txt", b"text")))
    server.deliver(_mail(subject="Lunch?"))
    cli.settings(_settings(server))
    code, out, err = cli.run("pickup", "--once")
    again = cli.run("pickup", "--once")
    server.deliver(_mail(("renamed.xlsx", edited), subject="Once more"))
    forwarded = cli.run("pickup", "--once")

    assert (code, err) == (0, "")
    assert out.startswith("march.xlsx: 1 to write")
    assert (again, forwarded) == ((0, "", ""), (0, "", ""))
    assert [one["title"] for one in posts] == ["reconcile: A workbook arrived, and its plan waits"]
    assert "not proven" in posts[0]["message"]
    assert cli.writes() == []
    assert [one for one in server.flags() if b"Seen" in one or b"Deleted" in one] == []
    plan = out.partition("Plan: ")[2].strip()
    assert cli.run("apply", plan, "--yes")[0] == 0
    assert len(cli.writes()) == 1


def test_a_mail_with_the_message_id_of_another_is_a_mail_of_its_own(
    cli: CliSession, server: ImapServer, posts: list[Any]
) -> None:
    cli.settings(_settings(server))
    server.deliver(_mail(subject="Sent first, to stand for the other"))
    assert _look() == []
    server.deliver(_mail(("march.xlsx", cli.edit(cli.export(), SET_AMOUNT).read_bytes())))

    assert [one.state for one in _look()] == ["ready"]


def test_a_mail_that_is_too_large_or_carries_too_much_is_told_once(
    cli: CliSession, server: ImapServer, posts: list[Any]
) -> None:
    cli.settings(_settings(server, "mail_megabytes = 1", "attachments = 2"))
    server.deliver(_mail(("large.xlsx", b"x" * (1 << 20)), subject="Large"))
    server.deliver(_mail(*[(f"{number}.xlsx", b"PK") for number in range(3)], subject="Many"))
    first, again = _look(), _look()

    assert [(one.name, one.state) for one in first] == [("mail “Large”", "broken"), ("mail “Many”", "broken")]
    assert "more than 1 MB" in first[0].problem
    assert "more than 2 workbooks" in first[1].problem
    assert again == []
    assert len(posts) == 2


def test_only_so_many_mails_are_handled_at_one_look_and_the_rest_at_the_next(
    cli: CliSession, server: ImapServer, posts: list[Any]
) -> None:
    cli.settings(_settings(server, "mails = 2", "mail_seconds = 3600"))
    for number in range(3):
        server.deliver(_mail((f"{number}.xlsx", b"PK%d" % number), subject=str(number)))
    watch = Watch(None)
    first = _look(watch)
    too_early = _look(watch)
    watch.next_mails = 0

    assert [one.name for one in first] == ["0.xlsx", "1.xlsx"]
    assert too_early == []
    assert [one.name for one in _look(watch)] == ["2.xlsx"]


def test_introw_that_cannot_be_reached_leaves_the_mail_for_the_next_look(
    cli: CliSession, server: ImapServer, posts: list[Any]
) -> None:
    server.deliver(_mail(("march.xlsx", cli.edit(cli.export(), SET_AMOUNT).read_bytes())))
    cli.settings(_settings(server))
    cli.fault("GET /payouts: 401")

    assert cli.run("pickup", "--once")[0] == 3
    assert [one.state for one in _look()] == ["ready"]


@pytest.mark.parametrize(
    ("change", "password", "why"),
    [
        ({"mail_authority": ""}, PASSWORD, "no certificate that is trusted"),
        ({"mail_server": "127.0.0.1"}, PASSWORD, "no certificate that is trusted"),
        ({}, "wrong", "refused the name or the password"),
        ({"mail_folder": "Payouts"}, PASSWORD, "has no folder Payouts"),
        ({"mail_port": 9}, PASSWORD, "cannot be reached"),
    ],
    ids=["unknown-authority", "another-name", "password", "folder", "nobody-there"],
)
def test_a_mailbox_that_cannot_be_opened_is_a_sentence(
    imap: ImapServer, change: dict[str, Any], password: str, why: str
) -> None:
    named = {"mail_server": "localhost", "mail_port": imap.port, "mail_user": USER}
    policy = PickupPolicy(**{**named, "mail_authority": str(imap.authority), **change})

    with pytest.raises(ConfigurationError, match=why), open_mailbox(policy, password):
        pass


def test_names_in_a_mail_lead_to_no_other_folder(
    cli: CliSession, server: ImapServer, posts: list[Any], tmp_path: Path
) -> None:
    cli.settings(_settings(server))
    for number, name in enumerate(("../../evil.xlsx", "C:\\temp\\evil.xlsx", "/etc/\u202eevil.xlsx")):
        server.deliver(_mail((name, b"PK%d" % number), subject=name))
    found = _look()

    assert len(found) == 3
    assert not any("/" in one.name or "\\" in one.name or "\u202e" in one.name for one in found)
    assert [one.name for one in tmp_path.rglob("*evil*") if "arrivals" not in str(one)] == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 1000,
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
        b"From: =?utf-8?q?=FF?=\r\nContent-Disposition: attachment; filename*=no-such''%00.xlsx\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * 2_000,
        b"Content-Type: message/rfc822\r\n\r\n" * 2_000,
        b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=a.xlsx\r\n\r\n=====",
    ],
    ids=["nothing", "zeros", "torn", "encodings", "nested", "mails-in-mails", "base64"],
)
def test_a_mail_of_any_kind_is_read_or_refused(raw: bytes) -> None:
    with suppress(WorkbookError):
        assert all(one.content for one in workbooks(raw, 10))

    assert all(text.isprintable() for text in said_by(raw))


def test_a_mail_inside_a_mail_is_looked_into() -> None:
    outer = _mail()
    outer.add_attachment(_mail(("march.xlsx", b"PK")))

    assert [one.name for one in workbooks(outer.as_bytes(), 10)] == ["march.xlsx"]


def test_a_mail_is_known_by_all_of_its_head_and_its_size() -> None:
    heads = (b"Message-ID: <one>\r\n", b"Message-ID: <one>\r\nReceived: x\r\n")

    assert len({fingerprint(head, size) for head in heads for size in (1, 2)}) == 4
