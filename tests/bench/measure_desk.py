"""Measures the pages of the desk: `PYTHONPATH=.:tests python tests/bench/measure_desk.py [LINES ...]`.

For each size: a month of so many lines (the sample month again and again, with other ids), one line in a hundred
edited, brought, applied, and one more plan that waits. Then each page is loaded in turn, seven times, and the
median is printed, with its ratio to the target (0.2 s for 1,000 lines, 1 s for 100,000), and the processor seconds of
the desk for one page: on a busy machine these tell more.
Beside it: 20 people at once on one desk, and ten on each of two desks over one PostgreSQL, all on the same pages.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from cli_session import KEY, PATIENCE, SEED
from desk_process import FAST, Browser, DeskProcess, desk_process, desk_running
from postgres_server import PASSWORD, PostgresServer, programs_of_postgres
from tables import head, judged, row

from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke, type_into

ROUNDS = 7
PEOPLE = 20
MOST_EDITS = 1_000
OPEN = ("DRAFT", "PENDING_REVIEW", "APPROVED")
SHARED = ("home", "take", "plan", "run", "history", "approvals")
"""The pages that many people look at at once."""
SETTINGS = f"{FAST}[limits]\nmax_changes = 1000000\n"


def seed_of(lines: int) -> dict[str, Any]:
    """The sample month again and again, until it has so many lines."""
    month = json.loads(SEED.read_text(encoding="utf-8"))
    kinds = ("partners", "batches", "payouts", "lines")
    made = {**month, **{kind: [] for kind in kinds}}
    for copy in range(-(-lines // len(month["lines"]))):
        for kind in kinds:
            made[kind] += [_renamed(one, copy) for one in month[kind]]
    return made


def _renamed(record: dict[str, Any], copy: int) -> dict[str, Any]:
    """A record with other ids, which lead to the others of the same copy."""
    names = [name for name in ("id", "partnerId", "batchId", "payoutId") if copy and record.get(name)]
    own = {name: hashlib.sha256(f"{record[name]} {copy}".encode()).hexdigest()[:24] for name in names}
    return {**record, **{name: f"{record[name][:4]}{text}" for name, text in own.items()}}


def pages_of(desk: DeskProcess, ana: Browser, seed: dict[str, Any]) -> dict[str, str]:
    """Takes a workbook, edits it, applies half of what is edited, and leaves the rest as a plan that waits."""
    ana.get("/take")
    made = ana.work("/take")
    book = desk.folder / "month.xlsx"
    book.write_bytes(ana.client.get(f"{made.url.path}/file").content)
    open_payouts = {one["id"] for one in seed["payouts"] if one["stage"] in OPEN}
    open_lines = [one for one in seed["lines"] if one.get("payoutId") in open_payouts]
    step = max(1, len(open_lines) * 100 // len(seed["lines"]))
    some = [one["id"] for one in open_lines[::step]][:MOST_EDITS]
    strokes = [
        Keystroke("Lines", name, "Description", f"Checked {number}") for number, name in enumerate(some)
    ]
    type_into(book, desk.folder / "edited.xlsx", strokes)
    plan = ana.bring(desk.folder / "edited.xlsx").url.path
    asked = ana.get(f"{plan}/apply")
    fields = dict(re.findall(r'name="(plan|allow|reopen)" value="([^"]*)"', asked.text))
    begun = ana.post(f"{plan}/apply", fields)
    assert begun.status_code == 303, begun.text
    run = begun.headers["location"]
    while "ties out" not in (page := ana.get(run).text):
        assert "stopped" not in page, page
        time.sleep(1)
    ana.work("/home/live")
    return {
        "home": "/",
        "take": "/take",
        "bring": "/bring",
        "plan": plan,
        "apply": f"{plan}/apply",
        "run": run,
        "history": "/history",
        "record": f"/history/of?record={some[0]}",
        "approvals": "/approvals",
        "arrived": "/arrived",
        "bills": "/bills",
        "payments": "/payments",
        "close": "/close",
        "month": "/close/month/2026-03",
    }


def loaded(client: httpx.Client, path: str) -> float:
    """Seconds until a page is there."""
    began = time.perf_counter()
    answer = client.get(path)
    seconds = time.perf_counter() - began
    assert answer.status_code == 200, (path, answer.status_code)
    return seconds


def again(client: httpx.Client, path: str) -> list[float]:
    """Seconds of a page, loaded several times."""
    return [loaded(client, path) for _ in range(ROUNDS)]


def crowd(desks: list[DeskProcess], cookies: dict[str, dict[str, str]], paths: list[str]) -> list[float]:
    """Seconds of each page that each of 20 people loads, all at the same time."""

    def person(number: int) -> list[float]:
        desk = desks[number % len(desks)]
        with httpx.Client(base_url=desk.url, cookies=cookies[desk.url], timeout=PATIENCE) as client:
            return [loaded(client, path) for path in paths]

    with ThreadPoolExecutor(PEOPLE) as pool:
        return [one for person_ in pool.map(person, range(PEOPLE)) for one in person_]


@contextmanager
def on_postgres(folder: Path, seed: dict[str, Any]) -> Iterator[list[DeskProcess]]:
    """Two desks on one PostgreSQL."""
    programs = programs_of_postgres()
    assert programs, "PostgreSQL is not installed"
    settings = folder / "settings.toml"
    settings.write_text(SETTINGS, encoding="utf-8")
    with PostgresServer.running(programs) as server, running(seed, Choices(rate=1_000_000)) as introw:
        environ = os.environ | {
            "INTROW_BASE_URL": introw,
            "INTROW_API_KEY": KEY,
            "RECONCILE_STATE": server.url(server.database()),
            "RECONCILE_STATE_PASSWORD": PASSWORD,
            "RECONCILE_CONFIG": str(settings),
            "XDG_STATE_HOME": str(folder),
            "PYTHONUNBUFFERED": "1",
        }
        make = [sys.executable, "-m", "reconcile", "state", "migrate"]
        subprocess.run(make, env=environ, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with desk_process(folder, introw, environ) as one, desk_process(folder, introw, environ) as two:
            yield [one, two]


def signed_in(desk: DeskProcess) -> Browser:
    browser = desk.browser()
    browser.sign_in(desk.link)
    return browser


def processor(desks: list[DeskProcess]) -> float:
    """Seconds of the processors that the desks have used."""
    texts = (Path(f"/proc/{one.process.pid}/stat").read_text(encoding="utf-8") for one in desks)
    ticks = sum(sum(map(int, text.rpartition(")")[2].split()[11:13])) for text in texts)
    return ticks / os.sysconf("SC_CLK_TCK")


def show(what: str, desks: list[DeskProcess], load: Callable[[], list[float]], target: float) -> None:
    """Loads, and prints what it took."""
    before = processor(desks)
    seconds = load()
    used = (processor(desks) - before) / len(seconds)
    median = statistics.median(seconds)
    worst = sorted(seconds)[len(seconds) * 95 // 100]
    cells = [f"{median:.3f} s", f"{worst:.3f} s", judged(median / target, 1), f"{used:.3f} s"]
    print(row([what, *cells]), flush=True)


def one_desk(lines: int, target: float) -> None:
    seed = seed_of(lines)
    with (
        tempfile.TemporaryDirectory() as folder,
        desk_running(Path(folder), settings=SETTINGS, choices=Choices(rate=1_000_000), seed=seed) as desk,
    ):
        ana = signed_in(desk)
        pages = pages_of(desk, ana, seed)
        for name, path in pages.items():
            show(name, [desk], partial(again, ana.client, path), target)
        shared = [pages[name] for name in SHARED]
        cookies = {desk.url: dict(ana.client.cookies)}
        show("20 people, one desk", [desk], lambda: crowd([desk], cookies, shared), target)


def two_desks(lines: int, target: float) -> None:
    seed = seed_of(lines)
    with tempfile.TemporaryDirectory() as folder, on_postgres(Path(folder), seed) as desks:
        people = [signed_in(desk) for desk in desks]
        pages = pages_of(desks[0], people[0], seed)
        shared = [pages[name] for name in SHARED]
        cookies = {desk.url: dict(one.client.cookies) for desk, one in zip(desks, people, strict=True)}
        for name in SHARED:
            show(f"{name}, PostgreSQL", desks, partial(again, people[1].client, pages[name]), target)
        show("10 people on each of 2 desks", desks, lambda: crowd(desks, cookies, shared), target)


def main() -> None:
    for text in sys.argv[1:] or ["1000", "100000"]:
        lines = int(text)
        target = 0.2 if lines <= 1_000 else 1.0
        columns = ["median", "19 of 20", f"median / {target} s", "processor"]
        print(head([f"page of the desk, {lines:,} lines", *columns]), flush=True)
        one_desk(lines, target)
        two_desks(lines, target)
        print()


if __name__ == "__main__":
    main()
