"""prime-tui: a terminal monitor for the Prime Intellect GPU cloud."""

__version__ = "0.1.0"
