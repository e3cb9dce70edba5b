"""People, roles and limits hold as soon as they are written, without a new start of the desk."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cli_session import PATIENCE
from desk_process import FAST, DeskProcess, desk_running
from signers import public_line

PEOPLE = {"Ana": ("prepare", "close"), "Ben": ("approve",)}


def _settings(people: dict[str, tuple[str, ...]]) -> str:
    return f'{FAST}[approval]\ndesk_key = "{public_line("desk")}"\n{_sections(people)}'


def _sections(people: dict[str, tuple[str, ...]]) -> str:
    return "".join(
        f'[people.{name.lower()}]\nname = "{name}"\nemail = "{name.lower()}@example.com"\n'
        f"roles = [{', '.join(f'{role!r}' for role in roles)}]\n"
        for name, roles in people.items()
    )


def _write(desk: DeskProcess, people: dict[str, tuple[str, ...]], more: str = "") -> None:
    (desk.folder / "settings.toml").write_text(_settings(people) + more, encoding="utf-8")


def _text(answer: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    folder = tmp_path_factory.mktemp("settings")
    with desk_running(folder, "--person", "Ana", settings=_settings(PEOPLE)) as running:
        yield running


def test_who_is_taken_out_is_signed_out_at_that_moment_and_stays_out(desk: DeskProcess) -> None:
    ana, also_ana = desk.be("Ana"), desk.be("Ana")
    assert ana.get("/take").status_code == 200
    link = desk.link_for("Ana")

    _write(desk, {"Ben": PEOPLE["Ben"]})
    for answer in (ana.get("/"), ana.get("/take"), ana.post("/take"), also_ana.post("/sign-out")):
        assert (answer.status_code, "/sign-in" in answer.headers.get("location", "/sign-in")) in (
            (303, True),
            (401, True),
        ), _text(answer)
    assert "Ana" not in ana.get("/sign-in").text
    ana.get(link)
    assert (ana.post(link).status_code, ana.get("/").status_code) == (403, 303)

    _write(desk, PEOPLE)
    assert ana.get("/").status_code == 303
    assert desk.be("Ana").get("/take").status_code == 200


def test_other_roles_hold_at_that_moment(desk: DeskProcess) -> None:
    ana = desk.be("Ana")
    _write(desk, {**PEOPLE, "Ana": ("audit",)})
    assert "reads" in _text(ana.get("/"))
    assert ana.post("/take").status_code == 403

    _write(desk, PEOPLE)
    assert ana.get("/take").status_code == 200


def test_what_goes_on_is_not_told_to_who_was_taken_out_in_between(desk: DeskProcess) -> None:
    ana = desk.be("Ana")
    ana.get("/take")
    place = ana.post("/take", {"stage": "APPROVED"}).headers["location"]
    with ana.client.stream("GET", f"{place}/events") as events:
        _write(desk, {"Ben": PEOPLE["Ben"]})
        told = [line for line in events.iter_lines() if line]
    _write(desk, PEOPLE)

    assert len(told) <= 1
    assert ana.get(place).status_code == 303


def test_a_folder_that_is_named_later_is_watched_from_then_on(desk: DeskProcess) -> None:
    ana = desk.be("Ana")
    assert "No folder and no mailbox is watched" in _text(ana.get("/arrived"))
    inbox = desk.folder / "inbox"
    inbox.mkdir()
    assert desk.command("export", "-o", "march.xlsx").returncode == 0
    (desk.folder / "march.xlsx").rename(inbox / "march.xlsx")
    try:
        _write(desk, PEOPLE, f'[pickup]\nfolder = "{inbox}"\nstill_seconds = 0\n')
        end = time.monotonic() + PATIENCE
        while "march.xlsx" not in (page := _text(ana.get("/arrived"))) and time.monotonic() < end:
            time.sleep(0.2)
    finally:
        _write(desk, PEOPLE)

    assert "march.xlsx" in page
    assert "nothing to do" in page


def test_settings_that_cannot_be_read_decide_nothing_and_say_so(desk: DeskProcess) -> None:
    ana = desk.be("Ana")
    file = desk.folder / "settings.toml"
    try:
        file.write_text("[people", encoding="utf-8")
        answer = ana.post("/take")
        assert (answer.status_code, "before the settings can be read again" in _text(answer)) == (400, True)
        assert ana.get("/").status_code == 200
        file.unlink()
        assert ana.post("/take").status_code == 400
    finally:
        file.write_text(_settings(PEOPLE), encoding="utf-8")
    assert ana.get("/take").status_code == 200


def test_a_file_of_people_in_the_home_folder_is_watched_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "people.toml"
    file.write_text(_sections(PEOPLE), encoding="utf-8")
    named = f'{_settings({})}people_file = "~/people.toml"\n'
    with desk_running(tmp_path, "--person", "Ana", settings=named) as desk:
        ana = desk.be("Ana")
        assert ana.get("/take").status_code == 200

        file.write_text(_sections({"Ben": PEOPLE["Ben"]}), encoding="utf-8")

        assert ana.get("/take").status_code == 303
