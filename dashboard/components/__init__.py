"""Pieces that more than one page has."""
