"""Who is asking, and may they? Sessions, passwords, roles, request forgery, headers."""
