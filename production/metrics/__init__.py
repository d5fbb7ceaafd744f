"""How well was it kept, how long did it take, how often right the first time, how busy was the plant? From events only."""
