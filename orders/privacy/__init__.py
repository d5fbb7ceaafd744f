"""What do we hold of this person, and how does all of it go?"""
