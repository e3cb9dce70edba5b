"""`init`: the first configuration. Nothing is overwritten, and nothing is left where it does not work."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from cli_session import KEY, CliSession

Init: TypeAlias = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(cli: CliSession, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of a new user, who has set nothing."""
    folder = cli.folder / "home"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    for name in ("INTROW_API_KEY", "INTROW_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    (cli.folder / "reconcile.toml").unlink()
    return folder / "reconcile"


@pytest.fixture
def init(cli: CliSession, home: Path, monkeypatch: pytest.MonkeyPatch) -> Init:
    """Runs `init` for the local server, with a key that comes through a pipe."""

    def run(*options: str, key: str = "", host: bool = True) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(key and key + "\n"))
        return cli.run("init", *(("--base-url", cli.url) if host else ()), *options)

    assert not home.exists()
    return run


def test_a_new_user_gets_a_private_key_file_and_settings_that_only_read(
    cli: CliSession, home: Path, init: Init
) -> None:
    code, out, err = init("--key", "file", key=KEY)

    assert (code, err) == (0, "")
    assert {path.name for path in home.iterdir()} == {"other.key", "reconcile.toml"}
    if os.name != "nt":
        assert {stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()} == {0o600}
    assert KEY not in out + (home / "reconcile.toml").read_text(encoding="utf-8")
    assert "ok     Key: accepted" in out
    assert "Stages seen: APPROVED " in out
    assert "Next: reconcile export --partner NAME -o first.xlsx" in out

    assert cli.run("doctor")[0] == 0
    assert cli.run("export", "-o", cli.folder / "first.xlsx")[0] == 0
    edited = cli.folder / "first.xlsx"
    assert cli.run("apply", edited, "--yes")[0] == 0
    assert not cli.writes()


def test_a_key_in_the_environment_is_used_and_kept_nowhere(
    home: Path, init: Init, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTROW_API_KEY", KEY)

    assert init("--key", "variable", "--profile", "main")[0] == 0
    assert [path.name for path in home.iterdir()] == ["reconcile.toml"]


@pytest.mark.parametrize(
    ("options", "key", "says"),
    [
        (("--key", "file"), "a key of staging", "Nothing was written"),
        (("--key", "file"), "", "There is no key"),
        ((), KEY, "Where the key is kept? Nobody can be asked here"),
        (("--key", "variable"), "", "INTROW_API_KEY is not set"),
        (("--key", "file", "--profile", "a b"), KEY, "'a b' is no name of a profile"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_and_leaves_nothing(
    home: Path, init: Init, options: tuple[str, ...], key: str, says: str
) -> None:
    code, out, err = init(*options, key=key)

    assert code in (2, 3)
    assert says in err
    assert not home.exists() or not list(home.iterdir())
    assert "Traceback" not in out + err


def test_a_key_that_the_host_refuses_may_be_that_of_another_environment(cli: CliSession, init: Init) -> None:
    _, out, _ = init("--key", "file", key="wrong")

    assert f"Is it a key of {cli.url.removeprefix('http://')}, and not of another environment?" in out


def test_a_key_without_the_partners_scope_is_told_so_and_works(
    cli: CliSession, home: Path, init: Init
) -> None:
    cli.fault("GET /partners: 403")

    code, out, _ = init("--key", "file", key=KEY)

    assert code == 0
    assert "WRONG  Scope partners:read: missing" in out
    assert (home / "reconcile.toml").exists()


def test_nothing_is_overwritten_and_a_key_that_is_there_is_used(home: Path, init: Init) -> None:
    home.mkdir(parents=True)
    (home / "other.key").write_text(KEY, encoding="utf-8")
    (home / "other.key").chmod(0o600)
    assert init("--key", "file")[0] == 0
    before = (home / "reconcile.toml").read_text(encoding="utf-8")

    code, _, err = init("--key", "file")

    assert code == 2
    assert "is there already, and is not overwritten" in err
    assert (home / "reconcile.toml").read_text(encoding="utf-8") == before


@pytest.mark.parametrize("variable", ["INTROW_API_KEY", "INTROW_BASE_URL"])
def test_a_variable_that_would_win_over_the_file_is_named(
    init: Init, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "https://elsewhere.example")

    code, _, err = init("--key", "file", key=KEY)

    assert code == 2
    assert variable in err


def test_an_unreachable_host_leaves_nothing(cli: CliSession, home: Path, init: Init) -> None:
    code, out, _ = init("--base-url", "http://127.0.0.1:9", "--key", "file", key=KEY, host=False)

    assert code == 3
    assert "WRONG  Host" in out
    assert not list(home.iterdir())
    assert not cli.writes()


def test_a_configuration_that_cannot_be_written_leaves_no_key(
    cli: CliSession, home: Path, init: Init
) -> None:
    (cli.folder / "taken").write_text("", encoding="utf-8")
    key_file = cli.folder / "kept.key"

    code, _, err = init(
        *(
            "--key",
            "file",
            "--key-file",
            str(key_file),
            "--file",
            str(cli.folder / "taken" / "reconcile.toml"),
        ),
        key=KEY,
    )

    assert code == 2
    assert "Traceback" not in err
    assert not key_file.exists()


def test_a_key_beside_a_file_that_was_named_from_here_is_found_from_elsewhere(
    cli: CliSession, init: Init, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert init("--key", "file", "--file", "own/reconcile.toml", key=KEY)[0] == 0
    (cli.folder / "elsewhere").mkdir()
    monkeypatch.chdir(cli.folder / "elsewhere")

    code, out, err = cli.run("doctor", "--config", cli.folder / "own" / "reconcile.toml")

    assert code == 0, out + err
    assert "Key: accepted" in out
