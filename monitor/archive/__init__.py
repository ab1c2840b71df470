"""Stored runs, read from a service or from its folder."""
