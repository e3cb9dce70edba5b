"""Payment orders out: approved payouts as files that a bank executes (pain.001, NACHA)."""
