"""People, roles and limits hold as soon as they are written, without a new start of the desk."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import httpx
import pytest
from desk_process import FAST, DeskProcess, desk_running
from signers import public_line

PEOPLE = {"Ana": ("prepare", "close"), "Ben": ("approve",)}


def _settings(people: dict[str, tuple[str, ...]]) -> str:
    return f'{FAST}[approval]\ndesk_key = "{public_line("desk")}"\n' + "".join(
        f'[people.{name.lower()}]\nname = "{name}"\nemail = "{name.lower()}@example.com"\n'
        f"roles = [{', '.join(f'{role!r}' for role in roles)}]\n"
        for name, roles in people.items()
    )


def _text(answer: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    folder = tmp_path_factory.mktemp("settings")
    with desk_running(folder, "--person", "Ana", settings=_settings(PEOPLE)) as running:
        yield running


def test_who_is_taken_out_may_do_nothing_from_that_moment(desk: DeskProcess) -> None:
    ana = desk.be("Ana")
    assert ana.get("/take").status_code == 200
    file = desk.folder / "settings.toml"

    file.write_text(_settings({"Ben": PEOPLE["Ben"]}), encoding="utf-8")
    for answer in (ana.get("/take"), ana.post("/take"), ana.post("/close", {"period": "2026-03"})):
        assert answer.status_code == 403, _text(answer)
    assert "no role" in _text(ana.get("/"))

    file.write_text(_settings({**PEOPLE, "Ana": ("audit",)}), encoding="utf-8")
    assert "reads" in _text(ana.get("/"))
    assert ana.post("/take").status_code == 403
    file.write_text(_settings(PEOPLE), encoding="utf-8")
    assert ana.get("/take").status_code == 200


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
