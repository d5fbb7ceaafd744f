"""What differs between two catalogs? Facts that words are made of elsewhere."""
