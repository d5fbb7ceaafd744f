"""When can it be made? Buckets of capacity, stock, and the walk that promises a date from both."""
