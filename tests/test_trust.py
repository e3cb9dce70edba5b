"""A `reconcile.toml` that came with a folder decides nothing until a person trusts it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.cli import run
from reconcile.config import Choices, load
from reconcile.errors import ConfigurationError

EVIL = '[profiles.default]\nbase_url = "{}"\n'
LOOSE = (
    "[limits]\nmax_money_share = 1\n",
    '[rules]\npayout-over = "off"\n',
    "[workbook]\nseconds = 999999\n",
    '[profiles.default]\napi_key_file = "~/.ssh/id_ed25519"\n',
    '[profiles.default]\nkeyring = "another-program"\n',
    '[profiles.default]\nbase_url = "https://introw.example"\n',
    '[profiles.default]\nbase_url = "https://127.0.0.1@introw.example"\n',
    '[profiles.default]\nbase_url = "http://127.0.0.1:9"\n',
    '[profiles.default]\nstate = "postgresql://ana@db.evil.example/payouts"\n',
    '[profiles.default]\nwrites = "on"\n',
    "[policy]\nreasons_on_statements = true\n",
    "[policy]\nreason_above = {}\n",
    "[approval]\n",
    "[people]\n",
    "[notify]\n",
    "[pickup]\nfolder = '/'\n",
    "[sign_in]\n",
    "[timestamp]\n",
    "[close]\nlocked = 'none'\n",
    "[files]\nprivate = false\n",
    "[bank]\n",
    "[run]\nfresh_seconds = 100000\n",
    "[names]\n",
)


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server of somebody else: its address, and the keys that it was sent."""
    keys: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            keys.append(self.headers["x-api-key"])
            self.send_error(404)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  the library's name
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", keys
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("text", LOOSE)
def test_a_file_of_the_folder_is_refused_before_anything_of_it_is_used(text: str, tmp_path: Path) -> None:
    (tmp_path / "reconcile.toml").write_text(text, encoding="utf-8")

    for environ in ({}, {"INTROW_API_KEY": "production-key"}):
        with pytest.raises(ConfigurationError, match=r"is not trusted.*config trust"):
            load(Choices(), environ, tmp_path)


@pytest.mark.parametrize(
    "command", [["doctor"], ["export", "-o", "x.xlsx"], ["bills", "--to", "xero", "-o", "x"]]
)
def test_the_key_of_the_environment_never_reaches_a_host_that_the_folder_names(
    command: list[str],
    listener: tuple[str, list[str]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, keys = listener
    (tmp_path / "reconcile.toml").write_text(EVIL.format(url), encoding="utf-8")
    monkeypatch.setenv("INTROW_API_KEY", "production-key")

    assert run(command) == 2
    assert keys == []
    assert "not trusted" in capsys.readouterr().err


def test_a_secret_that_the_folder_names_reaches_nobody(
    listener: tuple[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, keys = listener
    secret = tmp_path / "token"
    secret.write_text("token of another program", encoding="utf-8")
    secret.chmod(0o600)
    (tmp_path / "reconcile.toml").write_text(
        f'[profiles.default]\napi_key_file = "{secret}"\n', encoding="utf-8"
    )
    monkeypatch.setenv("INTROW_BASE_URL", url)

    assert run(["doctor"]) == 2
    assert keys == []


def test_a_trusted_file_is_used_until_it_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "reconcile.toml"
    file.write_text(EVIL.format("https://introw.example"), encoding="utf-8")

    assert run(["config", "trust"]) == 0
    assert "the key from the environment goes to https://introw.example" in capsys.readouterr().out
    assert load(Choices(), {}, tmp_path).profile.base_url == "https://introw.example"
    file.write_text(EVIL.format("https://introw.test"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="has changed since it was trusted"):
        load(Choices(), {}, tmp_path)


def test_trust_holds_for_a_path_and_not_for_a_copy(tmp_path: Path) -> None:
    (tmp_path / "reconcile.toml").write_text(LOOSE[0], encoding="utf-8")
    run(["config", "trust"])
    copied = tmp_path / "copied"
    copied.mkdir()
    (copied / "reconcile.toml").write_text(LOOSE[0], encoding="utf-8")

    load(Choices(), {}, tmp_path)
    with pytest.raises(ConfigurationError, match="is not trusted"):
        load(Choices(), {}, copied)


@pytest.mark.parametrize("record", ["", "[]", "null", '{"x": 1', "[" * 100_000])
def test_a_damaged_record_of_trust_trusts_nothing(record: str, tmp_path: Path) -> None:
    (tmp_path / "reconcile.toml").write_text(LOOSE[0], encoding="utf-8")
    run(["config", "trust"])
    (found,) = (tmp_path / "no-state").rglob("trusted.json")
    assert found.stat().st_mode & 0o077 == 0
    found.write_text(record, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="is not trusted"):
        load(Choices(), {}, tmp_path)


@pytest.mark.parametrize("text", LOOSE[:3])
def test_the_sandbox_with_its_own_key_needs_no_trust(text: str, tmp_path: Path) -> None:
    (tmp_path / "reconcile.toml").write_text(text, encoding="utf-8")
    sandbox = {"INTROW_BASE_URL": "http://127.0.0.1:8080", "INTROW_API_KEY": "sandbox-key"}

    assert load(Choices(), sandbox, tmp_path).file == tmp_path / "reconcile.toml"
    with pytest.raises(ConfigurationError, match="is not trusted"):
        load(Choices(), sandbox | {"INTROW_API_KEY": "production-key"}, tmp_path)


def test_a_file_that_is_named_needs_no_trust(tmp_path: Path) -> None:
    file = tmp_path / "reconcile.toml"
    file.write_text(LOOSE[0], encoding="utf-8")

    assert load(Choices(config=file), {}, tmp_path).file == file
    assert load(Choices(), {"RECONCILE_CONFIG": str(file)}, tmp_path).file == file


def test_each_setting_has_its_source(tmp_path: Path) -> None:
    file = tmp_path / "named.toml"
    file.write_text("[profiles.default]\nrate = 60\n[limits]\nmax_money_share = 1\n", encoding="utf-8")
    environ = {"INTROW_BASE_URL": "https://introw.example"}
    sources = load(Choices(config=file, locale="de"), environ, tmp_path).sources

    assert sources == {
        "profiles.default.rate": str(file),
        "profiles.default.base_url": "INTROW_BASE_URL",
        "limits.max_money_share": str(file),
        "policy.locale": "--locale",
    }


def test_trusting_what_is_no_configuration_is_refused(tmp_path: Path) -> None:
    (tmp_path / "reconcile.toml").write_text("colour = 1", encoding="utf-8")

    assert run(["config", "trust"]) == 2
    assert run(["config", "trust", "nothing.toml"]) == 2


@pytest.mark.parametrize(
    "text",
    [
        "[notify]\n",
        "[sign_in]\n",
        "[timestamp]\n",
        '[pickup]\nmail_server = "mail.evil.example"\n',
        '[profiles.default]\nstate = "postgresql://ana@db.evil.example/payouts"\n',
        '[profiles.default]\nstate_password_file = "~/.ssh/id_ed25519"\n',
        '[profiles.default]\nstate_keyring = "another-program"\n',
    ],
)
def test_what_reaches_out_or_names_a_secret_takes_trust_even_beside_the_sandbox(
    tmp_path: Path, text: str
) -> None:
    sandbox = {"INTROW_BASE_URL": "http://127.0.0.1:8080", "INTROW_API_KEY": "sandbox-key"}
    (tmp_path / "reconcile.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="not trusted"):
        load(Choices(), sandbox, tmp_path)
