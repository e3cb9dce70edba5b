"""Evidence packs with a time stamp of a real openssl: made, checked offline, and tampered with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from evidence_packs import edited, files_in, filled, pack_of, replaced, session_in, written
from stamp_authority import DAY, Authority, openssl, serving

from reconcile.cli import run as command
from reconcile.errors import StampFailed
from reconcile.evidence.pack import VERIFIER
from reconcile.evidence.verify import STAMP_CHECK
from reconcile.jobs.evidence.check_pack import check_pack
from reconcile.jobs.evidence.make import make_pack

PROFILE = "[profiles.default]\n"
KEY = "a-key-of-introw"


@dataclass
class Stamped:
    """A store, an authority that answers, and a pack that it stamped."""

    folder: Path
    authority: Authority
    path: Path
    files: dict[str, bytes]


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stamped]:
    folder = tmp_path_factory.mktemp("stamped")
    filled(folder).close()
    with serving(Authority(folder / "authority")) as authority:
        path = pack_of(folder, text=PROFILE + authority.settings).path
        yield Stamped(folder, authority, path, files_in(path))


@pytest.fixture
def store_folder(tmp_path: Path) -> Path:
    filled(tmp_path).close()
    return tmp_path


def verified(path: Path, roots: Path | None, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    code = command(["verify", str(path), *(("--roots", str(roots)) if roots else ())])
    return code, "".join(capsys.readouterr())


def alone(path: Path) -> tuple[int, str]:
    """What the single file says with nothing but Python."""
    told = [sys.executable, "-I", "-S", str(VERIFIER), str(path)]
    done = subprocess.run(told, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_stamp_proves_since_when_the_head_is_there(
    stamped: Stamped, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = verified(stamped.path, stamped.authority.roots, capsys)

    assert code == 0
    proved, open_ = said.split("Not proved by this pack:")
    assert f"head.txt was there at {datetime.now(UTC):%Y-}" in proved
    assert f"CN=Stamps stamped it (head.tsr), by the certificates in {stamped.authority.roots}." in proved
    assert "Whether the certificate of CN=Stamps was revoked" in open_
    assert STAMP_CHECK not in said


def test_without_roots_nothing_is_said_to_be_proved(
    stamped: Stamped, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = verified(stamped.path, None, capsys)

    assert code == 0
    assert "head.tsr" not in said.split("Not proved by this pack:")[0].replace("head.txt", "")
    assert "When it was, by head.tsr: CN=Stamps says" in said
    assert "--roots FILE" in said


def test_the_command_that_the_single_file_prints_is_right(stamped: Stamped, tmp_path: Path) -> None:
    code, said = alone(stamped.path)
    assert code == 0
    (line,) = [one for one in said.splitlines() if "openssl ts -verify" in one]
    for name in ("head.txt", "head.tsr"):
        (tmp_path / name).write_bytes(stamped.files[name])
    arguments = line.split("openssl ")[1].replace("ROOT.pem", str(stamped.authority.roots)).split()

    for name in ("head.txt", "head.tsr"):
        arguments = [str(tmp_path / name) if one == name else one for one in arguments]
    assert openssl(*arguments) is not None
    assert line.split(": ")[1] == STAMP_CHECK
    assert STAMP_CHECK in stamped.files["README.txt"].decode()

    (tmp_path / "head.txt").write_bytes(b"another head")
    with pytest.raises(AssertionError, match="message imprint mismatch"):
        openssl(*arguments)


def test_only_a_hash_goes_to_the_authority(store_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question is a few dozen bytes; no key, no name and no content of the pack is in it or beside it."""
    monkeypatch.setenv("INTROW_API_KEY", KEY)
    with serving(Authority(store_folder / "authority")) as authority:
        pack_of(store_folder, text=PROFILE + authority.settings)

    (question,), (headers,) = authority.questions, authority.headers
    assert len(question) < 80
    assert {name.lower() for name in headers} == {
        *("host", "accept", "accept-encoding", "connection", "user-agent", "content-type", "content-length")
    }
    assert KEY not in f"{question!r}{headers}"


def test_the_same_pack_again_keeps_its_first_stamp_and_asks_nobody(stamped: Stamped) -> None:
    asked = len(stamped.authority.questions)
    text = PROFILE + stamped.authority.settings
    again = make_pack(session_in(stamped.folder, text), "run-1", stamped.folder / "again.zip")

    assert len(stamped.authority.questions) == asked
    assert again.path.read_bytes() == stamped.path.read_bytes()
    assert "CN=Stamps" in again.stamped


def test_without_an_authority_nothing_is_stamped_or_promised(store_folder: Path) -> None:
    files = files_in(pack_of(store_folder).path)

    assert "head.tsr" not in files
    assert b'"stamp"' not in files["manifest.json"]
    assert b'"version": 1' in files["manifest.json"]


