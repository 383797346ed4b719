"""See where a classifier is wrong, since which epoch, compared with which run, and which samples show it."""

__version__ = "0.1.0"
