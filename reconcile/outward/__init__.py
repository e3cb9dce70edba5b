"""How a server of others is asked over HTTP: within a size and a whole time, and never led elsewhere."""
