"""Checks of the setup and of a workbook, each with what to do."""

from reconcile.jobs.doctor.setup_checks import check_setup
from reconcile.jobs.doctor.workbook_checks import examine_workbook

__all__ = ["check_setup", "examine_workbook"]
