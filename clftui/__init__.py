"""See where a classifier is wrong, since which epoch, compared with which run, and which samples show it."""

import logging

__version__ = "0.1.0"

# Without a handler of its own Python writes warnings across the screen.
logging.getLogger("clftui").addHandler(logging.NullHandler())
