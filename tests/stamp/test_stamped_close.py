"""Close packs whose manifest is stamped: closed, sent by mail, checked, made again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_session import CliSession
from evidence_packs import files_in
from stamp_authority import Authority, openssl, serving

MARCH = "2026-03"
PROFILE = "[profiles.default]\nrate = 100000\n"


@pytest.fixture
def authority(cli: CliSession) -> Iterator[Authority]:
    with serving(Authority(cli.folder / "authority")) as found:
        cli.settings(PROFILE + found.settings)
        yield found


def close(cli: CliSession, *arguments: str, folder: str = "close") -> tuple[int, str, str]:
    return cli.run("close", "--period", MARCH, "-o", cli.folder / folder, *arguments)


def verify(cli: CliSession, folder: Path, *arguments: str | Path) -> tuple[int, str, str]:
    return cli.run("close", "--verify", "-o", folder, *arguments)


def test_a_close_is_stamped_and_its_folder_proves_since_when_it_is_there(
    cli: CliSession, authority: Authority
) -> None:
    code, out, err = close(cli)
    assert code == 0, out + err
    folder = cli.folder / "close"
    code, out, _ = verify(cli, folder)

    assert code == 0
    assert f"CN=Stamps stamped it (manifest.tsr), by the certificates in {authority.roots}." in out
    told = openssl(
        *("ts", "-verify", "-data", folder / "manifest.json", "-in", folder / "manifest.tsr"),
        *("-CAfile", authority.roots),
    )
    assert "OK" in told


def test_the_same_files_come_again_with_their_stamp(cli: CliSession, authority: Authority) -> None:
    close(cli)
    asked = len(authority.questions)
    assert cli.run("close", "--show", "--period", MARCH, "-o", cli.folder / "again")[0] == 0
    assert cli.run("close", "--verify")[0] == 0
    assert cli.run("evidence", MARCH, "-o", "pack.zip")[0] == 0

    for path in (cli.folder / "close").iterdir():
        assert path.read_bytes() == (cli.folder / "again" / path.name).read_bytes()
    assert len(authority.questions) == asked + 1  # for the head of the evidence
    code, out, _ = cli.run("verify", "pack.zip", "--roots", authority.roots)
    assert code == 0
    assert "close/manifest.json was there at" in out
    assert "head.txt was there at" in out
    assert cli.run("replay", "pack.zip")[0] == 0
    assert files_in(cli.folder / "pack.zip")["close/manifest.tsr"]


def test_a_folder_whose_stamp_was_changed_is_found(
    cli: CliSession, authority: Authority, tmp_path: Path
) -> None:
    close(cli)
    folder = tmp_path / "sent by mail"
    shutil.copytree(cli.folder / "close", folder)
    stamp, manifest = folder / "manifest.tsr", folder / "manifest.json"
    right = stamp.read_bytes()

    stamp.write_bytes(authority.stamp(b"another manifest"))
    code, out, _ = verify(cli, folder)
    assert (code, "manifest.tsr is a stamp of something else." in out) == (1, True)

    stamp.write_bytes(right)
    code, out, _ = verify(cli, folder, "--roots", Authority(tmp_path / "other").roots)
    assert (code, "manifest.tsr is not signed by an authority of these" in out) == (1, True)

    stamp.unlink()
    code, out, _ = verify(cli, folder)
    assert (code, "manifest.tsr is missing" in out) == (1, True)

    told = json.loads(manifest.read_text(encoding="utf-8"))
    del told["stamp"]
    manifest.write_text(json.dumps(told), encoding="utf-8")
    code, out, _ = verify(cli, folder)
    assert (code, "it has no time stamp, and" in out) == (1, True)


def test_whoever_trusts_no_root_is_told_what_the_stamp_says_and_that_it_is_unchecked(
    cli: CliSession, authority: Authority
) -> None:
    close(cli)
    cli.settings(PROFILE)
    code, out, _ = verify(cli, cli.folder / "close")

    assert code == 0
    assert "Not proved: When it was, by manifest.tsr: CN=Stamps says" in out


def test_an_authority_that_fails_leaves_the_period_open_and_nothing_in_the_folder(
    cli: CliSession, authority: Authority
) -> None:
    authority.fault = "refused"
    code, _, err = close(cli)
    assert code == 3
    assert "answered with HTTP 500. Nothing was written. Try again" in err
    assert not (cli.folder / "close").exists()
    assert cli.run("close", "--list")[1].count("close-") == 0

    code, _, err = close(cli, "--unstamped")
    assert code == 0, err
    assert not (cli.folder / "close" / "manifest.tsr").exists()


def test_a_draft_is_not_stamped(cli: CliSession, authority: Authority) -> None:
    assert close(cli, "--draft")[0] == 0

    assert authority.questions == []
    assert b"stamp" not in (cli.folder / "close" / "manifest.json").read_bytes()


def test_a_close_that_is_made_again_leaves_no_stamp_of_the_first(
    cli: CliSession, authority: Authority
) -> None:
    close(cli)
    first = (cli.folder / "close" / "manifest.tsr").read_bytes()
    close(cli, "--again", "a bill was late")
    assert (cli.folder / "close" / "manifest.tsr").read_bytes() != first
    close(cli, "--again", "and once more", "--unstamped")

    assert not (cli.folder / "close" / "manifest.tsr").exists()
    assert cli.run("close", "--verify")[0] == 0
