"""Table libraries that take a workbook for a set of tables: they read all cells and write them anew."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
from editors import Step
from xlsxwriter import Workbook


def pandas_work(source: Path, target: Path, steps: Sequence[Step]) -> str:
    """What scripts do: read every sheet, change the frames, write every sheet."""
    frames = pd.read_excel(source, sheet_name=None, dtype=object)
    for step in steps:
        frames[step.sheet] = _pandas_step(frames[step.sheet], step)
    with pd.ExcelWriter(target, engine="openpyxl") as writer:
        for name, frame in frames.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return str(pd.__version__)


def _pandas_step(frame: Any, step: Step) -> Any:  # noqa: ANN401 - pandas' own types say as little
    row = step.row - 2 if isinstance(step.row, int) else _ids(frame).index(step.row)
    if step.do == "type":
        frame = frame.reindex(range(max(len(frame), row + 1))).astype(object)
        frame.loc[row, step.header] = step.value
    elif step.do == "delete":
        frame = frame.drop(index=row).reset_index(drop=True)
    elif step.do == "sort":
        frame = frame.sort_values(step.header, ascending=not step.descending).reset_index(drop=True)
    return frame  # a frame has no hidden rows


def _ids(frame: Any) -> list[object]:  # noqa: ANN401 - as above
    return list(frame["Line ID" if "Line ID" in frame else "Payout ID"])


def polars_work(source: Path, target: Path, steps: Sequence[Step]) -> str:
    """The same with polars, which reads each column as one type: these are read as they are, row by row."""
    frames = pl.read_excel(source, sheet_id=0, engine="openpyxl", infer_schema_length=None)
    for step in steps:
        frames[step.sheet] = _polars_step(frames[step.sheet], step)
    with Workbook(target) as book:
        for name, frame in frames.items():
            frame.write_excel(book, worksheet=name)
    return str(pl.__version__)


def _polars_step(frame: pl.DataFrame, step: Step) -> pl.DataFrame:
    row = step.row - 2 if isinstance(step.row, int) else _ids(frame).index(step.row)
    numbers = pl.int_range(pl.len())
    if step.do == "type":
        if row >= frame.height:
            frame = (
                frame.clear(row + 1)
                if frame.is_empty()
                else frame.vstack(frame.clear(row + 1 - frame.height))
            )
        changed = pl.when(numbers == row).then(pl.lit(step.value)).otherwise(pl.col(step.header))
        return frame.with_columns(changed.alias(step.header))
    if step.do == "delete":
        return frame.filter(numbers != row)
    if step.do == "sort":
        return frame.sort(step.header, descending=step.descending)
    return frame
