"""Which number comes next?"""
