"""What must somebody else agree to before it is promised or bought?"""
