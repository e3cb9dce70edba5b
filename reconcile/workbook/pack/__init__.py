"""Tables with a cover: the workbook of a close, and plain tables."""

from __future__ import annotations

from reconcile.workbook.pack.pack_writer import write_pack
from reconcile.workbook.pack.plain_table import read_table, table_bytes

__all__ = ["read_table", "table_bytes", "write_pack"]
