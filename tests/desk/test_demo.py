"""The desk on the sample month: three people without accounts, and what each may do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cli_session import CliSession
from desk_process import Browser, DeskProcess, desk_running


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    with desk_running(tmp_path_factory.mktemp("demo"), "--demo") as running:
        yield running


def as_person(demo: DeskProcess, name: str) -> Browser:
    browser = demo.browser()
    browser.get("/sign-in")
    assert browser.post("/sign-in/person", {"person": name, "next": "/"}).status_code == 303
    browser.get("/")
    return browser


def test_the_sample_month_offers_three_people_and_needs_no_account(demo: DeskProcess) -> None:
    page = demo.browser().get("/sign-in").text

    assert [name in page for name in ("Ana Ruiz", "Ben Okafor", "Chloe Martin")] == [True] * 3
    assert "sample month" in page


@pytest.mark.parametrize(("name", "status"), [("Ana Ruiz", 200), ("Ben Okafor", 403), ("Chloe Martin", 403)])
def test_only_who_prepares_may_take_and_bring(demo: DeskProcess, name: str, status: int) -> None:
    browser = as_person(demo, name)

    assert browser.get("/").status_code == 200
    assert [browser.get(path).status_code for path in ("/take", "/bring")] == [status, status]
    assert browser.post("/take").status_code in ({303} if status == 200 else {403})


def test_what_one_person_began_is_not_there_for_another(demo: DeskProcess) -> None:
    ana, ben = as_person(demo, "Ana Ruiz"), as_person(demo, "Ben Okafor")
    place = ana.post("/take/preview").headers["location"]

    assert ana.get(place).status_code in (200, 303)
    assert ben.get(place).status_code == 404
    assert ben.get(f"{place}/events").status_code == 404


def test_somebody_who_is_not_of_the_sample_month_is_not_let_in(demo: DeskProcess) -> None:
    browser = demo.browser()
    browser.get("/sign-in")

    assert browser.post("/sign-in/person", {"person": "Mallory"}).status_code == 403


def test_only_the_sample_month_lets_people_in_by_name(desk: DeskProcess) -> None:
    browser = desk.browser()
    browser.get("/sign-in")

    assert browser.post("/sign-in/person", {"person": "root"}).status_code == 403


def test_the_sample_month_is_not_served_to_a_network(cli: CliSession) -> None:
    code, _, err = cli.run("desk", "--demo", "--host", "0.0.0.0", "--url", "https://desk.example.com")

    assert code == 2
    assert "this computer only" in err
