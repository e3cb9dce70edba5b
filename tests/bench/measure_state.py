"""Measures what the state of a team costs beside a file: `PYTHONPATH=.:tests python tests/bench/measure_state.py`.

In one run: SQLite, PostgreSQL on this computer, and the same behind a proxy that adds 20 ms to every question
and its answer. Both write to the disk before they answer. journal: intents and outcomes, one commit each.
apply: the whole journal of a run of 40 operations. list: 10,000 runs, as `history` reads them.
"""

from __future__ import annotations

import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from postgres_server import PostgresServer, programs_of_postgres
from sqlalchemy import insert
from tables import head, row
from tampered_stores import HERE, NAME, NOW
from tcp_proxy import TcpProxy

from reconcile.store.entries import Entry
from reconcile.store.run import Effect, Holder, Run
from reconcile.store.store import Store
from reconcile.store.tables import RUNS

WAY = 0.010
"""Seconds that the proxy adds to each way."""
OPERATIONS = 40
RUNS_LISTED = 10_000
ROUNDS = 5
ME = Holder("run-1", "ana", "here", 1, NOW)


def made_run(name: str) -> Run:
    return Run(name, NAME, "wb-1", NOW, None, "ana", "running", "{}")


def journal(store: Store, writes: int) -> float:
    """Journal writes a second."""
    run = made_run(f"run-{time.time_ns()}")
    with store.running(HERE, ME):
        store.start_run(run)
        began = time.perf_counter()
        for number in range(writes):
            store.append(run, Entry(NOW, f"op-{number}", "intent", {"body": {"amount": "512.50"}}))
        return writes / (time.perf_counter() - began)


def apply(store: Store, operations: int) -> float:
    """Seconds that the journal of a run takes."""
    run = made_run(f"run-{time.time_ns()}")
    began = time.perf_counter()
    with store.running(HERE, ME):
        store.start_run(run)
        for number in range(operations):
            store.append(run, Entry(NOW, f"op-{number}", "intent", {"body": {"amount": "512.50"}}))
            effect = Effect("wb-1", "set poNumber", f"pay_{number}", "PO-1")
            store.append(run, Entry(NOW, f"op-{number}", "outcome", {"outcome": "applied"}), [effect])
        store.append(run, Entry(NOW, "", "end", {"state": "finished"}), state="finished")
    return time.perf_counter() - began


def listed(store: Store) -> float:
    """Seconds until all runs are read."""
    began = time.perf_counter()
    assert len(store.runs()) >= RUNS_LISTED
    return time.perf_counter() - began


@contextmanager
def stores(folder: Path) -> Iterator[dict[str, Store]]:
    """The three stores, each with 10,000 runs."""
    programs = programs_of_postgres()
    rows = [_row(made_run(f"run-old-{number}")) for number in range(RUNS_LISTED)]
    assert programs, "PostgreSQL is not installed"
    with PostgresServer.running(programs) as server:
        server.sql("ALTER SYSTEM SET fsync = on")
        server.sql("SELECT pg_reload_conf()")
        name = server.database()
        database = server.opened(name, folder)
        database.make()
        with (
            Store(folder / "state.db") as file,
            Store(database) as near,
            TcpProxy(server.port, WAY).running() as proxy,
            Store(server.opened(name, folder / "far", port=proxy.port)) as far,
        ):
            for store in (file, near):
                with store.writing() as connection:
                    connection.execute(insert(RUNS), rows)
            yield {"SQLite": file, "PostgreSQL": near, "PostgreSQL, 20 ms away": far}


def _row(run: Run) -> dict[str, object]:
    values = {name: getattr(run, name) for name in Run.__slots__ if name != "plan"}
    return {**values, "plan": zlib.compress(run.plan.encode())}


def main(operations: int) -> None:
    """Prints the figures, and the ratios to SQLite, as Markdown."""
    steps: dict[str, Callable[[Store], float]] = {
        "journal writes a second": lambda store: journal(store, operations),
        f"journal of an apply of {operations} (s)": lambda store: apply(store, operations),
        f"list of {RUNS_LISTED:,} runs (s)": listed,
    }
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder)) as opened:
        print(head(["state", *opened]))
        for name, step in steps.items():
            rounds = [{place: step(store) for place, store in opened.items()} for _ in range(ROUNDS)]
            found = {place: median(one[place] for one in rounds) for place in opened}
            shown = (f"{value:.2f} ({value / found['SQLite']:.2f}x)" for value in found.values())
            print(row([name, *shown]), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else OPERATIONS)
