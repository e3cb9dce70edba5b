"""The workbook of an export: XlsxWriter's, with quicker ways for what takes long in a long one."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from reconcile.workbook.export.strings import SharedStringsPart
from reconcile.workbook.export.xlsxwriter_port import Packager, Workbook

_LONG: Final = 1 << 20
_LEVEL: Final = 2
"""How hard long parts are packed: 100,000 lines in 0.3 s to 15.8 MB, by XlsxWriter in 1.1 s to 12.8 MB."""

_WRITTEN: Final = time.mktime((1980, 1, 31, 0, 0, 0, 0, 0, -1))
"""XlsxWriter's time of every part: that of the workbook stands in its properties."""

_Part = tuple[str, str, bool]


class ExportWorkbook(Workbook):  # type: ignore[misc] # XlsxWriter carries no types
    """A workbook of many rows in a stream that can be read, too. long: the parts that are packed last."""

    def __init__(self, *given: Any) -> None:  # noqa: ANN401 - as XlsxWriter has it
        super().__init__(*given)
        self.long: list[_Part] = []

    def _prepare_sst_string_data(self) -> None:
        # The texts stand in the table in the order of their numbers already.
        self.str_table.string_array = list(self.str_table.string_table)
        self.str_table.string_table = {}

    def _get_packager(self) -> Packager:
        return _Packager()

    def _store_workbook(self) -> None:
        super()._store_workbook()
        with ZipFile(self.filename, "a", ZIP_DEFLATED, self.allow_zip64, _LEVEL) as archive:
            for file, name, _ in self.long:
                os.utime(file, (_WRITTEN, _WRITTEN))
                archive.write(file, name)
                Path(file).unlink()


class _Packager(Packager):  # type: ignore[misc] # as above
    def _create_package(self) -> list[_Part]:
        parts: list[_Part] = super()._create_package()
        self.workbook.long = [part for part in parts if Path(part[0]).stat().st_size > _LONG]
        return [part for part in parts if part not in self.workbook.long]

    def _write_shared_strings_file(self) -> None:
        part = SharedStringsPart()
        part.string_table = self.workbook.str_table
        if part.string_table.count:
            part._set_xml_writer(self._filename("xl/sharedStrings.xml"))  # noqa: SLF001 - as the method does that this one replaces
            part._assemble_xml_file()  # noqa: SLF001 - as above
