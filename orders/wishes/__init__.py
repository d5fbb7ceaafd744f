"""What did customers want that could not be had? Counted, without saying who."""
