"""A real IMAP server (pymap) with TLS on loopback, in a process of its own.

python -m imap_server FOLDER     FOLDER has chain.pem; the port is printed
"""

from __future__ import annotations

import asyncio
import imaplib
import ssl
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from notice_servers import certificate
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer

USER, PASSWORD = "payouts@example.com", "correct horse"


@dataclass(frozen=True)
class ImapServer:
    """A server that runs. authority: the file with the certificate that makes it trusted."""

    port: int
    authority: Path

    def deliver(self, mail: EmailMessage | bytes, folder: str = "INBOX") -> None:
        """Puts a mail into the mailbox."""
        with self._open() as mailbox:
            raw = mail if isinstance(mail, bytes) else mail.as_bytes()
            assert mailbox.append(folder, "", None, raw)[0] == "OK"  # type: ignore[arg-type]

    def flags(self) -> list[bytes]:
        """The flags of all mails, as the server has them."""
        with self._open() as mailbox:
            mailbox.select("INBOX", readonly=True)
            return [one for one in mailbox.fetch("1:*", "(FLAGS)")[1] if isinstance(one, bytes)]

    def _open(self) -> imaplib.IMAP4_SSL:
        context = ssl.create_default_context(cafile=self.authority)
        mailbox = imaplib.IMAP4_SSL("localhost", self.port, ssl_context=context)
        mailbox.login(USER, PASSWORD)
        return mailbox


@contextmanager
def imap_server(folder: Path) -> Iterator[ImapServer]:
    """A server for as long as the block lasts."""
    authority, _ = certificate(folder, "localhost")
    words = [sys.executable, "-W", "ignore", str(Path(__file__)), str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield ImapServer(int(process.stdout.readline()), authority)
        finally:
            process.terminate()


async def _serve(folder: Path) -> None:
    named = {"demo_data": False, "demo_user": USER, "demo_password": PASSWORD}
    place = {"host": "127.0.0.1", "port": 0, "cert": None, "key": None, "tls": False, "debug": False}
    rest = {"passlib_cfg": None, "proxy_protocol": None, "inherited_sockets": None}
    backend, config = await DictBackend.init(Namespace(**named, **place, **rest))
    config.apply_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain.pem")
    spoken = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
    async with AsyncExitStack() as stack:
        await backend.start(stack)
        server = await asyncio.start_server(spoken, "127.0.0.1", 0, ssl=context)
        print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  read by whoever started it
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
