"""Reads runs, watches them, opens other formats."""
