"""A cell as a person sees it, what is known of it from the export, and why it cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.domain.fields import Value, text_value
from reconcile.workbook.contract import number_text, stored_number
from reconcile.workbook.ooxml import Cell


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a cell cannot be read, what to do, and what is allowed there."""

    rule: str
    message: str
    fix: str
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of a cell from the export.

    baseline: its value then; UNREAD where the workbook does not show it; None for blank or where the hidden
    columns are gone. currency: that of the row as it is now. moved: the row has another currency than then.
    """

    baseline: Value = None
    currency: str = ""
    moved: bool = False


def shown(cell: Cell | None) -> str:
    """The text a person sees in a cell, dates in ISO form."""
    if cell is None:
        return ""
    if cell.kind == "number":
        number = stored_number(cell.text)
        return cell.text if number is None else number_text(number)
    return cell.text


def cell_text(cell: Cell | None) -> str | None:
    """What a cell says as comparable text; None for blank."""
    if cell is None:
        return None
    return text_value(shown(cell) if cell.kind == "number" else cell.text)


def formula_text(cell: Cell) -> str | None:
    """A formula as a person would type it: `=1+1`."""
    return text_value(f"={cell.source}")


def is_blank(cell: Cell | None) -> bool:
    """Whether a person sees nothing in the cell. A formula without a result is not blank."""
    return cell is None or (cell.kind == "text" and not cell.text.strip())
