"""Tables with a cover: the workbook of a close; a statement on one sheet; plain tables."""

from __future__ import annotations

from reconcile.workbook.pack.pack_writer import write_pack
from reconcile.workbook.pack.plain_table import read_table, table_bytes
from reconcile.workbook.pack.stacked_sheet import write_stacked

__all__ = ["read_table", "table_bytes", "write_pack", "write_stacked"]
