"""Closes of a period: made, listed, checked again, and what moved since."""

from reconcile.jobs.closes.close import CloseRequest, CloseResult, close
from reconcile.jobs.closes.late_changes import Late, late
from reconcile.jobs.closes.ledger_export import Tied, tie_closed
from reconcile.jobs.closes.overview import Listing, Status, listing, status
from reconcile.jobs.closes.pack_manifest import FolderCheck, check_folder
from reconcile.jobs.closes.remake import Verified, verify, write_again

__all__ = [
    "CloseRequest",
    "CloseResult",
    "FolderCheck",
    "Late",
    "Listing",
    "Status",
    "Tied",
    "Verified",
    "check_folder",
    "close",
    "late",
    "listing",
    "status",
    "tie_closed",
    "verify",
    "write_again",
]
