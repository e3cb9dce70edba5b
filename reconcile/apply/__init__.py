"""Carries out a plan exactly once: journal, runner, settling of lost answers, verification."""
