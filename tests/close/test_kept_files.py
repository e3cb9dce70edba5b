"""What a pack keeps for programs is written piece by piece, and is what it would be in one piece."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from builders import make_line, make_payout, make_snapshot
from closing import close_of, frozen_of, paid
from pydantic import TypeAdapter

from reconcile.close import frozen as inputs
from reconcile.close.close import Close
from reconcile.close.frozen import Frozen, from_json, write_inputs
from reconcile.close.numbers import write_numbers
from reconcile.close.pack import pack_of
from reconcile.domain import pack_table
from reconcile.domain.pack_table import Pack, value_of

STRANGE = 'says "lines":{} and "rows": [], 日本 \x00 \\ ],\n     [ "'


def _close() -> Close:
    payments = {"pay_2": (paid("2026-04-02"),)}
    lines = [make_line(f"cln_{number}", f"{number}.5 USD", None, plan_name=STRANGE) for number in range(5)]
    before = frozen_of(*lines)
    now = [replace(line, amount=-line.amount) for line in lines]
    return close_of(before, *now, make_payout("pay_2", partner_name=STRANGE), by=STRANGE, payments=payments)


def _in_one_piece(pack: Pack) -> str:
    tables = {
        table.key: {
            "columns": [column.key for column in table.columns],
            "rows": [
                [value if value is None or isinstance(value, int | str) else str(value) for value in values]
                for values in ([value_of(cell) for cell in row] for row in table.rows)
            ],
        }
        for table in pack.tables
    }
    said = {"version": 1, "title": pack.title, "facts": dict(pack.facts), "verdict": pack.verdict}
    return json.dumps({**said, "sound": pack.sound, "tables": tables}, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("close", [_close(), close_of(None)], ids=["some", "nothing"])
def test_the_numbers_are_those_of_json_in_one_piece(close: Close, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_table, "_BLOCK", 2)
    monkeypatch.setattr(pack_table, "_KNOWN", 1)
    pack, stream = pack_of(close), io.BytesIO()
    write_numbers(stream, pack)

    assert stream.getvalue().decode() == _in_one_piece(pack)


@pytest.mark.parametrize("exported", [False, True])
@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_the_inputs_are_those_of_json_in_one_piece(
    count: int,
    exported: bool,  # noqa: FBT001  a case
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inputs, "_PIECE", 2)
    lines = [make_line(f"cln_{number}", description=STRANGE) for number in range(count)]
    export = make_snapshot(*lines[1:]) if exported else None
    frozen = frozen_of(make_payout(partner_name=STRANGE), *lines, last_export=export, by=STRANGE)
    stream = io.BytesIO()
    write_inputs(stream, frozen)
    names = replace(frozen.names, decline_reasons=dict(frozen.names.decline_reasons))

    whole = TypeAdapter(Frozen).dump_json(replace(frozen, names=names))
    # No figure rests on these, so no close keeps them.
    assert stream.getvalue() == whole.replace(b',"payouts_elsewhere":{}', b"").replace(
        b',"stamped":false', b""
    )
    assert from_json(stream.getvalue().decode(), "inputs.json") == replace(frozen, names=names)
