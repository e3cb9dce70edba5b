"""Checks of the setup and of a workbook, each with what to do."""

from reconcile.jobs.doctor.check_setup import check_setup
from reconcile.jobs.doctor.examine_workbook import examine_workbook

__all__ = ["check_setup", "examine_workbook"]
