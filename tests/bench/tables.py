"""Figures as Markdown, the same way on every page of the measurements."""

from __future__ import annotations

from collections.abc import Sequence


def judged(value: float, target: float | None = None) -> str:
    """A figure to the precision it deserves; bold where it misses its target."""
    text = f"{value:.3f}" if value < 0.1 else f"{value:.2f}"
    return f"**{text}**" if target is not None and value > target else text


def row(cells: Sequence[str]) -> str:
    """One row."""
    return "| " + " | ".join(cells) + " |"


def head(cells: Sequence[str]) -> str:
    """The first two rows."""
    return f"{row(cells)}\n{row(['---'] * len(cells))}"


def table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whole."""
    return "\n".join([head(names), *map(row, rows)])
