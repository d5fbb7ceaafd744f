"""What does the product look like as chosen? One SVG a selection, for pages and build sheets."""
