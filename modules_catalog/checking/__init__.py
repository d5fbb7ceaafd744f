"""What is missing or suspicious in a catalog that can be seen without solving it?"""