def test_a_pack_can_be_written_without_the_stamp_that_the_settings_ask_for(
    stamped: Stamped, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PROFILE + stamped.authority.settings
    session = session_in(stamped.folder, text)
    plain = make_pack(session, "run-1", stamped.folder / "plain.zip", unstamped=True)

    assert plain.stamped == ""
    assert "head.tsr" not in files_in(plain.path)
    code, said = verified(plain.path, stamped.authority.roots, capsys)
    assert code == 1
    assert "it has no time stamp" in said
    assert "CHANGED" not in said


FAULTS = {
    "refused": "answered with HTTP 500",
    "moved": "answered with HTTP 302",
    "page": "is no answer of a time-stamping authority",
    "long": "answered more than 256 KB",
    "no nonce": "does not repeat the nonce",
    "another": "is a stamp of something else",
    "slow": "did not answer within 0.5 seconds",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_authority_that_fails_leaves_no_pack(fault: str, store_folder: Path) -> None:
    with serving(Authority(store_folder / "authority", fault=fault)) as authority:
        text = f"{PROFILE}{authority.settings}seconds = {0.5 if fault == 'slow' else 30}\n"
        with pytest.raises(StampFailed) as failed:
            pack_of(store_folder, text=text)

    assert FAULTS[fault] in str(failed.value)
    assert "Nothing was written. Try again, or do without a stamp: --unstamped" in str(failed.value)
    assert failed.value.exit_code == 3
    assert not (store_folder / "run-1.zip").exists()


def test_an_authority_that_is_not_there_is_a_sentence(store_folder: Path) -> None:
    authority = Authority(store_folder / "authority", port=1)

    with pytest.raises(StampFailed, match=r"127\.0\.0\.1 could not be reached"):
        pack_of(store_folder, text=PROFILE + authority.settings)


def test_a_certificate_that_had_expired_gives_no_pack(store_folder: Path) -> None:
    with (
        serving(Authority(store_folder / "authority", until=datetime.now(UTC) - DAY)) as authority,
        pytest.raises(StampFailed, match="the certificate of CN=Stamps was not valid"),
    ):
        pack_of(store_folder, text=PROFILE + authority.settings)


def unpromised(files: dict[str, bytes]) -> dict[str, bytes]:
    """The pack without its stamp, and a manifest that promises none."""
    return edited(stripped(files), "manifest.json", lambda told: told.pop("stamp"))


def stripped(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name != "head.tsr"}


def unstamped(one: Stamped) -> dict[str, bytes]:
    """The pack of the same run that was never stamped."""
    return files_in(make_pack(session_in(one.folder), "run-1", one.folder / "never.zip", force=True).path)


TAMPERINGS: dict[str, tuple[Callable[[Stamped], dict[str, bytes]], str]] = {
    "the stamp of another pack": (
        lambda one: replaced(one.files, "head.tsr", one.authority.stamp(b"another head")),
        "head.tsr is a stamp of something else.",
    ),
    "no stamp": (lambda one: stripped(one.files), "head.tsr is missing."),
    "an empty stamp": (
        lambda one: replaced(one.files, "head.tsr", b""),
        "head.tsr is a stamp of something else.",
    ),
    "no stamp and no promise of one": (lambda one: unpromised(one.files), "another manifest.json"),
    "a stamp that was not promised": (
        lambda one: {**unstamped(one), "head.tsr": one.files["head.tsr"]},
        "head.tsr is not of this pack.",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_change_of_the_stamp_is_found_by_both_verifiers(
    name: str, stamped: Stamped, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, fault = TAMPERINGS[name]
    path = written(tmp_path / "changed.zip", change(stamped))

    for code, said in (verified(path, stamped.authority.roots, capsys), alone(path)):
        assert code == 1
        assert "This pack was CHANGED:" in said
        assert fault in said


def test_a_stamp_whose_time_was_changed_is_found_where_the_roots_are_named(
    stamped: Stamped, tmp_path: Path
) -> None:
    stamp = stamped.files["head.tsr"]
    year = f"{datetime.now(UTC):%Y%m%d}".encode()
    earlier = stamp.replace(year, b"20200101", 1)
    assert earlier != stamp
    path = written(tmp_path / "changed.zip", replaced(stamped.files, "head.tsr", earlier))

    checked = check_pack(path, roots=stamped.authority.roots)
    assert checked.stamp_fails
    assert "head.tsr was made on 2020-01-01, when the certificate of CN=Stamps was not valid" in " ".join(
        checked.lines
    )


def test_a_stamp_under_another_root_is_not_believed(
    stamped: Stamped, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = verified(stamped.path, Authority(tmp_path / "other").roots, capsys)

    assert code == 1
    assert "head.tsr is not signed by an authority of these root certificates" in said


def test_roots_that_are_none_are_a_sentence(
    stamped: Stamped, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    none = tmp_path / "none.pem"
    missing = verified(stamped.path, none, capsys)
    none.write_text("no certificate", encoding="utf-8")
    wrong = verified(stamped.path, none, capsys)

    assert (missing[0], wrong[0]) == (2, 2)
    assert "cannot be read" in missing[1]
    assert "holds no certificate in PEM" in wrong[1]


SETTINGS = {
    'url = "http://tsa.example.com"\nroots = "r.pem"': "timestamp.url must begin with https://; allow_http",
    'url = "ftp://tsa.example.com"\nroots = "r.pem"': "timestamp.url must begin with https:// and a host name",
    'url = "https://me:secret@tsa.example.com"\nroots = "r.pem"': "timestamp.url may hold no user, password",
    'url = "https://tsa.example.com:x"\nroots = "r.pem"': "timestamp.url is not the address of an authority",
    'url = "https://tsa.example.com"': "timestamp.roots must name a file",
    "seconds = 0": "timestamp.seconds must be more than 0",
    "second = 1": "timestamp has no setting 'second'",
    "[timestamp.url]\na = 1": "timestamp.url must be a text in quotes",
}


@pytest.mark.parametrize("section", SETTINGS)
def test_settings_that_cannot_be_meant_are_refused(
    section: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "settings.toml"
    config.write_text(f"[timestamp]\n{section}\n", encoding="utf-8")

    code = command(["history", "--config", str(config)])
    said = capsys.readouterr().err
    assert code == 2
    assert SETTINGS[section] in said
    assert "secret" not in said


def test_http_to_another_computer_is_allowed_where_somebody_says_so(tmp_path: Path) -> None:
    text = '[timestamp]\nurl = "http://tsa.example.com"\nroots = "r.pem"\nallow_http = true\n'

    assert session_in(tmp_path, text).settings.stamps.is_on
