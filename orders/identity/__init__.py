"""Are these two the same person? What was begun without a name, or under two, comes together."""
