"""What was paid for an order, what was paid back, and what is still owed?"""
