"""What is this customer putting together?"""
