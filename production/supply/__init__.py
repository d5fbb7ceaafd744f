"""What lies in the plant, what is on its way, and what must be ordered? Receipts, lots, counts, supplier orders."""
