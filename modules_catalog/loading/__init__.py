"""How does a folder of text files become a configuration model, and what is wrong with it, by file and line?"""
