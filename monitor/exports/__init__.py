"""Runs as files that other programs read: all points, not a sample of them."""
