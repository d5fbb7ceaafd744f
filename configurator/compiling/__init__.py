"""How does a configuration model become rows, tables and sums that a solving method can read?"""
