"""What does the floor need to know to make one piece? The build sheet: its data, its page, its PDF."""
