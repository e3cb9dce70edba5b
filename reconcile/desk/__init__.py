"""The desk: the same jobs as the command line has, as pages in a browser."""
