"""What finance may set: names and limits, matching of payments, the close."""
