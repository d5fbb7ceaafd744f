"""The demo: catalogs, plants, people and orders that ``./dev run`` and ``./dev demo`` bring up."""
