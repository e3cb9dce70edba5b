"""The report as JSON, and the JSON Schema of it (`report.schema.json`, which the package carries)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from reconcile.report.model import REPORT_VERSION, Report

SCHEMA_FILE: Final = Path(__file__).with_name("report.schema.json")
"""The published schema; `report.v1.schema.json` is that of version 1."""


@cache
def _reports() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def to_json(report: Report) -> str:
    """The report as JSON text. Amounts are decimal strings, so nothing is lost; moments are ISO 8601, UTC."""
    return _reports().dump_json(report, indent=2).decode() + "\n"


def schema() -> str:
    """The JSON Schema of the report, as the types say it."""
    made: dict[str, Any] = _reports().json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:reconcile:report:{REPORT_VERSION}",
    }
    return json.dumps(head | made, indent=2, ensure_ascii=False) + "\n"
