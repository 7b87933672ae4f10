"""Frozen values and arithmetic: no I/O, no third-party package, no clock of its own."""
