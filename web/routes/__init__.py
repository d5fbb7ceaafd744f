"""One module for each area of pages: parse the form, call one service, render."""
