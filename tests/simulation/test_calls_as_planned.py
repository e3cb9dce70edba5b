"""The calls that a plan names are those that its run makes, also where a long run reads again on its way."""

from __future__ import annotations

import pytest
from simulation.office import Office
from simulation.records import Habits, line, payout
from simulation.stores import store_of
from simulation.world import World, seeded

PAYOUTS, LINES = 30, 6
EVERY_KIND = {
    "releases": [("stage", "PENDING_REVIEW")],
    "amounts": [("amount", "12.50")],
    "texts": [("description", "Corrected")],
    "declines": [("Decline", "")],
    "detaches": [("Detach", "")],
    "new lines": [("new", "77.00 True-up")],
    "everything": [
        ("stage", "PENDING_REVIEW"),
        ("amount", "12.50"),
        ("Detach", ""),
        ("new", "77.00 True-up"),
    ],
}


def month(page: int) -> Office:
    """An office with a fresh workbook of a month of 30 payouts."""
    seeded(1)
    world = World(Habits(page=page))
    for number in range(1, PAYOUTS + 1):
        world.server.put(payout(f"pay_{number:02}", "ptn_1", "DRAFT"))
        for one in range(1, LINES + 1):
            world.server.put(line(f"cln_{number:02}_{one}", "ptn_1", f"pay_{number:02}", f"{100 + one}.00"))
    world.server.settle_amounts()
    store = store_of("A", real=False)
    store.begin(world)
    office = Office("A", world, store)
    office.export()
    return office


def type_in(office: Office, kind: str, payouts: int) -> None:
    """Edits every so many payouts, each on a line of its own."""
    for number in range(1, PAYOUTS + 1, PAYOUTS // payouts):
        for place, (name, value) in enumerate(EVERY_KIND[kind], 1):
            if name == "new":
                office.type("new", "", f"pay_{number:02} {value} {number}")
            elif name == "stage":
                office.type(f"pay_{number:02}", name, value)
            else:
                office.type(f"cln_{number:02}_{place}", name, value)


@pytest.mark.parametrize(
    ("kind", "payouts", "page", "answer"),
    [
        ("releases", 30, 10, 0.08),
        ("amounts", 30, 10, 0.08),
        ("amounts", 30, 20, 0.5),
        ("texts", 30, 20, 0.08),
        ("declines", 15, 20, 0.5),
        ("detaches", 15, 50, 0.08),
        ("new lines", 30, 50, 0.08),
        ("everything", 2, 200, 0.08),
        ("everything", 10, 50, 0.5),
    ],
)
def test_a_plan_names_about_the_calls_that_its_run_makes(
    kind: str, payouts: int, page: int, answer: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulation.world.A_CALL", answer)
    office = month(page)
    type_in(office, kind, payouts)
    before = office.world.tags
    assert not office.save_plan().error
    planning = office.world.tags - before
    plan, _ = office.plans[-1]

    ended = office.apply()

    assert ended.executed, ended.error
    assert not ended.executed.stopped
    made = office.world.tags - before - 2 * planning
    assert len(plan.operations) == payouts * len(EVERY_KIND[kind])
    assert 0.8 * made <= plan.cost.calls <= 1.7 * made, f"{plan.cost.calls} named, {made} made"
