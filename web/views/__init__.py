"""What do pages show? Frozen values made from what the services return, in the reader's language."""
