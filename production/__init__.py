"""When can we build it, with what, how? Capacity, promise, schedule, build sheet."""
