"""The flux explained: written in the workbook, kept with the close, carried to the next, asked for by policy."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from builders import make_line
from closing import close_of, frozen_of
from openpyxl import load_workbook

from reconcile.close.close import Close, make_close
from reconcile.close.explanations import explanations_from
from reconcile.close.flux import Explanation
from reconcile.close.frozen import from_json, write_inputs
from reconcile.close.pack import pack_of
from reconcile.domain.policy.close import ClosePolicy, Weight
from reconcile.errors import ConfigurationError
from reconcile.workbook.pack import read_table, write_pack

ASKS = ClosePolicy(checks={"unexplained": Weight.BLOCKING})
HEADER = ["Currency", "Partner", "Partner ID", "Plan", "Last close", "This close", "Explanation"]


def _april(*explanations: Explanation, amount: str = "1200.10 USD", **given: object) -> Close:
    before = frozen_of(
        make_line("cln_1", "100 USD", None, plan_name="Gold"), make_line("cln_2", "5 USD", None)
    )
    return close_of(
        before,
        make_line("cln_1", amount, None, plan_name="Gold"),
        make_line("cln_2", "6 USD", None),
        explanations=explanations,
        policy=ASKS,
        **given,
    )


def _told(moved: str = "1100.10", text: str = "a new deal") -> Explanation:
    return Explanation("USD", "ptn_1", "Gold", Decimal(moved), text, "ana")


def _row(close: Close) -> dict[str, object]:
    table = pack_of(close).table("flux")
    row = next(row for row in table.rows if row[table.place("plan")] == "Gold")
    return dict(zip([one.key for one in table.columns], row, strict=True))


def test_material_flux_needs_an_explanation_where_the_policy_asks() -> None:
    found = {check.name: check.objections for check in _april().checks}["unexplained"]

    assert [(one.record_id, one.said) for one in found] == [
        ("ptn_1 Gold", "Gold moved by 1,100.10 USD, not explained")
    ]
    assert not _april().passes
    assert _april(_told()).passes
    assert close_of(None, make_line("cln_1", "9000 USD", None)).passes


def test_an_explanation_of_another_amount_does_not_count_and_says_so() -> None:
    close = _april(_told("900"))
    found = {check.name: check.objections for check in close.checks}["unexplained"]

    assert [one.said for one in found] == [
        "Gold moved by 1,100.10 USD, not explained; 900.00 USD were explained"
    ]
    assert _row(close)["by"] == "ana, of 900.00 USD"


def test_it_stands_in_the_pack_and_is_carried_to_the_next_close() -> None:
    april = _april(_told()).frozen
    may = replace(april, close_id="close-may", explanations=(), previous=april.close_id)

    assert (_row(_april(_told()))["explanation"], _row(_april(_told()))["by"]) == ("a new deal", "ana")
    assert _row(make_close(may, april))["carried"] == "a new deal"


def test_it_is_kept_with_what_the_close_was_made_of() -> None:
    stream = io.BytesIO()
    write_inputs(stream, _april(_told()).frozen)

    assert from_json(stream.getvalue().decode(), "here").explanations == (_told(),)


def test_what_is_written_in_the_workbook_of_a_draft_is_read_back(tmp_path: Path) -> None:
    file, close = tmp_path / "draft.xlsx", _april()
    with file.open("wb") as stream:
        write_pack(stream, pack_of(close), close.frozen.at)
    book = load_workbook(file)
    sheet = book["Flux"]
    header = [cell.value for cell in sheet[3]]
    row = next(row for row in sheet.iter_rows(min_row=4) if row[header.index("Plan")].value == "Gold")
    row[header.index("Explanation")].value = " =a new deal, 2 parts "
    book.save(file)
    found = explanations_from(read_table(file, "Flux"), "ana", "draft.xlsx")

    assert found == (_told(text="=a new deal, 2 parts"),)
    assert _april(*found).passes


@pytest.mark.parametrize("amount", ["1200.1", "1200.10", "1200.0999999999999"])
def test_an_amount_that_a_spreadsheet_saved_is_the_same_amount(amount: str) -> None:
    (found,) = explanations_from([HEADER, ["USD", "", "ptn_1", "Gold", "100", amount, "x"]], "ana", "f")

    assert found.moved == Decimal("1100.1")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param([["Currency", "Partner"]], "has no sheet Flux", id="another sheet"),
        pytest.param(
            [HEADER, ["USD", "Acme", "ptn_1", "Gold", "n/a", "1", "x"]],
            "Acme Gold: the amounts",
            id="an amount",
        ),
        pytest.param(
            [HEADER, ["USD", "Acme", "ptn_1", "", "1", "1", "x" * 2001]], "is longer than 2,000", id="a novel"
        ),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_place(table: list[list[str]], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        explanations_from(table, "ana", "f.xlsx")


def test_sums_and_rows_without_a_text_are_no_explanations() -> None:
    rows = [HEADER, ["USD", "Acme", "ptn_1", "Gold", "1", "2", ""], ["USD", "Total", "", "", "1", "2", "sum"]]

    assert explanations_from(rows, "ana", "f.xlsx") == ()
