"""Was this request answered before?"""
