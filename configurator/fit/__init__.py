"""Which stocked components become this person's jeans, how close do they come, and how sure are we? Pure."""
