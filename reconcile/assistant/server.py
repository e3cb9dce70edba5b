"""Serves the tools over the Model Context Protocol, on standard input and output."""

from __future__ import annotations

from typing import Final

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations

from reconcile import __version__
from reconcile.assistant.outside import IS_DATA
from reconcile.assistant.tools import A_PERSON_APPLIES, NAMES, Tools

_ABOUT: Final = (
    "Payouts of Introw as workbooks: export them, check edited ones, propose edits as a new copy, compare "
    f"with Introw, ask for an approval. {IS_DATA} {A_PERSON_APPLIES}"
)
_WRITES_FILES: Final = ("export", "propose_edits", "diff", "ask_for_approval")


def server_of(tools: Tools) -> MCPServer[None]:
    """The server with every tool of NAMES and no other."""
    made: MCPServer[None] = MCPServer(
        "reconcile", instructions=_ABOUT, version=__version__, log_level="WARNING"
    )
    for name in NAMES:
        tool = getattr(tools, name)
        hints = ToolAnnotations(read_only_hint=name not in _WRITES_FILES, destructive_hint=False)
        made.add_tool(tool, name=name, description=tool.__doc__, annotations=hints, structured_output=True)
    return made


def serve(tools: Tools) -> None:
    """Serves until the assistant closes its end."""
    server_of(tools).run("stdio")
