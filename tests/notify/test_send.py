"""Notices reach a real mail server, a webhook, Slack's and Teams' services; none holds up the job."""

from __future__ import annotations

import json
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import requests
import urllib3
from cli_session import PATIENCE
from endless_answers import HEAD, bomb, listening, packed, packed_twice, raw_deflate
from notice_servers import chat_services, mail_server, webhook

from reconcile.errors import ConfigurationError
from reconcile.notify.bounded_answers import LONGEST
from reconcile.notify.notice import Notice
from reconcile.notify.send import send
from reconcile.notify.targets import targets_of

HOSTILE = "<!channel> @here [pay](http://evil.com) <b>x</b> <at>all</at> *now* `code`"
NOTICE = Notice(
    "broken",
    "1",
    "A workbook arrived with errors",
    (("File", HOSTILE),),
    (("Moves", "9,761.12 USD"),),
    "Look at it.",
)
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TEAMS = "workflows://prod-1.westeurope.logic.azure.com/workflow/signature"


def _told(text: str, notice: Notice = NOTICE, *, amounts: bool = False, seconds: float = 60) -> list[str]:
    return list(send(targets_of(text), notice, amounts=amounts, seconds=seconds).values())


def test_a_mail_says_it_in_html_and_in_plain_text_and_has_no_link_and_no_tag_of_somebody_else() -> None:
    with mail_server() as (port, mails):
        problems = _told(f"mailto://127.0.0.1:{port}?from=desk@example.com&to=ana@example.com")

    (mail,) = mails
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    plain = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert problems == []
    assert (mail["Subject"], mail["To"]) == ("reconcile: A workbook arrived with errors", "ana@example.com")
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "http[:]/ /evil[.]com" in html
    assert all("evil.com" not in text and "@here" not in text and "USD" not in text for text in (html, plain))
    assert "Look at it." in plain


def test_a_webhook_gets_plain_text_and_amounts_only_where_the_settings_let_them() -> None:
    with webhook() as (port, posts, _):
        address = f"json://127.0.0.1:{port}/hook"
        assert _told(address) == []
        assert _told(address, amounts=True) == []

    assert posts[0]["title"] == "reconcile: A workbook arrived with errors"
    assert "9,761.12 USD" not in posts[0]["message"]
    assert posts[1]["message"].splitlines()[1:] == ["Moves: 9,761.12 USD", "Look at it."]


def test_slack_and_teams_get_their_own_markup_and_nothing_in_a_value_is_markup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with chat_services(tmp_path) as (variables, posts):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert _told(SLACK) == []
        assert _told(TEAMS) == []

    blocks = posts[0]["attachments"][0]["blocks"]
    assert blocks[1]["text"] == {
        "type": "mrkdwn",
        "text": "File: `&lt;!channel&gt; [at]here [pay](http[:]/ /evil[.]com) &lt;b&gt;x&lt;/b&gt; "
        "&lt;at&gt;all&lt;/at&gt; *now* 'code'`\nLook at it.",
    }
    card = posts[1]["attachments"][0]["content"]
    assert "entities" not in card["msteams"]
    assert [one["type"] for one in card["body"]] == ["TextBlock", "TextBlock"]
    assert card["body"][1]["text"].startswith(
        "**File**: \u2039\\!channel\u203a \\[at\\]here \\[pay\\]\\(http\\[\\:\\]/ /evil\\[\\.\\]"
    )
    assert "apprise" not in json.dumps(posts).lower()


def test_one_that_refuses_keeps_nobody_else_from_being_told() -> None:
    with webhook() as (port, posts, status):
        status[0] = 500
        problems = _told(f"json://127.0.0.1:{port}/\n# a remark\n\njson://127.0.0.1:{port}/two")

    assert len(posts) == 2
    assert [one.partition(":")[0] for one in problems] == [
        "webhook (address 1) did not take it",
        "webhook (address 2) did not take it",
    ]


@pytest.mark.parametrize("kind", ["json", "mailto"])
def test_a_server_that_sends_without_end_is_cut_off_when_the_time_is_over(kind: str) -> None:
    ended = threading.Event()

    def talk(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(b"" if kind == "mailto" else HEAD + b"\r\n")
            while True:
                connection.sendall(b"220-and so on\r\n")
                time.sleep(0.001)
        ended.set()

    with listening(talk) as port:
        problems = _told(f"{kind}://127.0.0.1:{port}/?from=a@example.com&to=b@example.com", seconds=1)
        assert ended.wait(PATIENCE)

    assert len(problems) == 1
    assert problems[0].endswith("check the address, its password or token, and the network.")


def _zeros(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"\r\n")
    while True:
        connection.sendall(bytes(1 << 20))


def _chunks(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"100000\r\n" + bytes(1 << 20) + b"\r\n")


def _mail_lines(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"220-and so on\r\n" * 1000)


def _mail_line(connection: socket.socket) -> None:
    connection.sendall(b"220-")
    while True:
        connection.sendall(bytes(1 << 20))


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        *(("json", one) for one in (_zeros, _chunks, bomb, packed_twice, raw_deflate)),
        *(("mailto", one) for one in (_mail_lines, _mail_line)),
    ],
)
def test_an_answer_of_zeros_ends_at_a_bound_of_bytes_long_before_the_time(
    kind: str, answer: Callable[[socket.socket], None]
) -> None:
    ended = threading.Event()

    def talk(connection: socket.socket) -> None:
        if kind == "json":
            connection.recv(65536)
        with suppress(OSError):
            answer(connection)
        ended.set()

    address = "{}://127.0.0.1:{}/?from=a@example.com&to=b@example.com"
    with webhook() as (port, _, _):
        _told(address.format("json", port))  # so that loading the library is not counted
    for form in (zlib.MAX_WBITS | 16, -zlib.MAX_WBITS):
        packed(form)
    tracemalloc.start()
    start = time.monotonic()
    with listening(talk) as port:
        problems = _told(address.format(kind, port), seconds=PATIENCE)
        assert ended.wait(PATIENCE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "did not take it" in problems[0]
    assert time.monotonic() - start < PATIENCE / 2
    assert peak < 40 * LONGEST


def test_the_rest_of_the_process_has_the_library_as_it_is() -> None:
    with webhook() as (port, _, _):
        address = f"http://127.0.0.1:{port}/"
        _told(f"json://127.0.0.1:{port}/")
        answer = requests.post(address, json={}, timeout=PATIENCE, stream=True)

    assert isinstance(answer.raw, urllib3.HTTPResponse)


def test_a_server_that_never_answers_is_left_behind_when_the_time_is_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        problems = _told(f"json://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.05)

    assert "gave no answer in time" in problems[0]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd?secret",
        "exec://secret",
        "secret",
        "syslog://secret",
        "slack://secret/?template=/etc/passwd",
        "json://secret/?redirect=yes",
        "workflows://secret",
    ],
)
def test_an_address_of_another_kind_or_with_more_power_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        _told(f"# first\n{url}")

    assert "secret" not in str(refused.value)
    assert "secret" not in repr(targets_of("json://user:secret@host/"))


def test_no_more_than_twenty_addresses_are_taken() -> None:
    with pytest.raises(ConfigurationError, match="at most 20"):
        targets_of("json://host\n" * 21)
