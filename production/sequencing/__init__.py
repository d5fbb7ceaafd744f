"""What is done next, by whom, and which promises are at risk? The near-term sequence and its re-sync with the ledger."""
