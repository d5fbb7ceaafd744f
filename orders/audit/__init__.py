"""Who did what, when? An append-only chain of hashes."""
