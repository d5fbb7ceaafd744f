"""How full is the plant, what is planned for the next days, and where is each piece?"""
