"""Slow analysis in a process of its own: see README.md."""
