"""What is owed for what, in the form the customer chose?"""
