"""The command line: ``lotone`` and what ``./dev`` calls."""
