"""The evidence of a run or a period: what is kept for it, the pack, its check and its replay."""
