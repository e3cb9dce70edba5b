"""The rules of the columns as pandera schemas.

Each frame has one row per touched worksheet row and one column per editable field, all of dtype object.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from reconcile.check.column_rules import Cells, rules_of
from reconcile.domain.fields import FIELDS, Field, RecordKind
from reconcile.domain.policy.names_and_limits import Policy


def failures(kind: RecordKind, rows: Sequence[Cells], policy: Policy) -> Iterator[tuple[int, str, str]]:
    """Row, column and rule of each cell that breaks one."""
    frame = pd.DataFrame(rows, columns=[field.name for field in FIELDS[kind]], dtype=object)
    try:
        schema(kind, policy).validate(frame, lazy=True)
    except SchemaErrors as errors:
        for column, rule, index in errors.failure_cases[["column", "check", "index"]].itertuples(index=False):
            yield int(index), str(column), str(rule)


def schema(kind: RecordKind, policy: Policy) -> pa.DataFrameSchema:
    """The pandera schema of one data sheet."""
    columns = {field.name: _column(field, policy) for field in FIELDS[kind]}
    return pa.DataFrameSchema(columns, strict=True)


def _column(field: Field, policy: Policy) -> pa.Column:
    rules = rules_of(field, policy).items()
    checks = [pa.Check(holds, element_wise=True, name=name, error=name) for name, holds in rules]
    return pa.Column(object, checks, nullable=True)
