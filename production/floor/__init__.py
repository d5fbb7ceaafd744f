"""What is happening on the floor? Work orders, events, queues and scans."""
