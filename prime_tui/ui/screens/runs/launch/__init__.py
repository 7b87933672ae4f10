"""Launching a run: file, form, confirmation, and the key that is shown once."""
