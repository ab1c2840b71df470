"""Measurements: `python -m bench` runs them all, prints a table and writes docs/benchmarks.md.

Each module measures one thing and has `measure() -> Iterable[Row]`; each runs in a process of its own.
"""
