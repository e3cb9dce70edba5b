"""What the store keeps and reads for the evidence of a run or a period."""
