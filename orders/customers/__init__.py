"""Who is this person, and what do we know of them? The only home of personal data."""
