"""What do recorded times say about the reserve of each work centre?"""
