"""What did we offer, at which price and date, until when?"""
