"""How is a problem answered in milliseconds? By a plan of merges, found once when a release is compiled."""
