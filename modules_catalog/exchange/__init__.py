"""How does a catalog leave and come back? As a zip or a JSON document, byte for byte the same."""
