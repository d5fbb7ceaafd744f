"""Which key seals what is this customer's? Erasing the key makes all of it unreadable."""
