"""Where the state is kept: looked at, made, copied, and begun for an organisation."""
