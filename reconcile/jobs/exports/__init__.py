"""Exports: workbooks that go out to finance."""
