"""What does every room share and no room own? Errors, money, units, ids, clock, unit of work, jobs, blob store."""
