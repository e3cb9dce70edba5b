"""The sample month goes the fast ways and the long ways, and comes out the same."""

from __future__ import annotations

from cli_session import CliSession
from slow_reading import read_both_ways


def test_an_export_is_read_plainly_as_the_long_way(cli: CliSession) -> None:
    read_both_ways(cli.export(), cli.folder / "ways")
