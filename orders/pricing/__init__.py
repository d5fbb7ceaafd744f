"""What does it cost, and what tax is in it?"""
