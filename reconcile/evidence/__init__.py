"""The pack that proves a run or a period, its verifier, and the making again of what is in it. Pure."""
