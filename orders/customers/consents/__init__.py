"""What may we use what we know of this customer for?"""
