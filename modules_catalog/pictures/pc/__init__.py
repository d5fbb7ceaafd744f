"""How a PC is drawn."""
