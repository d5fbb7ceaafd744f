"""How does a satisfiability solver answer for a problem? One solver kept, choices as assumptions, solutions reused."""
