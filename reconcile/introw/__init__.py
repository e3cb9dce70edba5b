"""The only place that talks to Introw: connection, pacing, paging, JSON <-> domain, gathering."""
