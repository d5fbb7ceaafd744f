"""What does this customer's invoice need that nobody else's does?"""
