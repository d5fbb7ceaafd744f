"""Which lot of a material is in which piece, and back?"""
