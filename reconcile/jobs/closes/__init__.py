"""Closes of a period: made, listed, checked again, and what moved since."""

from reconcile.jobs.closes.check_pack_folder import FolderCheck, check_pack_folder
from reconcile.jobs.closes.close import CloseRequest, CloseResult, close
from reconcile.jobs.closes.late_changes import Late, late
from reconcile.jobs.closes.ledger_export import Tied, tie_closed
from reconcile.jobs.closes.overview import Listing, Months, Status, all_months, listing, status
from reconcile.jobs.closes.remake import Verified, verify, write_again
from reconcile.jobs.closes.roll_up import RolledUp, roll_up

__all__ = [
    "CloseRequest",
    "CloseResult",
    "FolderCheck",
    "Late",
    "Listing",
    "Months",
    "RolledUp",
    "Status",
    "Tied",
    "Verified",
    "all_months",
    "check_pack_folder",
    "close",
    "late",
    "listing",
    "roll_up",
    "status",
    "tie_closed",
    "verify",
    "write_again",
]
