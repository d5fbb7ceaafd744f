"""Which catalog was in force when? Published releases: immutable, named by their content, with dates."""
