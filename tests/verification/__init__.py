"""Is the mathematics right?"""
