"""What is printed for a day at once: its sheets, the labels of its kits, its cut tickets?"""
