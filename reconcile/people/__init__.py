"""People and approval: who signed what, what needs an approval, and whether one holds."""
