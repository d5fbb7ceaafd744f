"""How a pair of jeans is drawn."""
