"""Checks a layout against the header row of a template that the user's own finance system gave out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconcile.erp.bills.layout import FileLayout, Layout


def header_faults(layout: Layout, sample: Sequence[str], file: str) -> tuple[str, ...]:
    """What does not fit; nothing when one of the layout's files has exactly the columns of the sample.

    The order counts: some systems read columns by place. Where no file fits, the nearest one is spoken of.
    """
    found = [tuple(_faults(one, [text.strip() for text in sample], file)) for one in layout.files]
    return min(found, key=len)


def _faults(layout: FileLayout, sample: list[str], file: str) -> Iterator[str]:
    ours = [column.header for column in layout.columns]
    for header in ours:
        if header not in sample:
            yield f"{file} has no column {header!r}, which the layout writes."
    for header in sample:
        if header and header not in ours:
            starred = " and it is a required one (*)" if header.startswith("*") else ""
            yield f"{file} has the column {header!r}{starred}, which the layout does not write."
    if sorted(ours) == sorted(sample) and ours != sample:
        at = next(place for place, pair in enumerate(zip(ours, sample, strict=True)) if len(set(pair)) > 1)
        yield f"Column {at + 1} is {sample[at]!r} in {file} and {ours[at]!r} in the layout: another order."
