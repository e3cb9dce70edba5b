"""Opens a workbook in LibreOffice as a person does, works in it, and saves it.

Run by the system's own Python, the only one that has the UNO bridge: `python3 libreoffice_types.py SOFFICE
JOB`. JOB is a JSON file with `source`, `target`, `profile` (a folder for LibreOffice's settings) and `steps`.
Prints the version of LibreOffice.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.table import TableSortField

PATIENCE = 90  # seconds until LibreOffice must have opened its door


def prop(name: str, value: object) -> PropertyValue:
    """A named argument, as UNO takes them."""
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


class Sheet:
    """A sheet with its headers in the first row."""

    def __init__(self, document: Any, name: str) -> None:
        self.sheet = document.Sheets.getByName(name)
        cursor = self.sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        area = cursor.RangeAddress
        self.last_row, last_column = area.EndRow, area.EndColumn
        headers = [self.sheet.getCellByPosition(column, 0).String for column in range(last_column + 1)]
        self.columns = {header: number for number, header in enumerate(headers) if header}

    def row(self, wanted: int | str) -> int:
        """The number, from 0, of a row that is given by its number, from 1, or by its id."""
        if isinstance(wanted, int):
            return wanted - 1
        ids = self.columns["Line ID" if "Line ID" in self.columns else "Payout ID"]
        rows = range(1, self.last_row + 1)
        return next(row for row in rows if self.sheet.getCellByPosition(ids, row).String == wanted)

    def type(self, row: int | str, header: str, value: object) -> None:
        """Type into a cell; the program makes of the text what it makes of a person's typing."""
        self.sheet.getCellByPosition(self.columns[header], self.row(row)).FormulaLocal = str(value)

    def sort(self, header: str, *, descending: bool) -> None:
        """Sort the whole table by a column, hidden columns included, as the arrow in its header does."""
        field = TableSortField()
        field.Field, field.IsAscending = self.columns[header], not descending
        fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
        whole = self.sheet.getCellRangeByPosition(0, 0, max(self.columns.values()), self.last_row)
        whole.sort((prop("ContainsHeader", True), prop("SortFields", fields)))


def work(document: Any, step: dict[str, Any]) -> None:
    """Do one thing that a person does."""
    sheet = Sheet(document, step["sheet"])
    if step["do"] == "type":
        sheet.type(step["row"], step["header"], step["value"])
    elif step["do"] == "sort":
        sheet.sort(step["header"], descending=step["descending"])
    elif step["do"] == "delete":
        sheet.sheet.Rows.removeByIndex(sheet.row(step["row"]), 1)
    elif step["do"] == "hide":
        sheet.sheet.Rows.getByIndex(sheet.row(step["row"])).IsVisible = False
    else:
        raise ValueError(step["do"])


def connected(soffice: str, profile: Path) -> tuple[subprocess.Popen[bytes], Any]:
    """A LibreOffice of one's own, with its own settings, and the way into it."""
    pipe = f"reconcile_{profile.parent.name}_{time.monotonic_ns()}"
    settings = f"-env:UserInstallation={profile.as_uri()}"
    accept = f"--accept=pipe,name={pipe};urp;"
    office = subprocess.Popen([soffice, settings, "--headless", "--norestore", "--nologo", accept])
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    until = time.monotonic() + PATIENCE
    while True:
        try:
            there = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if time.monotonic() > until or office.poll() is not None:
                office.kill()
                raise
            time.sleep(0.2)
        else:
            return office, there.ServiceManager, there


def main(soffice: str, job: dict[str, Any]) -> None:
    """Do the job in a LibreOffice that is started for it, and closed afterwards."""
    office, services, context = connected(soffice, Path(job["profile"]))
    desktop = services.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    try:
        # With a view, frozen panes survive; without one they would not.
        source, target = (Path(job[name]).as_uri() for name in ("source", "target"))
        document = desktop.loadComponentFromURL(source, "_blank", 0, (prop("Hidden", False),))
        for step in job["steps"]:
            work(document, step)
        document.storeToURL(target, (prop("FilterName", "Calc MS Excel 2007 XML"),))
        document.close(True)
        print(version(services, context))
    finally:
        desktop.terminate()
        office.wait(timeout=60)


def version(services: Any, context: Any) -> str:
    """The version that LibreOffice says it has."""
    provider = services.createInstanceWithContext("com.sun.star.configuration.ConfigurationProvider", context)
    about = "com.sun.star.configuration.ConfigurationAccess"
    setup = provider.createInstanceWithArguments(about, (prop("nodepath", "/org.openoffice.Setup/Product"),))
    return str(setup.getByName("ooSetupVersionAboutBox"))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
