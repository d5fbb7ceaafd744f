"""What do we write to the customer, and what did they answer?"""
