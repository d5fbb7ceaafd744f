"""Papers for customers, drawn from a page of ours in a limited process."""
