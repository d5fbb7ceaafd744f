"""What was said between this customer and us, over all channels?"""
