"""Bills out: payouts as files that a finance system imports."""
