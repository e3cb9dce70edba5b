"""The state that outlives a command: exports with their baselines, plans, runs and their journals."""
