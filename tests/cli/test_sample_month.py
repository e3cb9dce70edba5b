"""The sample month goes the fast ways and the long ways, and comes out the same."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

from cli_session import CliSession
from slow_reading import read_both_ways

from reconcile.domain.policy.names_and_limits import Policy
from reconcile.store.store import Store
from reconcile.workbook.export.writer import write_workbook
from reconcile.workbook.read.reader import read_export, read_workbook


def test_an_export_is_read_plainly_as_the_long_way(cli: CliSession) -> None:
    read_both_ways(cli.export(), cli.folder / "ways")


def test_a_streamed_workbook_is_the_one_that_is_written_cell_by_cell(cli: CliSession, tmp_path: Path) -> None:
    export = read_export(cli.export())
    with Store(cli.folder / "state.db") as store:
        baseline = store.baseline(export.workbook_id)
    assert baseline is not None
    files = [tmp_path / way / "month.xlsx" for way in ("streamed", "plain")]
    for path, long in zip(files, (0, 10**9), strict=True):
        path.parent.mkdir()
        write_workbook(path, baseline, export, Policy(), long=long)

    streamed, plain = (read_workbook(path, Policy()) for path in files)
    assert streamed == plain
    with ZipFile(files[0]) as one, ZipFile(files[1]) as other:
        assert one.read("xl/sharedStrings.xml") == other.read("xl/sharedStrings.xml")
