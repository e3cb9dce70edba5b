"""The pages of the desk: one file per family of pages."""
