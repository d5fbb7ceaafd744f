"""Who buys for a company, what may they choose, and how much alone?"""
