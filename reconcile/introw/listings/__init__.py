"""Lists of the API: how their pages are found, walked to the end, and made sure of."""
