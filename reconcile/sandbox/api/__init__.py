"""How the sandbox speaks: endpoints, bodies, answers, refusals, and the gate before them."""
