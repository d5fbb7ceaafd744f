"""What was bought, and where is it now?"""
