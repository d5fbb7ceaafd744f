"""How does CP-SAT answer for a problem? Exactly, on classes of interchangeable rows, with few calls."""
